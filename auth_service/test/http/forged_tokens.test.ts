import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { suite, test } from 'node:test'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { rotateKeys } from '../../src/rotate_keys.ts'
import { createWorld, sharedWorld, type Tokens, type World } from '../support.ts'

type Claims = Record<string, unknown>
type Forge = { world: World; ada: Tokens; claims: Claims; kid: string; key: CryptoKey; x: string }

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = ({ kid }: Forge, more: Claims = {}) => ({ alg: 'EdDSA', typ: 'at+jwt', kid, ...more })
/** Signed with the real key: only `claims` and `more` are wrong (undefined leaves a member out). */
const signed = (given: Forge, claims: Claims = {}, more: Claims = {}) =>
  new SignJWT(present({ ...given.claims, ...claims }))
    .setProtectedHeader(present(header(given, more)) as { alg: string })
    .sign(given.key)
const present = (members: Claims) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
const foreignKey = () => generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
const hmac = (given: Forge, secret: string | Buffer) => {
  const content = `${encode(header(given, { alg: 'HS256' }))}.${encode(given.claims)}`
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}
const changed = (token: string, part: number, edit: (text: string) => string) =>
  token
    .split('.')
    .map((text, i) => (i === part ? edit(text) : text))
    .join('.')

const FORGED: Record<string, (given: Forge) => Promise<string> | string> = {
  'alg none, unsigned': (given) => `${encode(header(given, { alg: 'none' }))}.${encode(given.claims)}.`,
  'alg none with our signature': (given) =>
    changed(given.ada.access_token, 0, () => encode(header(given, { alg: 'none' }))),
  'alg None': (given) => `${encode(header(given, { alg: 'None' }))}.${encode(given.claims)}.`,
  'HS256 with the public key (raw) as secret': (given) => hmac(given, Buffer.from(given.x, 'base64url')),
  'HS256 with the public key (text) as secret': (given) => hmac(given, given.x),
  'HS256 with the JWK as secret': (given) =>
    hmac(given, JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: given.x })),
  'HS256 with an empty secret': (given) => hmac(given, ''),
  'another issuer': (given) => signed(given, { iss: 'https://evil.example' }),
  'no issuer': (given) => signed(given, { iss: undefined }),
  'another audience': (given) => signed(given, { aud: 'another shop' }),
  'no audience': (given) => signed(given, { aud: undefined }),
  'type JWT': (given) => signed(given, {}, { typ: 'JWT' }),
  'type service+jwt': (given) => signed(given, {}, { typ: 'service+jwt' }),
  'no type': (given) => signed(given, {}, { typ: undefined }),
  expired: (given) => signed(given, { exp: Number(given.claims.iat) - 60 }),
  'no expiry': (given) => signed(given, { exp: undefined }),
  'expiry as text': (given) => signed(given, { exp: '9999999999' }),
  'not yet valid': (given) => signed(given, { nbf: Number(given.claims.iat) + 3600 }),
  'no subject': (given) => signed(given, { sub: undefined }),
  'no id': (given) => signed(given, { jti: undefined }),
  'no role': (given) => signed(given, { role: undefined }),
  'an unknown role': (given) => signed(given, { role: 'superuser' }),
  'roles as a list': (given) => signed(given, { role: ['customer', 'admin'] }),
  'an unknown kid': (given) => signed(given, {}, { kid: 'x'.repeat(43) }),
  'a kid that is a path': (given) => signed(given, {}, { kid: '../../../../dev/null' }),
  'a kid that is SQL': (given) => signed(given, {}, { kid: "' OR 1=1 --" }),
  'a kid that is a prototype': (given) => signed(given, {}, { kid: '__proto__' }),
  'a foreign key under our kid': async (given) =>
    signed({ ...given, key: (await foreignKey()).privateKey as CryptoKey }),
  'a foreign key embedded as jwk': async (given) => {
    const pair = await foreignKey()
    return signed(
      { ...given, key: pair.privateKey as CryptoKey },
      {},
      { jwk: await exportJWK(pair.publicKey) },
    )
  },
  'a foreign key embedded as jwk, without kid': async (given) => {
    const pair = await foreignKey()
    const jwk = await exportJWK(pair.publicKey)
    return signed({ ...given, key: pair.privateKey as CryptoKey }, {}, { jwk, kid: undefined })
  },
  'a foreign key by jku': async (given) =>
    signed(
      { ...given, key: (await foreignKey()).privateKey as CryptoKey },
      {},
      { jku: 'https://evil.example' },
    ),
  'a foreign key by x5u': async (given) =>
    signed(
      { ...given, key: (await foreignKey()).privateKey as CryptoKey },
      {},
      { x5u: 'https://evil.example' },
    ),
  'an unknown critical header': (given) => {
    const token = `${encode(header(given, { crit: ['exp2'], exp2: 1 }))}.${encode(given.claims)}`
    return `${token}.${given.ada.access_token.split('.')[2]}`
  },
  'ES256 by a foreign key': async (given) => {
    const pair = await generateKeyPair('ES256')
    return signed({ ...given, key: pair.privateKey as CryptoKey }, {}, { alg: 'ES256' })
  },
  'a payload raised to admin': (given) =>
    changed(given.ada.access_token, 1, () => encode({ ...given.claims, role: 'admin' })),
  'a payload of another user': (given) =>
    changed(given.ada.access_token, 1, () => encode({ ...given.claims, sub: 'another' })),
  'a changed signature': (given) =>
    changed(given.ada.access_token, 2, (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1)),
  'no signature': (given) => changed(given.ada.access_token, 2, () => ''),
  'two parts': (given) => given.ada.access_token.split('.').slice(0, 2).join('.'),
  'five parts': (given) => `${given.ada.access_token}.a.b`,
  'a refresh token': (given) => given.ada.refresh_token,
  garbage: () => 'garbage',
  'dots alone': () => '..',
  'braces for a header': (given) => changed(given.ada.access_token, 0, () => encode({})),
  'longer than any of ours': () => 'a'.repeat(5000),
}

