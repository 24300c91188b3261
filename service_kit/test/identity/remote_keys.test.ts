import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { JSONWebKeySet } from 'jose'
import { fetchRemoteKeys } from '../../src/identity/remote_keys.ts'
import { createTokenVerifier } from '../../src/identity/tokens.ts'
import { serve } from '../../test_support/http_server.ts'
import { createVirtualRuntime, untilTrue, withoutDeadlines } from '../../test_support/virtual_runtime.ts'
import { createSigner, NOW } from '../fixtures/signer.ts'

/** Publishes `state.keys`. */
async function publisher(t: TestContext, keys: JSONWebKeySet) {
  const state = { keys, status: 200, requests: 0, retryAfter: '0' }
  const url = await serve(t, (_request, response) => {
    state.requests++
    const headers = { 'content-type': 'application/json', 'retry-after': state.retryAfter }
    response.writeHead(state.status, headers).end(JSON.stringify(state.keys))
  })
  return { state, url }
}

/** No time passes, unless the test lets it: keys are fetched only by `refresh`. */
const newRuntime = () => withoutDeadlines(createVirtualRuntime())

function cacheFileOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'keys.json')
}

suite('published keys', () => {
  test('stay valid while the publisher fails, also after a restart by the cache file', async (t) => {
    const cacheFile = cacheFileOf(t)
    const { jwk } = await createSigner('a')
    const { state, url } = await publisher(t, { keys: [jwk] })
    const keys = fetchRemoteKeys(url, newRuntime(), { cacheFile })
    await keys.refresh()
    assert.equal(keys.current()?.keys.length, 1)

    state.status = 503
    let failures = 0
    const runtime = newRuntime()
    const restarted = fetchRemoteKeys(url, runtime, { cacheFile, onFailure: () => failures++ })
    await runtime.advanceUntil(restarted.refresh())
    assert.equal(failures, 1)
    assert.deepEqual(restarted.current(), { keys: [jwk] })
  })

  test('an invalid cache file counts as none', async (t) => {
    const cacheFile = cacheFileOf(t)
    const { state, url } = await publisher(t, { keys: [] })
    state.status = 503
    for (const cached of ['', '{"ke', 'null', '{}', '[]']) {
      writeFileSync(cacheFile, cached)
      const keys = fetchRemoteKeys(url, newRuntime(), { cacheFile })
      assert.equal(keys.current(), undefined, cached)
    }
  })

  test('a failed fetch is repeated soon, also while there are keys, but not before Retry-After', async (t) => {
    const cacheFile = cacheFileOf(t)
    const [old, fresh] = [await createSigner('old'), await createSigner('fresh')]
    const { state, url } = await publisher(t, { keys: [fresh.jwk] })
    const runtime = newRuntime()
    writeFileSync(cacheFile, JSON.stringify({ keys: [old.jwk] }))
    Object.assign(state, { status: 503, retryAfter: '1' })
    const keys = fetchRemoteKeys(url, { ...runtime, random: () => 0 }, { cacheFile })
    await runtime.advance(0)
    await untilTrue(() => runtime.waiting().length > 0)
    assert.deepEqual(runtime.waiting(), [1_000])
    state.status = 200
    await runtime.advance(1_000)
    await untilTrue(() => keys.current()?.keys[0]?.kid === fresh.jwk.kid)
  })

  test('several failures in a row are reported once, and before the first success only after a while', async (t) => {
    const { jwk } = await createSigner('a')
    const { state, url } = await publisher(t, { keys: [jwk] })
    const runtime = newRuntime()
    let reports = 0
    const keys = fetchRemoteKeys(url, runtime, { onFailure: () => reports++ })
    keys.stop() // Only the fetches below count.
    const fetched = async (status: number, laterMs = 1_000) => {
      state.status = status
      await runtime.advance(laterMs)
      await runtime.advanceUntil(keys.refresh())
      return reports
    }
    assert.deepEqual([await fetched(503), await fetched(503, 3_000)], [0, 0])
    assert.deepEqual([await fetched(503, 1_000), await fetched(503)], [1, 1])
    assert.equal(await fetched(200), 1)
    const first = keys.current()
    assert.equal(await fetched(200), 1)
    assert.equal(keys.current(), first, 'the same keys are the same object')
    assert.deepEqual(
      [await fetched(503), await fetched(503), await fetched(200), await fetched(503)],
      [2, 2, 2, 3],
    )
    assert.equal(keys.current(), first)
  })

  test('many refreshes at once send one request', async (t) => {
    const { jwk } = await createSigner('a')
    const { state, url } = await publisher(t, { keys: [jwk] })
    const runtime = newRuntime()
    const keys = fetchRemoteKeys(url, runtime)
    keys.stop() // Only the fetches below count.
    const all = () => runtime.advanceUntil(Promise.all(Array.from({ length: 50 }, () => keys.refresh())))
    await all()
    assert.deepEqual([state.requests, runtime.monotonic()], [1, 0])
    await all()
    assert.deepEqual([state.requests, runtime.monotonic()], [2, 400], 'the second one waits for the cooldown')
  })

  test('a key that was created directly after a fetch is found', async (t) => {
    const [old, fresh] = [await createSigner('old'), await createSigner('fresh')]
    const { state, url } = await publisher(t, { keys: [old.jwk] })
    const runtime = newRuntime()
    const keys = fetchRemoteKeys(url, runtime)
    keys.stop() // Only the fetches below count.
    await keys.refresh()
    const verify = createTokenVerifier(keys, () => NOW)
    const forged = await (await createSigner('forged')).sign()
    const verified = async (token: string) => runtime.advanceUntil((async () => verify(token))())
    await assert.rejects(verified(forged), { code: 'unauthenticated' })
    state.keys = { keys: [old.jwk, fresh.jwk] }
    assert.ok(await verified(await fresh.sign()))
    assert.equal(state.requests, 3)
  })

  test('come from the first publisher that answers', async (t) => {
    const [old, fresh] = [await createSigner('old'), await createSigner('fresh')]
    const [first, second] = [await publisher(t, { keys: [old.jwk] }), await publisher(t, { keys: [old.jwk] })]
    const runtime = newRuntime()
    const keys = fetchRemoteKeys([first.url, second.url], runtime)
    await keys.refresh()
    first.state.status = 503
    second.state.keys = { keys: [fresh.jwk] }
    await runtime.advanceUntil(keys.refresh())
    assert.deepEqual(keys.current(), { keys: [fresh.jwk] })
  })
})
