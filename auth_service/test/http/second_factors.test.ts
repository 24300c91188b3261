import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { codeAt, createWorld, enrol, onOneFile, PASSWORD, tokenOf, type World } from '../support.ts'

const STEP = 30_000
const MINUTE = 60_000

const challengeOf = async (world: World, name = 'ada'): Promise<string> => {
  world.clock.pass(1)
  const { status, body } = await world.tryLogin(name)
  assert.deepEqual([status, body.code], [401, 'second_factor_required'])
  return body.challenge
}
const finish = (world: World, challenge: string, code: string, ip?: string) =>
  world.call('POST', '/login/second_factor', { body: { challenge, code }, ...(ip ? { ip } : {}) })

suite('a second factor', () => {
  test('1: counts from its first code on: all other sessions end, and a login needs a code', async (t) => {
    const world = await createWorld(t)
    const [ada, other] = [await world.join('ada'), await world.login('ada')]
    const made = await world.call('POST', '/me/totp', { token: ada.access_token, body: {} })
    assert.match(
      made.body.uri,
      /^otpauth:\/\/totp\/shop\.example:ada\?issuer=shop\.example&secret=[A-Z2-7]{32}&/,
    )
    await world.login('ada')
    const wrong = await world.call('PUT', '/me/totp', { token: ada.access_token, body: { code: 'x12345' } })
    assert.equal(wrong.body.code, 'invalid_code')
    const { code } = await enrol(world, ada)
    const again = await world.call('POST', '/me/totp', { token: ada.access_token, body: {} })
    assert.deepEqual([again.status, again.body.code], [409, 'second_factor_exists'])
    assert.equal((await world.refresh(other.refresh_token)).status, 401)
    assert.equal((await world.refresh(ada.refresh_token)).status, 200)
    const state = await world.call('GET', '/me/totp', { token: ada.access_token })
    assert.deepEqual(state.body, { confirmed_at: world.clock.now().toISOString(), recovery_codes_left: 10 })
    world.clock.pass(STEP)
    const { status, body } = await finish(world, await challengeOf(world), code())
    assert.deepEqual([status, body.user.username], [200, 'ada'])
  })

  test('2: the code of a step is accepted once; those of the steps beside it are too, later ones first', async (t) => {
    const world = await createWorld(t)
    const { secret } = await enrol(world, await world.join('ada'))
    const at = (steps: number) => codeAt(secret, new Date(world.clock.now().getTime() + steps * STEP))
    const use = async (code: string) => (await finish(world, await challengeOf(world), code)).status
    assert.equal(await use(at(0)), 403, 'used at the enrolment')
    world.clock.pass(2 * STEP)
    assert.deepEqual(
      [await use(at(-2)), await use(at(2)), await use(at(-1)), await use(at(-1))],
      [403, 403, 200, 403],
    )
    assert.deepEqual([await use(at(1)), await use(at(0))], [200, 403])
  })

  test('2: of two replicas that get a code at the same time, one accepts it', async (t) => {
    const [a, b] = await onOneFile(t)
    const here = await createWorld(t, { stores: a })
    const { code } = await enrol(here, await here.join('ada'))
    const there = await createWorld(t, { stores: b, runtime: here.clock })
    here.clock.pass(STEP)
    const challenges = []
    for (let i = 0; i < 4; i++) challenges.push(await challengeOf(here))
    const answers = await Promise.all(
      challenges.map((each, i) => finish([here, there][i % 2]!, each, code())),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  test('3: a recovery code works once, in any spelling, and new ones replace them', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    const { recoveryCodes, secret } = await enrol(world, session)
    assert.equal(new Set(recoveryCodes).size, 10)
    const [first, second] = recoveryCodes as [string, string]
    assert.match(first, /^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/)
    const use = async (code: string) => (await finish(world, await challengeOf(world), code)).status
    assert.deepEqual([await use(first.toUpperCase().replaceAll('-', ' ')), await use(first)], [200, 403])
    const renewed = await world.call('POST', '/me/recovery_codes', { token: session.access_token, body: {} })
    assert.deepEqual([await use(second), await use(renewed.body.recovery_codes[0])], [403, 200])
    const [stored] = await world.stores.credentials.ofUser(session.user.id, 'second factor', 1)
    for (const code of renewed.body.recovery_codes) assert.ok(!JSON.stringify(stored).includes(code))
    const state = (await world.call('GET', '/me/totp', { token: session.access_token })).body
    assert.equal(state.recovery_codes_left, 9)
    assert.ok(!JSON.stringify(state).includes(secret))
  })

  test('4: guesses are counted for the account, from all networks; the login before does not reset them', async (t) => {
    const world = await createWorld(t)
    const { code } = await enrol(world, await world.join('ada'))
    world.clock.pass(STEP)
    const guess = async (i: number) => finish(world, await challengeOf(world), 'wrong1', `10.0.${i}.1`)
    for (let i = 0; i < 5; i++) assert.equal((await guess(i)).body.code, 'invalid_code')
    const paused = await finish(world, await challengeOf(world), code(), '10.9.9.9')
    assert.deepEqual([paused.status, paused.body.code], [429, 'too_many_attempts'])
    world.clock.pass(MINUTE)
    assert.equal((await finish(world, await challengeOf(world), code())).status, 200)
  })

  test('a challenge is good for one sign-in, five minutes, and the password that it proved', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    const { code } = await enrol(world, session)
    const use = async (challenge: string) => {
      world.clock.pass(STEP)
      return (await finish(world, challenge, code())).body.code
    }
    const [used, late, changed] = [
      await challengeOf(world),
      await challengeOf(world),
      await challengeOf(world),
    ]
    assert.deepEqual([await use(used), await use(used)], [undefined, 'invalid_challenge'])
    const change = { current_password: PASSWORD, new_password: 'quince jam on friday' }
    await world.call('PUT', '/me/password', { token: session.access_token, body: change })
    assert.equal(await use(changed), 'invalid_challenge')
    world.clock.pass(5 * MINUTE)
    assert.equal(await use(late), 'invalid_challenge')
  })

  test('5: a session that a release without second factors began is not refreshed', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    const { secret } = await enrol(world, session)
    const account = (await world.stores.users.find(session.user.id))!
    const { sessionId, token } = world.ports.refreshTokens.make()
    const [known] = await world.stores.sessions.ofUser(account.id, world.clock.now(), 1)
    const hash = world.ports.refreshTokens.hash(token)
    await world.stores.sessions.start({ ...known!, id: sessionId, tokenHash: hash, secondFactor: false }, 9)
    assert.equal((await world.refresh(token)).body.code, 'invalid_refresh_token')
    assert.ok(secret)
  })

  test('is turned off with a code; a new password by a link does not turn it off', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    await world.proveEmail(session.access_token, 'ada@example.com')
    const { code } = await enrol(world, session)
    await world.call('POST', '/password_resets', { body: { name: 'ada' } })
    const body = { token: tokenOf((await world.sentMails())[0]), new_password: PASSWORD }
    assert.equal((await world.call('PUT', '/password_resets', { body })).status, 204)
    world.clock.pass(STEP)
    const { access_token: token } = (await finish(world, await challengeOf(world), code())).body
    const off = (given: string) => world.call('DELETE', '/me/totp', { token, body: { code: given } })
    assert.equal((await off('000000x')).body.code, 'invalid_code')
    world.clock.pass(STEP)
    assert.equal((await off(code())).status, 204)
    await world.login('ada')
  })

  test('an enrolment ends after an hour', async (t) => {
    const world = await createWorld(t)
    const { access_token: token, refresh_token } = await world.join('ada')
    const { secret } = (await world.call('POST', '/me/totp', { token, body: {} })).body
    world.clock.pass(60 * MINUTE)
    const renewed = (await world.refresh(refresh_token)).body.access_token
    const code = codeAt(secret, world.clock.now())
    const { body } = await world.call('PUT', '/me/totp', { token: renewed, body: { code } })
    assert.equal(body.code, 'no_second_factor')
  })

  test('one that was lost is removed by an admin, with an entry in the audit log', async (t) => {
    const world = await createWorld(t)
    const session = await world.join('ada')
    await enrol(world, session)
    const { access_token: token, user } = await world.login('root')
    const remove = () => world.call('DELETE', `/users/${session.user.id}/second_factor`, { token })
    assert.deepEqual([(await remove()).status, (await remove()).body.code], [204, 'no_second_factor'])
    const log = await world.call('GET', `/audit/accounts?subject=${session.user.id}`, { token })
    assert.deepEqual(
      [log.body.items[0].action, log.body.items[0].by],
      ['account.second_factor_removed', user.id],
    )
    assert.equal((await world.refresh(session.refresh_token)).status, 401)
    await world.login('ada')
  })
})

