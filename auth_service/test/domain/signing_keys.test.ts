import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KEYS_REFRESH_MS } from '@shop/service_kit/identity/remote_keys'
import fc from 'fast-check'
import { makeKeyPair } from '../../src/crypto/signing.ts'
import { SYSTEM } from '../../src/domain/author.ts'
import { WRITE_DELAY_MAX_MS } from '../../src/domain/clocks.ts'
import type { SigningKey } from '../../src/domain/key_ports.ts'
import {
  ACCESS_TOKEN_TTL_SECONDS_MAX,
  dueKey,
  forceRotation,
  maintainKeys,
  PUBLISH_AHEAD_MS,
  publishedKeys,
  RETIRE_SLACK_MS,
  retiredKeys,
  signingKey,
} from '../../src/domain/signing_keys.ts'
import { createClock, DAY_MS, inMemory, onOneFile, START, START_AT } from '../support.ts'

const ROTATION = 30 * DAY_MS
const TTL_MS = ACCESS_TOKEN_TTL_SECONDS_MAX * 1000
const at = (ms: number) => new Date(START.getTime() + ms)
const textAt = (ms: number) => at(ms).toISOString()
const key = (generation: number, signsFromMs: number): SigningKey => ({
  kid: `k${generation}`,
  generation,
  jwk: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' },
  signsFrom: textAt(signsFromMs),
  createdAt: START_AT,
})
const kids = (keys: readonly SigningKey[]) => keys.map((each) => each.kid)

suite('which key signs', () => {
  test('none without keys', () => assert.equal(signingKey([], START), undefined))

  test('1: the highest generation whose signsFrom is past', () => {
    const keys = [key(1, 0), key(2, 100), key(3, 50)]
    assert.deepEqual(
      [0, 49, 50, 100].map((ms) => signingKey(keys, at(ms))?.kid),
      ['k1', 'k1', 'k3', 'k3'],
    )
  })

  test('1: if none is past, the earliest, because the clock that made the only key may be ahead', () => {
    assert.equal(signingKey([key(2, 2_000), key(3, 9_000)], at(0))?.kid, 'k2')
  })

  test('1: the signing key does not depend on the order of the list', () => {
    assert.equal(signingKey([key(3, 9_000), key(2, 2_000)], at(0))?.kid, 'k2')
    assert.equal(signingKey([key(3, 50), key(1, 0), key(2, 40)], at(99))?.kid, 'k3')
  })

  test('3: a key is published until every token it signed has expired', () => {
    const keys = [key(1, 0), key(2, 1000)]
    const last = 1000 + TTL_MS + RETIRE_SLACK_MS
    assert.deepEqual(kids(publishedKeys(keys, at(0))), ['k1', 'k2'])
    assert.deepEqual(kids(publishedKeys(keys, at(last))), ['k1', 'k2'])
    assert.deepEqual(kids(publishedKeys(keys, at(last + 1))), ['k2'])
    assert.deepEqual(kids(retiredKeys(keys, at(last + 1))), ['k1'])
  })
})

