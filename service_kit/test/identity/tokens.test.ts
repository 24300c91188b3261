import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JSONWebKeySet } from 'jose'
import { KEYS_REFRESH_MS } from '../../src/identity/remote_keys.ts'
import {
  CLOCK_TOLERANCE_SECONDS,
  createTokenVerifier,
  TOKEN_LIFETIME_SECONDS_MAX,
  TOKENS_CACHED_MAX,
} from '../../src/identity/tokens.ts'
import { createSigner, NOW, NOW_SECONDS, USER } from '../fixtures/signer.ts'

/** A key source with `first`, and `state.next` after a refresh. */
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
  test('3: a verified token is verified once', async () => {
    const { jwk, sign } = await createSigner('a')
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

  test('a cached token is refused once it has expired', async () => {
    const { jwk, sign } = await createSigner('a')
    let now = NOW
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => now)
    const token = await sign()
    await verify(token)
    now = new Date(NOW.getTime() + 611_000)
    await assert.rejects(async () => verify(token), { code: 'unauthenticated', message: /expired/ })
  })

  test('5: a cached token is refused after the clock was set back to long before its expiry', async () => {
    const { jwk, sign } = await createSigner('a')
    let now = new Date(NOW.getTime() - 1_000)
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => now)
    const token = await sign()
    await verify(token)
    now = new Date(NOW.getTime() - 24 * 3_600_000)
    await assert.rejects(async () => verify(token), { code: 'unauthenticated' })
    now = NOW
    assert.ok(await verify(token), 'it is valid again at its time')
  })

  test('3: a token with an unknown kid fetches newer keys; tokens of a withdrawn key are refused', async () => {
    const [old, fresh] = [await createSigner('old'), await createSigner('fresh')]
    const { state, source } = keysOf({ keys: [old.jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    const oldToken = await old.sign()
    await verify(oldToken)
    state.next = { keys: [fresh.jwk] }
    assert.ok(await verify(await fresh.sign()))
    assert.equal(state.refreshes, 1)
    await assert.rejects(async () => verify(oldToken), { code: 'unauthenticated' })
  })

  test('3: a token whose key is withdrawn during its verification is not cached', async () => {
    const [old, fresh] = [await createSigner('old'), await createSigner('fresh')]
    const { state, source } = keysOf({ keys: [old.jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    const [oldToken, freshToken] = [await old.sign(), await fresh.sign()]
    const verifying = verify(oldToken)
    state.keys = state.next = { keys: [fresh.jwk] }
    await Promise.all([verifying, verify(freshToken)])
    await assert.rejects(async () => verify(oldToken), { code: 'unauthenticated' })
  })

  test('4: a withdrawn token is refused, cached or not; one of the least version is valid', async () => {
    const { jwk, sign } = await createSigner('a')
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

  test('4: isWithdrawn may be asynchronous', async () => {
    const { jwk, sign } = await createSigner('a')
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

  test('5: a token that expires later than any issued one is refused', async () => {
    const { jwk, sign } = await createSigner('a')
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
    assert.ok(await verify(await sign(TOKEN_LIFETIME_SECONDS_MAX)))
    const ahead = await sign(TOKEN_LIFETIME_SECONDS_MAX + CLOCK_TOLERANCE_SECONDS + 1)
    await assert.rejects(async () => verify(ahead), { code: 'unauthenticated', message: /live too long/ })
  })

  test(`3: at most ${TOKENS_CACHED_MAX} tokens are cached, and the oldest is replaced`, async (t) => {
    const { jwk, sign } = await createSigner('a')
    const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
    const isCached = (token: string) => !(verify(token) instanceof Promise)
    const [first, second, third] = [await sign(), await sign(600, { i: 1 }), await sign(600, { i: 2 })]
    await verify(first)
    // As if there were so many: signing them would take seconds.
    const size = t.mock.getter(Map.prototype, 'size', () => TOKENS_CACHED_MAX - 1)
    await verify(second)
    assert.ok(isCached(first))
    size.mock.mockImplementation(() => TOKENS_CACHED_MAX)
    await verify(third)
    assert.deepEqual([second, third, first].map(isCached), [true, true, false])
  })

  const foreign: [what: string, claims: object, sentence: RegExp][] = [
    ['an unknown role', { role: 'owner' }, /its claims are not ours/],
    ['a username that is no text', { username: 7 }, /its claims are not ours/],
    ['a version that is no integer', { ver: 1.5 }, /its claims are not ours/],
    ['no username', { username: undefined }, /does not verify/],
  ]
  for (const [what, claims, message] of foreign) {
    test(`a token with ${what} is refused`, async () => {
      const { jwk, sign } = await createSigner('a')
      const verify = createTokenVerifier(keysOf({ keys: [jwk] }).source, () => NOW)
      await assert.rejects(async () => verify(await sign(600, claims)), {
        code: 'unauthenticated',
        message,
        payload: { tokenRefused: true },
      })
    })
  }

  test('a text longer than any token is refused without parsing it', async () => {
    const { jwk } = await createSigner('a')
    const { state, source } = keysOf({ keys: [jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    await assert.rejects(async () => verify('x'.repeat(4_097)), { message: /it is too long/ })
    await assert.rejects(async () => verify('x'.repeat(4_096)), { message: /it does not verify/ })
    assert.equal(state.refreshes, 0, 'without a kid no keys are fetched')
  })

  test('the role is that of the token; without a version it has the first one', async () => {
    const { jwk, sign } = await createSigner('a')
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

  test('clocks may differ by five seconds in both directions', async () => {
    const { jwk, sign } = await createSigner('a')
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

  test('a token of an unpublished key fetches newer keys once, and is refused', async () => {
    const [known, unknown] = [await createSigner('known'), await createSigner('unknown')]
    const { state, source } = keysOf({ keys: [known.jwk] })
    const verify = createTokenVerifier(source, () => NOW)
    await assert.rejects(async () => verify(await unknown.sign()), { code: 'unauthenticated' })
    assert.equal(state.refreshes, 1)
    await assert.rejects(async () => verify((await known.sign()).slice(0, -9)), { code: 'unauthenticated' })
    assert.equal(state.refreshes, 1, 'a wrong signature fetches no keys')
  })

  test('while keys were never fetched the error is keys_unavailable', async () => {
    const { sign } = await createSigner('a')
    const verify = createTokenVerifier(keysOf(undefined).source, () => NOW)
    const token = await sign()
    await assert.rejects(async () => verify(token), { code: 'keys_unavailable' })
  })
})