suite('admins who need a second factor', () => {
  test('6: have the rights of a customer until they have proved one', async (t) => {
    const world = await createWorld(t, { adminsNeedFactor: true })
    const root = (await world.tryLogin('root')).body
    assert.deepEqual([root.user.role, root.needs_second_factor], ['customer', true])
    const users = async (token: string) => (await world.call('GET', '/users', { token })).status
    assert.equal(await users(root.access_token), 403)
    const { code } = await enrol(world, root)
    const renewed = (await world.refresh(root.refresh_token)).body
    assert.deepEqual([renewed.user.role, renewed.needs_second_factor], ['admin', undefined])
    assert.equal(await users(renewed.access_token), 200)
    world.clock.pass(STEP)
    const again = (await finish(world, await challengeOf(world, 'root'), code())).body
    assert.equal(await users(again.access_token), 200)
    world.clock.pass(STEP)
    const off = await world.call('DELETE', '/me/totp', { token: again.access_token, body: { code: code() } })
    assert.equal(off.status, 204)
    assert.equal((await world.refresh(renewed.refresh_token)).status, 401)
    assert.equal((await world.login('root')).user.id, root.user.id)
    assert.equal((await world.tryLogin('root')).body.user.role, 'customer')
  })

  test('6: customers, and admins of other shops, do not', async (t) => {
    const world = await createWorld(t, { adminsNeedFactor: true })
    await world.register('ada')
    assert.equal((await world.tryLogin('ada')).body.needs_second_factor, undefined)
    const other = await createWorld(t)
    assert.equal((await other.tryLogin('root')).body.user.role, 'admin')
  })
})
