import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PASSKEYS_MAX } from '../../src/domain/passkeys.ts'
import { createAuthenticator } from '../authenticator.ts'
import { createWorld, enrol, PASSWORD, PUBLIC_URL, type World } from '../support.ts'

const MINUTE = 60_000

const optionsFor = async (world: World, token: string) => {
  const { status, body } = await world.call('POST', '/me/passkeys/options', {
    token,
    body: { current_password: PASSWORD },
  })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const add = (world: World, token: string, credential: object, name = 'phone') =>
  world.call('POST', '/me/passkeys', { token, body: { name, credential } })
const loginOptions = async (world: World) => (await world.call('POST', '/login/passkey/options')).body
const login = (world: World, credential: object) =>
  world.call('POST', '/login/passkey', { body: { credential } })

async function withPasskey(world: World, name = 'ada') {
  const session = await world.join(name)
  const phone = createAuthenticator(PUBLIC_URL)
  const added = await add(
    world,
    session.access_token,
    phone.create(await optionsFor(world, session.access_token)),
  )
  assert.equal(added.status, 201, JSON.stringify(added.body))
  return { ...session, phone }
}

suite('passkeys', () => {
  test('one is added, signs in without a name, is listed with its last use, and removed', async (t) => {
    const world = await createWorld(t)
    const { phone, access_token: token, user } = await withPasskey(world)
    const options = await loginOptions(world)
    assert.deepEqual(
      [options.rpId, options.userVerification, options.allowCredentials ?? []],
      ['shop.example', 'required', []],
    )
    world.clock.pass(MINUTE)
    const { status, body } = await login(world, phone.get(options))
    assert.deepEqual([status, body.user?.id], [200, user.id])
    const list = async () => (await world.call('GET', '/me/passkeys', { token })).body.items
    assert.deepEqual(await list(), [
      {
        ...{ id: phone.id, name: 'phone', created_at: '2026-01-02T03:04:05.678Z' },
        last_used_at: '2026-01-02T03:05:05.678Z',
      },
    ])
    const bob = await world.join('bob')
    const remove = (by: string) => world.call('DELETE', `/me/passkeys/${phone.id}`, { token: by })
    assert.deepEqual([(await remove(bob.access_token)).status, (await remove(token)).status], [404, 204])
    assert.equal((await login(world, phone.get(await loginOptions(world)))).body.code, 'passkey_refused')
  })

  test('1: a challenge is used up by its first answer, right or wrong, and ends after five minutes', async (t) => {
    const world = await createWorld(t)
    const { phone } = await withPasskey(world)
    const refused = async (credential: object) => (await login(world, credential)).body.code
    const options = await loginOptions(world)
    const answers = await Promise.all(Array.from({ length: 4 }, () => login(world, phone.get(options))))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    const other = await loginOptions(world)
    const { signature: _, ...unsigned } = phone.get(other).response
    assert.equal(
      await refused({ ...phone.get(other), response: { ...unsigned, signature: 'AAAA' } }),
      'passkey_refused',
    )
    assert.equal(await refused(phone.get(other)), 'passkey_refused')
    const late = await loginOptions(world)
    world.clock.pass(5 * MINUTE)
    assert.equal(await refused(phone.get(late)), 'passkey_refused')
    assert.equal(await refused(phone.get({ challenge: 'invented' })), 'passkey_refused')
  })

  test('1: a challenge to add a passkey is of one account, and none to sign in', async (t) => {
    const world = await createWorld(t)
    const [ada, bob] = [await world.join('ada'), await world.join('bob')]
    const phone = createAuthenticator(PUBLIC_URL)
    const options = await optionsFor(world, ada.access_token)
    assert.equal((await add(world, bob.access_token, phone.create(options))).body.code, 'passkey_refused')
    const toSignIn = await loginOptions(world)
    assert.equal((await add(world, ada.access_token, phone.create(toSignIn))).body.code, 'passkey_refused')
    assert.equal((await add(world, ada.access_token, phone.create(options))).status, 201)
  })

  test('1: a stolen access token adds none', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    world.clock.pass(11 * MINUTE)
    const token = (await world.refresh(session.refresh_token)).body.access_token
    const { body } = await world.call('POST', '/me/passkeys/options', { token, body: {} })
    assert.equal(body.code, 'fresh_sign_in_required')
  })

  test('2: one passkey cannot be of two accounts', async (t) => {
    const world = await createWorld(t)
    const { phone } = await withPasskey(world)
    const bob = await world.join('bob')
    const again = phone.create(await optionsFor(world, bob.access_token))
    assert.equal((await add(world, bob.access_token, again)).body.code, 'passkey_refused')
  })

  test('2: a counter that does not grow is refused: the passkey was copied', async (t) => {
    const world = await createWorld(t)
    const { phone } = await withPasskey(world)
    const use = async (counter: number) =>
      (await login(world, phone.get(await loginOptions(world), { counter }))).status
    assert.deepEqual([await use(7), await use(7), await use(6), await use(8)], [200, 403, 403, 200])
  })

  test('3: an answer without verification of the owner, or of another page, is refused', async (t) => {
    const world = await createWorld(t)
    const { phone, access_token: token } = await withPasskey(world)
    for (const flags of [
      { userVerified: false },
      { origin: 'https://evil.example' },
      { origin: 'http://shop.example' },
    ]) {
      assert.equal(
        (await login(world, phone.get(await loginOptions(world), flags))).body.code,
        'passkey_refused',
      )
      const other = createAuthenticator(PUBLIC_URL)
      const made = other.create(await optionsFor(world, token), flags)
      assert.equal((await add(world, token, made)).body.code, 'passkey_refused')
    }
  })

  test('3: a passkey is a second factor: no code is asked for, and admins who need one have their rights', async (t) => {
    const world = await createWorld(t, { adminsNeedFactor: true })
    const { phone, ...session } = await withPasskey(world)
    await enrol(world, session)
    assert.equal((await login(world, phone.get(await loginOptions(world)))).status, 200)
    const root = await world.login('root')
    const key = createAuthenticator(PUBLIC_URL)
    await add(world, root.access_token, key.create(await optionsFor(world, root.access_token)))
    const { body } = await login(world, key.get(await loginOptions(world)))
    assert.equal(body.user.role, 'admin')
  })

  test('an account has a limited number, and a shop without PUBLIC_URL has none', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = await world.join('ada')
    for (let i = 0; i < PASSKEYS_MAX; i++) {
      const key = createAuthenticator(PUBLIC_URL)
      assert.equal((await add(world, token, key.create(await optionsFor(world, token)))).status, 201)
    }
    const beyond = await world.call('POST', '/me/passkeys/options', { token, body: {} })
    assert.deepEqual([beyond.status, beyond.body.code], [409, 'too_many_passkeys'])
    const other = await createWorld(t, { publicUrl: undefined })
    assert.equal((await loginOptions(other)).code, 'passkeys_unavailable')
    const absent = await world.call('DELETE', '/me/passkeys/absent', { token })
    assert.equal(absent.body.code, 'passkey_not_found')
  })

  test('challenges are throttled by address', async (t) => {
    const world = await createWorld(t)
    const ask = async (ip: string) => (await world.call('POST', '/login/passkey/options', { ip })).status
    for (let i = 0; i < 120; i++) assert.equal(await ask('10.0.0.1'), 200)
    assert.deepEqual([await ask('10.0.0.1'), await ask('10.0.0.2')], [429, 200])
  })
})
