import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  createServiceTokens,
  createServiceTokenVerifier,
  serviceSecrets,
  TOKENS_CACHED_MAX,
} from '../../src/identity/service_tokens.ts'

const SECRET = 'a'.repeat(32)
const NOW = new Date('2026-01-01T00:00:00Z')
const later = (seconds: number) => () => new Date(NOW.getTime() + seconds * 1000)

suite('/internal is for services alone (invariant 10)', () => {
  test('a fresh token for this service is accepted, and verified once', async () => {
    const token = await createServiceTokens(SECRET, 'order_service', 'product_service', later(0))()
    const verify = createServiceTokenVerifier([SECRET], 'product_service', later(0))
    await verify(token)
    assert.equal(verify(token), undefined)
  })

  const refused: [string, string, string, number][] = [
    ['signed with another secret', 'b'.repeat(32), 'product_service', 0],
    ['for another service', SECRET, 'auth_service', 0],
    ['that has expired', SECRET, 'product_service', 90],
  ]
  for (const [what, secret, audience, age] of refused) {
    test(`a token ${what} is refused`, async () => {
      const token = await createServiceTokens(secret, 'order_service', audience, later(0))()
      const verify = createServiceTokenVerifier([SECRET], 'product_service', later(age))
      await assert.rejects(async () => verify(token), { code: 'unauthenticated' })
    })
  }

  test('a token signed with the previous secret is accepted until that secret is removed', async () => {
    const previous = 'b'.repeat(32)
    const both = serviceSecrets({ SERVICE_SECRET: SECRET, SERVICE_SECRET_PREVIOUS: previous })
    assert.deepEqual(both, [SECRET, previous])
    assert.deepEqual(serviceSecrets({ SERVICE_SECRET: SECRET }), [SECRET])
    for (const secret of both) {
      const token = await createServiceTokens(secret, 'order_service', 'product_service', later(0))()
      await createServiceTokenVerifier(both, 'product_service', later(0))(token)
    }
    const token = await createServiceTokens(previous, 'order_service', 'product_service', later(0))()
    const verify = createServiceTokenVerifier([SECRET], 'product_service', later(0))
    await assert.rejects(async () => verify(token), { code: 'unauthenticated' })
  })

  test('a cached token is refused once it has expired', async () => {
    let age = 0
    const verify = createServiceTokenVerifier([SECRET], 'product_service', () => later(age)())
    const token = await createServiceTokens(SECRET, 'order_service', 'product_service', later(0))()
    await verify(token)
    age = 90
    await assert.rejects(async () => verify(token), { code: 'unauthenticated' })
  })

  test(`at most ${TOKENS_CACHED_MAX} tokens are cached`, async () => {
    const verify = createServiceTokenVerifier([SECRET], 'product_service', later(0))
    const tokenOf = (i: number) =>
      createServiceTokens(SECRET, `order_service ${i}`, 'product_service', later(0))()
    const first = await tokenOf(0)
    await verify(first)
    for (let i = 1; i < TOKENS_CACHED_MAX; i++) await verify(await tokenOf(i))
    assert.equal(verify(first), undefined)
    await verify(await tokenOf(TOKENS_CACHED_MAX))
    assert.ok(verify(first) instanceof Promise)
    assert.equal(TOKENS_CACHED_MAX, 100)
  })

  test('a token is reused until shortly before it expires, and then replaced', async () => {
    let age = 0
    const next = createServiceTokens(SECRET, 'order_service', 'product_service', () => later(age)())
    const first = await next()
    age = 39
    assert.equal(await next(), first)
    age = 41
    assert.notEqual(await next(), first)
  })
})
