import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose'
import { fetchRemoteKeys, KEYS_REFRESH_MS } from '../../src/identity/remote_keys.ts'
import {
  CLOCK_TOLERANCE_SECONDS,
  createTokenVerifier,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TOKEN_LIFETIME_SECONDS_MAX,
  TOKEN_TYPE,
  TOKENS_CACHED_MAX,
} from '../../src/identity/tokens.ts'
import { type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'

const NOW = new Date('2026-01-01T00:00:00Z')
const NOW_SECONDS = NOW.getTime() / 1000
const USER = '0190a0a0-0000-7000-8000-000000000001'

async function signer(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  const sign = (lifetimeSeconds = 600, claims: object = {}) =>
    new SignJWT({ username: 'ada', role: 'customer', ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: TOKEN_TYPE, kid })
      .setSubject(USER)
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setIssuedAt(NOW_SECONDS)
      .setExpirationTime(NOW_SECONDS + lifetimeSeconds)
      .setJti('1')
      .sign(privateKey)
  return { jwk, sign }
}

/** A key source under the test's control that counts how often newer keys were asked for. */
function keysOf(first: JSONWebKeySet | undefined) {
  const state = { keys: first, next: first, refreshes: 0 }
  const source = {
    current: () => state.keys,
    refresh: async () => {
      state.refreshes++
      state.keys = state.next
    },
  }
  return { state, source }
}

suite('access tokens', () => {
  test('a verified token is answered at once afterwards', async () => {
    const { jwk, sign } = await signer('a')
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
    const token = await sign()
    const principal = await verify(token)
    assert.deepEqual(principal, {
      userId: USER,
      username: 'ada',
      role: 'customer',
      expiresAt: NOW_SECONDS + 600,
    })
    assert.equal(verify(token), principal)
  })

  test('a remembered token ends when it expires', async () => {
    const { jwk, sign } = await signer('a')
    let now = NOW
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => now)
    const token = await sign()
    await verify(token)
    now = new Date(NOW.getTime() + 611_000)
    await assert.rejects(async () => verify(token), { code: 'unauthenticated', message: /expired/ })
  })

  test('5: nor does a remembered one count for longer, after a clock that was ahead was set back', async () => {
    const { jwk, sign } = await signer('a')
    let now = new Date(NOW.getTime() - 1_000)
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => now)
    const token = await sign()
    await verify(token)
    now = new Date(NOW.getTime() - 24 * 3_600_000)
    await assert.rejects(async () => verify(token), { code: 'unauthenticated' })
    now = NOW
    assert.ok(await verify(token), 'it counts when it should')
  })

  test('a new key is picked up when a token names it, and a withdrawn one ends its tokens', async () => {
    const [old, fresh] = [await signer('old'), await signer('fresh')]
    const { state, source } = keysOf({ keys: [old.jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    const oldToken = await old.sign()
    await verify(oldToken)
    state.next = { keys: [fresh.jwk] }
    assert.ok(await verify(await fresh.sign()))
    assert.equal(state.refreshes, 1)
    await assert.rejects(async () => verify(oldToken), { code: 'unauthenticated' })
  })

  test('a token whose key is withdrawn while it is verified is not remembered', async () => {
    const [old, fresh] = [await signer('old'), await signer('fresh')]
    const { state, source } = keysOf({ keys: [old.jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    const [oldToken, freshToken] = [await old.sign(), await fresh.sign()]
    const underWay = verify(oldToken)
    state.keys = state.next = { keys: [fresh.jwk] }
    await Promise.all([underWay, verify(freshToken)])
    await assert.rejects(async () => verify(oldToken), { code: 'unauthenticated' })
  })

  test('4: a withdrawn token is refused, remembered or not; one of the least version counts', async () => {
    const { jwk, sign } = await signer('a')
    let least = 1
    const isWithdrawn = (userId: string, version: number) => userId === USER && version < least
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW, isWithdrawn)
    const [first, unseen, second] = [await sign(), await sign(599), await sign(600, { ver: 2 })]
    assert.ok(await verify(first))
    least = 2
    const refused = { code: 'unauthenticated', message: /changed/ }
    await assert.rejects(async () => verify(first), refused)
    await assert.rejects(async () => verify(unseen), refused)
    assert.ok(await verify(second))
  })

  test('4: whether it was withdrawn may have to be asked for', async () => {
    const { jwk, sign } = await signer('a')
    let withdrawn = false
    const verify = createTokenVerifier(
      keysOf({ keys: [jwk] }).source,
      () => NOW,
      async () => withdrawn,
    )
    const token = await sign()
    assert.ok(await verify(token))
    withdrawn = true
    await assert.rejects(async () => verify(token), { code: 'unauthenticated' })
  })

  test('5: a token that ends further ahead than any is given out for is refused', async () => {
    const { jwk, sign } = await signer('a')
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
    assert.ok(await verify(await sign(TOKEN_LIFETIME_SECONDS_MAX)))
    const ahead = await sign(TOKEN_LIFETIME_SECONDS_MAX + CLOCK_TOLERANCE_SECONDS + 1)
    await assert.rejects(async () => verify(ahead), { code: 'unauthenticated', message: /live too long/ })
  })

  test('3: so many tokens are remembered and no more: the oldest is verified again', async () => {
    const { jwk, sign } = await signer('a')
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
    const first = await sign()
    await verify(first)
    for (let i = 1; i < TOKENS_CACHED_MAX; i++) await verify(await sign(600, { i }))
    assert.ok(!(verify(first) instanceof Promise))
    await verify(await sign(600, { i: 'one more' }))
    assert.ok(verify(first) instanceof Promise)
  })

  const foreign: [what: string, claims: object, sentence: RegExp][] = [
    ['a role we do not know', { role: 'owner' }, /its claims are not ours/],
    ['a name that is no text', { username: 7 }, /its claims are not ours/],
    ['a version that is no whole number', { ver: 1.5 }, /its claims are not ours/],
    ['no name', { username: undefined }, /does not verify/],
  ]
  for (const [what, claims, message] of foreign) {
    test(`a token with ${what} is refused`, async () => {
      const { jwk, sign } = await signer('a')
      const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
      await assert.rejects(async () => verify(await sign(600, claims)), {
        code: 'unauthenticated',
        message,
        payload: { tokenRefused: true },
      })
    })
  }

  test('a text longer than any token is refused before it is parsed', async () => {
    const { jwk } = await signer('a')
    const { state, source } = keysOf({ keys: [jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    await assert.rejects(async () => verify('x'.repeat(4_097)), { message: /it is too long/ })
    await assert.rejects(async () => verify('x'.repeat(4_096)), { message: /it does not verify/ })
    assert.equal(state.refreshes, 0, 'text that names no key asks for none')
  })

  test('an admin is one, and a token of no version is of the first', async () => {
    const { jwk, sign } = await signer('a')
    const versions: number[] = []
    const verify = createTokenVerifier(
      keysOf({ keys: [jwk] }).source,
      () => NOW,
      (_user, version) => versions.push(version) === 0,
    )
    assert.equal((await verify(await sign(600, { role: 'admin' }))).role, 'admin')
    await verify(await sign(600, { ver: 4 }))
    assert.deepEqual(versions, [1, 4])
  })

  test('clocks may differ by five seconds, whichever way', async () => {
    const { jwk, sign } = await signer('a')
    let now = NOW
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => now)
    now = new Date(NOW.getTime() + 604_000)
    assert.ok(await verify(await sign()))
    now = new Date(NOW.getTime() + 606_000)
    await assert.rejects(async () => verify(await sign(600, { jti: '2' })), /has expired/)
    now = NOW
    assert.ok(await verify(await sign(TOKEN_LIFETIME_SECONDS_MAX + 5)))
    await assert.rejects(async () => verify(await sign(TOKEN_LIFETIME_SECONDS_MAX + 6)))
    assert.deepEqual(
      [CLOCK_TOLERANCE_SECONDS, TOKEN_LIFETIME_SECONDS_MAX, TOKENS_CACHED_MAX, KEYS_REFRESH_MS],
      [5, 3_600, 10_000, 300_000],
    )
  })

  test('an unpublished key is fetched once, and then refused', async () => {
    const [known, unknown] = [await signer('known'), await signer('unknown')]
    const { state, source } = keysOf({ keys: [known.jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    await assert.rejects(async () => verify(await unknown.sign()), { code: 'unauthenticated' })
    assert.equal(state.refreshes, 1)
    await assert.rejects(async () => verify((await known.sign()).slice(0, -9)), { code: 'unauthenticated' })
    assert.equal(state.refreshes, 1, 'a signature that is wrong asks for no key')
  })

  test('without any key ever seen the answer is keys_unavailable, not a refusal', async () => {
    const { sign } = await signer('a')
    const verify = createTokenVerifier(keysOf(undefined).source, () => NOW)
    const token = await sign()
    await assert.rejects(async () => verify(token), { code: 'keys_unavailable' })
  })
})

suite('published keys', () => {
  /** While real answers are awaited no time passes for them. */
  const withRealDeadlines = (runtime: Runtime): Runtime => ({ ...runtime, deadline: systemRuntime.deadline })

  async function publisher(t: TestContext, keys: JSONWebKeySet) {
    const state = { keys, status: 200, requests: 0, retryAfter: '0' }
    const server = createServer((_request, response) => {
      state.requests++
      const headers = { 'content-type': 'application/json', 'retry-after': state.retryAfter }
      response.writeHead(state.status, headers).end(JSON.stringify(state.keys))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
  }

  test('are kept when the publisher fails, and survive a restart through the cache file', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-keys-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const cacheFile = join(folder, 'keys.json')
    const { jwk } = await signer('a')
    const { state, url } = await publisher(t, { keys: [jwk] })
    const keys = fetchRemoteKeys(url, systemRuntime, { cacheFile })
    t.after(() => keys.stop())
    await keys.refresh()
    assert.equal(keys.current()?.keys.length, 1)

    state.status = 503
    let failures = 0
    const restarted = fetchRemoteKeys(url, systemRuntime, { cacheFile, onFailure: () => failures++ })
    t.after(() => restarted.stop())
    await restarted.refresh()
    assert.equal(failures, 1)
    assert.deepEqual(restarted.current(), { keys: [jwk] })
  })

  test('a cache file that holds no keys counts as none', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-keys-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const cacheFile = join(folder, 'keys.json')
    const { state, url } = await publisher(t, { keys: [] })
    state.status = 503
    for (const kept of ['', '{"ke', 'null', '{}', '[]']) {
      writeFileSync(cacheFile, kept)
      const keys = fetchRemoteKeys(url, systemRuntime, { cacheFile })
      t.after(() => keys.stop())
      assert.equal(keys.current(), undefined, kept)
    }
  })

  test('a fetch that failed is repeated soon, also while there are keys, but not sooner than it was asked to', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-keys-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const cacheFile = join(folder, 'keys.json')
    const [old, fresh] = [await signer('old'), await signer('fresh')]
    const { state, url } = await publisher(t, { keys: [fresh.jwk] })
    const runtime = createVirtualRuntime()
    writeFileSync(cacheFile, JSON.stringify({ keys: [old.jwk] }))
    Object.assign(state, { status: 503, retryAfter: '1' })
    const keys = fetchRemoteKeys(url, { ...withRealDeadlines(runtime), random: () => 0 }, { cacheFile })
    t.after(() => keys.stop())
    // The first fetch waits for nothing; what comes next is known when it has failed.
    await runtime.advance(0)
    await untilTrue(() => runtime.waiting().length > 0)
    assert.deepEqual(runtime.waiting(), [1_000], 'as it was asked to')
    state.status = 200
    await runtime.advance(1_000)
    await untilTrue(() => keys.current()?.keys[0]?.kid === fresh.jwk.kid)
  })

  test('that cannot be fetched are reported once in a row, and before the first success not at once', async (t) => {
    const { jwk } = await signer('a')
    const { state, url } = await publisher(t, { keys: [jwk] })
    const runtime = createVirtualRuntime()
    let reports = 0
    const keys = fetchRemoteKeys(url, withRealDeadlines(runtime), { onFailure: () => reports++ })
    keys.stop() // Only the looks below count.
    const look = async (status: number, laterMs = 1_000) => {
      state.status = status
      await runtime.advance(laterMs)
      await runtime.advanceUntil(keys.refresh())
      return reports
    }
    assert.deepEqual([await look(503), await look(503, 3_000)], [0, 0])
    assert.deepEqual([await look(503, 1_000), await look(503)], [1, 1])
    assert.equal(await look(200), 1)
    const first = keys.current()
    assert.equal(await look(200), 1)
    assert.equal(keys.current(), first, 'the same keys are the same object')
    assert.deepEqual([await look(503), await look(503), await look(200), await look(503)], [2, 2, 2, 3])
    assert.equal(keys.current(), first)
  })

  test('however many ask at once, one request goes out', async (t) => {
    const { jwk } = await signer('a')
    const { state, url } = await publisher(t, { keys: [jwk] })
    const runtime = createVirtualRuntime()
    const keys = fetchRemoteKeys(url, withRealDeadlines(runtime))
    keys.stop() // Only the looks below count.
    const all = () => runtime.advanceUntil(Promise.all(Array.from({ length: 50 }, () => keys.refresh())))
    await all()
    assert.deepEqual([state.requests, runtime.monotonic()], [1, 0])
    await all()
    assert.deepEqual([state.requests, runtime.monotonic()], [2, 400], 'the second one waits')
  })

  test('a key that is created a moment after a fetch is still found', async (t) => {
    const [old, fresh] = [await signer('old'), await signer('fresh')]
    const { state, url } = await publisher(t, { keys: [old.jwk] })
    const keys = fetchRemoteKeys(url, systemRuntime)
    t.after(() => keys.stop())
    const verify = createTokenVerifier(keys, () => NOW)
    const forged = await (await signer('forged')).sign()
    await assert.rejects(async () => verify(forged), { code: 'unauthenticated' })
    state.keys = { keys: [old.jwk, fresh.jwk] }
    assert.ok(await verify(await fresh.sign()))
  })

  test('come from whichever publisher answers', async (t) => {
    const [old, fresh] = [await signer('old'), await signer('fresh')]
    const [first, second] = [await publisher(t, { keys: [old.jwk] }), await publisher(t, { keys: [old.jwk] })]
    const keys = fetchRemoteKeys([first.url, second.url], systemRuntime)
    t.after(() => keys.stop())
    await keys.refresh()
    first.state.status = 503
    second.state.keys = { keys: [fresh.jwk] }
    await keys.refresh()
    assert.deepEqual(keys.current(), { keys: [fresh.jwk] })
  })
})