suite('when the next key is made', () => {
  test('2: the first one at once', () => {
    assert.deepEqual(dueKey([], START, ROTATION), { generation: 1, signsFrom: START_AT })
  })

  test('2: a later one PUBLISH_AHEAD_MS before it signs, and only once', () => {
    const due = at(ROTATION - PUBLISH_AHEAD_MS)
    assert.equal(dueKey([key(1, 0)], new Date(due.getTime() - 1), ROTATION), undefined)
    const next = dueKey([key(1, 0)], due, ROTATION)
    assert.deepEqual(next, { generation: 2, signsFrom: textAt(ROTATION) })
    assert.equal(dueKey([key(1, 0), key(2, ROTATION)], due, ROTATION), undefined)
  })

  test('2: after a long suspension it is still published before it signs', () => {
    const now = at(10 * ROTATION)
    assert.deepEqual(dueKey([key(1, 0)], now, ROTATION), {
      generation: 2,
      signsFrom: textAt(10 * ROTATION + PUBLISH_AHEAD_MS),
    })
  })

  test('4: the key of a clock that was ahead gets a successor at once, and rotation continues', () => {
    const next = dueKey([key(1, 0), key(2, 50 * ROTATION)], at(1), ROTATION)
    assert.deepEqual(next, { generation: 3, signsFrom: textAt(1 + PUBLISH_AHEAD_MS) })
    const keys = [key(1, 0), key(2, 50 * ROTATION), key(3, 1 + PUBLISH_AHEAD_MS)]
    assert.equal(dueKey(keys, at(2), ROTATION), undefined)
    assert.equal(dueKey(keys, at(2 + ROTATION), ROTATION)?.generation, 4)
    assert.deepEqual(kids(retiredKeys(keys, at(ROTATION))), kids([key(1, 0), key(2, 0)]))
  })

  test('2: other services fetch the keys at least twice in that time', () => {
    assert.ok(PUBLISH_AHEAD_MS >= 2 * KEYS_REFRESH_MS)
  })

  test('with maintenance at any times, there is a signing key and it was published in time', async (t) => {
    const [stores] = await inMemory(t)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3 * ROTATION }), { minLength: 1, maxLength: 12 }),
        async (pauses) => {
          await stores.keys.remove(
            (await stores.keys.list()).map((each) => each.kid),
            { how: 'retired', at: START, by: SYSTEM },
          )
          const clock = createClock()
          const ports = { keys: stores.keys, makeKeyPair, now: clock.now }
          for (const pause of pauses) {
            await maintainKeys(ports, ROTATION)
            const keys = await stores.keys.list()
            const signing = signingKey(keys, clock.now())
            assert.ok(signing)
            assert.ok(publishedKeys(keys, clock.now()).includes(signing))
            const published = Date.parse(signing.signsFrom) - Date.parse(signing.createdAt)
            assert.ok(signing.generation === 1 || published >= PUBLISH_AHEAD_MS)
            assert.ok(keys.length <= 3)
            clock.pass(pause)
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

suite('making keys', () => {
  test('5: replicas that start at the same time agree on the first key', async (t) => {
    const pair = await onOneFile(t)
    const made = await Promise.all(
      [0, 1, 2, 3].map((i) =>
        maintainKeys({ keys: pair[i % 2]!.keys, makeKeyPair, now: () => START }, ROTATION),
      ),
    )
    const keys = await pair[0].keys.list()
    assert.equal(keys.length, 1)
    assert.deepEqual(made.filter(Boolean), kids(keys))
  })

  test('makes nothing if no key is due', async (t) => {
    const [{ keys }] = await inMemory(t)
    const ports = { keys, makeKeyPair, now: () => START }
    await maintainKeys(ports, ROTATION)
    const quiet = { ...keys, remove: () => Promise.reject(new Error('written')) }
    assert.equal(await maintainKeys({ ...ports, keys: quiet }, ROTATION), undefined)
    assert.equal((await keys.list()).length, 1)
  })

  test('a forced first key has the first generation', async (t) => {
    const [{ keys }] = await inMemory(t)
    assert.equal((await forceRotation({ keys, makeKeyPair, now: () => START })).generation, 1)
  })

  test('a replica that always loses gives up in the end', async (t) => {
    const [stores] = await inMemory(t)
    let adds = 0
    const keys = { ...stores.keys, add: async () => ++adds === 0 }
    const ports = { keys, makeKeyPair, now: () => START }
    await assert.rejects(forceRotation(ports), /Other replicas kept making keys/)
    assert.equal(adds, 10)
    assert.equal(await maintainKeys(ports, ROTATION), undefined)
  })

  test('retired keys are removed', async (t) => {
    const [{ keys }] = await inMemory(t)
    const clock = createClock()
    const ports = { keys, makeKeyPair, now: clock.now }
    const first = await maintainKeys(ports, ROTATION)
    clock.pass(ROTATION)
    const second = await maintainKeys(ports, ROTATION)
    assert.deepEqual(kids(await keys.list()), [first, second])
    clock.pass(PUBLISH_AHEAD_MS + TTL_MS + RETIRE_SLACK_MS + 1)
    await maintainKeys(ports, ROTATION)
    assert.deepEqual(kids(await keys.list()), [second])
  })

  test('3: a key verifies the last token that it signed, also if its successor was stored WRITE_DELAY_MAX_MS late', async (t) => {
    const [stores] = await inMemory(t)
    const clock = createClock()
    const ports = { keys: stores.keys, makeKeyPair, now: clock.now }
    const first = await maintainKeys(ports, ROTATION)
    const add: typeof stores.keys.add = (...given) => {
      clock.pass(WRITE_DELAY_MAX_MS)
      return stores.keys.add(...given)
    }
    await forceRotation({ ...ports, keys: { ...stores.keys, add } })
    // Just before that, the first one signed.
    clock.pass(TTL_MS)
    assert.ok(kids(publishedKeys(await stores.keys.list(), clock.now())).includes(first!))
  })

  test('a forced key signs at once, even before a scheduled one', async (t) => {
    const [{ keys }] = await inMemory(t)
    const clock = createClock()
    const ports = { keys, makeKeyPair, now: clock.now }
    await maintainKeys(ports, ROTATION)
    clock.pass(ROTATION - PUBLISH_AHEAD_MS)
    await maintainKeys(ports, ROTATION)
    const forced = await forceRotation(ports)
    assert.deepEqual([(await keys.list()).length, forced.generation], [3, 3])
    assert.equal(signingKey(await keys.list(), clock.now())?.kid, forced.kid)
    clock.pass(2 * PUBLISH_AHEAD_MS)
    assert.equal(signingKey(await keys.list(), clock.now())?.kid, forced.kid)
  })

  test('concurrent forced rotations each make a key, and the last one signs everywhere', async (t) => {
    const pair = await onOneFile(t)
    const forced = await Promise.all(
      [0, 1, 2].map((i) => forceRotation({ keys: pair[i % 2]!.keys, makeKeyPair, now: () => START })),
    )
    assert.deepEqual(forced.map((each) => each.generation).sort(), [1, 2, 3])
    assert.equal(signingKey(await pair[1].keys.list(), START)?.generation, 3)
  })

  test('withdrawing leaves only the new key', async (t) => {
    const [{ keys }] = await inMemory(t)
    const ports = { keys, makeKeyPair, now: () => START }
    await maintainKeys(ports, ROTATION)
    const forced = await forceRotation(ports, true)
    assert.deepEqual(kids(await keys.list()), [forced.kid])
  })
})
