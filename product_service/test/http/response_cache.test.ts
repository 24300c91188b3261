/** Responses are cached until the store changes, and never longer. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type CacheableResponse, createResponseCache } from '../../src/http/response_cache.ts'

function world() {
  const state = { revision: 1 as number | undefined, made: 0 }
  const cache = createResponseCache<CacheableResponse>(() => state.revision)
  const ask = async (key = 'k', text?: string) =>
    (await cache.getOrCreate(key, async () => ({ text: text ?? `answer ${++state.made}` }))).text
  return { state, cache, ask }
}

suite('a response', () => {
  test('is made once per revision', async () => {
    const { ask } = world()
    assert.deepEqual(
      [await ask(), await ask(), await ask('other'), await ask()],
      ['answer 1', 'answer 1', 'answer 2', 'answer 1'],
    )
  })

  test('that is cached is returned without a promise', async () => {
    const { cache } = world()
    const made = await cache.getOrCreate('k', async () => ({ text: 'a' }))
    assert.equal(
      cache.getOrCreate('k', () => assert.fail()),
      made,
    )
  })

  test('is made again after a change', async () => {
    const { ask, state } = world()
    await ask()
    state.revision = 2
    assert.equal(await ask(), 'answer 2')
  })

  test('is never cached if the store has no revision', async () => {
    const { ask, state } = world()
    state.revision = undefined
    assert.deepEqual([await ask(), await ask()], ['answer 1', 'answer 2'])
  })

  test('that is transient is not cached', async () => {
    const { cache } = world()
    let made = 0
    const ask = () => cache.getOrCreate('k', async () => ({ text: String(++made), transient: made < 3 }))
    assert.equal((await ask()).text, '1')
    assert.equal((await ask()).text, '2')
    assert.deepEqual([(await ask()).text, (await ask()).text], ['3', '3'])
  })

  test('that was read before a change which another call has seen is not cached', async () => {
    const { ask, state, cache } = world()
    let answer: (value: { text: string }) => void = () => {}
    const slow = cache.getOrCreate(
      'k',
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    state.revision = 2
    await ask('other')
    answer({ text: 'old' })
    assert.equal((await slow).text, 'old')
    assert.notEqual(await ask(), 'old')
  })

  test('that fails is not cached', async () => {
    const { ask, cache } = world()
    await assert.rejects(
      async () =>
        cache.getOrCreate('k', async () => {
          throw new Error('no')
        }),
      /no/,
    )
    assert.equal(await ask(), 'answer 1')
  })

  test('clears the cache when it is too large', async () => {
    const { ask } = world()
    await ask('first')
    for (let i = 0; i < 5; i++) await ask(`big ${i}`, 'x'.repeat(1_000_000))
    assert.equal(await ask('first'), 'answer 2')
    assert.equal(await ask('first'), 'answer 2', 'and goes on remembering')
  })
})