async function prepare(world: World): Promise<Forge> {
  const ada = await world.join('ada')
  const [{ kid, jwk }] = (await world.stores.keys.list()) as [
    Awaited<ReturnType<World['stores']['keys']['list']>>[0],
  ]
  const claims = JSON.parse(Buffer.from(ada.access_token.split('.')[1]!, 'base64url').toString())
  return { world, ada, claims, kid, x: jwk.x, key: (await importJWK(jwk, 'EdDSA')) as CryptoKey }
}

suite('forged access tokens', () => {
  const shared = sharedWorld()
  let prepared: Forge | undefined

  test('a correct token made with the same functions is accepted', async (t) => {
    const given = await prepare(await createWorld(t))
    const answer = await given.world.call('GET', '/me', { token: await signed(given) })
    assert.equal(answer.status, 200)
  })

  for (const [what, forge] of Object.entries(FORGED)) {
    test(`${what}: 401 unauthenticated`, async () => {
      prepared ??= await prepare(shared())
      const given = prepared
      const token = await forge(given)
      const { status, body, headers } = await given.world.call('GET', '/me', { token })
      assert.deepEqual([status, body.code], [401, 'unauthenticated'])
      assert.match(String(headers['www-authenticate']), /^Bearer/)
    })
  }

  const schemes: [string, string | undefined][] = [
    ['no header', undefined],
    ['an empty one', ''],
    ['Bearer without a token', 'Bearer '],
    ['Basic', `Basic ${Buffer.from('root:plum tart on tuesday').toString('base64')}`],
  ]
  for (const [what, authorization] of schemes) {
    test(`${what}: 401 unauthenticated`, async () => {
      const { app } = shared()
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await app.inject({ url: '/me', headers })
      assert.deepEqual([answer.statusCode, answer.json().code], [401, 'unauthenticated'])
    })
  }

  test('an access token is not a refresh token', async (t) => {
    const world = await createWorld(t)
    const { access_token } = await world.join('ada')
    const { status } = await world.refresh(access_token.slice(0, 200))
    assert.equal(status, 401)
    assert.equal((await world.refresh(access_token)).status, 400)
  })

  test('a token expires', async (t) => {
    const world = await createWorld(t, { accessTokenTtlSeconds: 60 })
    const { access_token: token } = await world.join('ada')
    world.clock.pass(59_000)
    assert.equal((await world.call('GET', '/me', { token })).status, 200)
    world.clock.pass(7_000)
    assert.equal((await world.call('GET', '/me', { token })).status, 401)
  })
})

suite('rotated keys', () => {
  const kids = async (world: World) =>
    (await world.call('GET', '/.well-known/jwks.json')).body.keys.map((key: { kid: string }) => key.kid)
  const kidOf = ({ access_token }: Tokens) =>
    JSON.parse(Buffer.from(access_token.split('.')[0]!, 'base64url').toString()).kid

  test('forced: new tokens use the new key at once, old ones stay valid', async (t) => {
    const world = await createWorld(t)
    const old = await world.join('ada')
    const { kid, removed } = await rotateKeys({ keys: world.stores.keys, now: world.clock.now })
    const fresh = await world.login('ada')
    assert.deepEqual(removed, [])
    assert.deepEqual([kidOf(fresh), await kids(world)], [kid, [kidOf(old), kid]])
    for (const { access_token: token } of [old, fresh]) {
      assert.equal((await world.call('GET', '/me', { token })).status, 200)
    }
  })

  test('withdrawn: old tokens are refused at once, and sessions continue', async (t) => {
    const world = await createWorld(t)
    const old = await world.join('ada')
    assert.equal((await world.call('GET', '/me', { token: old.access_token })).status, 200)
    const options = { keys: world.stores.keys, now: world.clock.now, withdraw: true }
    const { kid, removed } = await rotateKeys(options)
    assert.deepEqual([removed, await kids(world)], [[kidOf(old)], [kid]])
    assert.equal((await world.call('GET', '/me', { token: old.access_token })).status, 401)
    const { body } = await world.refresh(old.refresh_token)
    assert.equal((await world.call('GET', '/me', { token: body.access_token })).status, 200)
  })
})
