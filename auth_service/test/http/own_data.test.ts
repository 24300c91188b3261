import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createWorld, PASSWORD, type World } from '../support.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Mobile/15E Safari/604'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const loginFrom = (world: World, agent: string, ip = '10.0.0.1') =>
  world.call('POST', '/login', {
    body: { username: 'ada', password: PASSWORD },
    ip,
    headers: { 'user-agent': agent, 'accept-language': 'de-AT,de;q=0.9' },
  })

suite('the sessions of an account', () => {
  test('are listed with their browsers and times, and the current one is marked', async (t) => {
    const world = await createWorld(t)
    await world.register('ada')
    const first = (await loginFrom(world, FIREFOX)).body
    world.clock.pass(MINUTE)
    await loginFrom(world, SAFARI)
    world.clock.pass(MINUTE)
    const { access_token: token } = (await world.refresh(first.refresh_token)).body
    const { status, body } = await world.call('GET', '/me/sessions', { token })
    assert.equal(status, 200)
    assert.deepEqual(
      body.items.map((each: Record<string, unknown>) => [
        each.client,
        each.began_at,
        each.last_used_at,
        each.current,
      ]),
      [
        ['Safari on iPhone', '2026-01-02T03:05:05.678Z', '2026-01-02T03:05:05.678Z', false],
        ['Firefox on Linux', '2026-01-02T03:04:05.678Z', '2026-01-02T03:06:05.678Z', true],
      ],
    )
  })

  test('one is ended by its owner alone, and its public id ends nothing at logout', async (t) => {
    const world = await createWorld(t)
    const [ada, other, bob] = [await world.join('ada'), await world.login('ada'), await world.join('bob')]
    const list = async (token: string) => (await world.call('GET', '/me/sessions', { token })).body.items
    const id = (await list(ada.access_token)).find((each: { current: boolean }) => !each.current).id
    await world.call('POST', '/logout', { body: { refresh_token: `${id}.${'A'.repeat(43)}` } })
    assert.equal((await list(ada.access_token)).length, 2)
    const end = (token: string) => world.call('DELETE', `/me/sessions/${id}`, { token })
    assert.equal((await end(bob.access_token)).body.code, 'session_not_found')
    assert.equal((await end(ada.access_token)).status, 204)
    assert.equal((await end(ada.access_token)).status, 404)
    assert.equal((await world.refresh(other.refresh_token)).status, 401)
    assert.equal((await world.refresh(ada.refresh_token)).status, 200)
  })
})

suite('the mail of a new sign-in', () => {
  const proved = async (world: World) => {
    await world.register('ada')
    const { access_token } = (await loginFrom(world, FIREFOX)).body
    await world.proveEmail(access_token, 'ada@example.com')
  }

  test('is sent for another browser or network, once, in the language of the browser', async (t) => {
    const world = await createWorld(t)
    await proved(world)
    const sent = async (agent: string, ip?: string) => {
      assert.equal((await loginFrom(world, agent, ip)).status, 200)
      return (await world.sentMails()).map(({ kind, to, language, values }) => [
        kind,
        to,
        language,
        values.client,
      ])
    }
    const mail = (client: string) => [['new_sign_in', 'ada@example.com', 'de', client]]
    assert.deepEqual(await sent(FIREFOX), [])
    assert.deepEqual(await sent(SAFARI), mail('Safari on iPhone'))
    assert.deepEqual(await sent(SAFARI), [])
    assert.deepEqual(await sent(FIREFOX, '203.0.113.9'), mail('Firefox on Linux'))
    world.clock.pass(31 * DAY)
    assert.deepEqual(await sent(FIREFOX), mail('Firefox on Linux'))
  })

  test('is not sent for a login that failed, nor without a verified address', async (t) => {
    const world = await createWorld(t)
    await world.register('ada')
    await loginFrom(world, SAFARI)
    assert.deepEqual(await world.sentMails(), [])
    const other = await createWorld(t)
    await proved(other)
    await other.tryLogin('ada', 'wrong password', '203.0.113.9')
    assert.deepEqual(await other.sentMails(), [])
  })
})

suite('the data of an account', () => {
  test('1: the export has what is stored about its owner, and no secret', async (t) => {
    const world = await createWorld(t)
    await world.register('ada')
    const login = (await loginFrom(world, FIREFOX, '203.0.113.9')).body
    await world.proveEmail(login.access_token, 'ada@example.com')
    const { status, headers, body } = await world.call('GET', '/me/export', { token: login.access_token })
    assert.equal(status, 200)
    assert.match(String(headers['content-disposition']), /attachment/)
    assert.deepEqual(
      [body.account.username, body.account.verified_email, body.sessions[0].client, body.sessions[0].current],
      ['ada', 'ada@example.com', 'Firefox on Linux', true],
    )
    assert.ok(body.networks.some(({ what }: { what: string }) => what.startsWith('203.0.113')))
    assert.ok(body.clients.some(({ what }: { what: string }) => what.endsWith('Firefox on Linux')))
    const { passwordHash } = (await world.stores.users.findByName('ada'))!
    for (const secret of [passwordHash, login.refresh_token.split('.')[0], 'hash'])
      assert.ok(!JSON.stringify(body).includes(secret))
  })

  test('2: a deletion erases everything, frees the name and the address, and is recorded without a name', async (t) => {
    const world = await createWorld(t)
    await world.register('ada')
    const { access_token: token, refresh_token, user } = (await loginFrom(world, FIREFOX)).body
    await world.proveEmail(token, 'ada@example.com')
    assert.equal(
      (await world.call('DELETE', '/me', { token, body: { current_password: 'wrong' } })).status,
      403,
    )
    assert.equal(
      (await world.call('DELETE', '/me', { token, body: { current_password: PASSWORD } })).status,
      204,
    )
    assert.deepEqual(
      [(await world.call('GET', '/me', { token })).status, (await world.refresh(refresh_token)).status],
      [401, 401],
    )
    for (const prefix of ['known ada', `seen ${user.id}`, 'pair ada'])
      assert.deepEqual(await world.stores.throttle.startingWith(prefix, { limit: 9 }), [])
    assert.equal((await world.tryLogin('ada')).status, 401)
    const again = await world.join('ada')
    await world.proveEmail(again.access_token, 'ada@example.com')
    const root = await world.login('root')
    const log = (await world.call('GET', `/audit/accounts?subject=${user.id}`, { token: root.access_token }))
      .body
    assert.equal(log.items[0].action, 'account.deleted')
    // A whole word: ids have it as a part by chance.
    assert.doesNotMatch(JSON.stringify(log), /\bada\b/)
  })

  test('2: a fresh sign-in is a proof too, an old one is not; the last admin stays', async (t) => {
    const world = await createWorld(t)
    const ada = await world.join('ada')
    world.clock.pass(11 * MINUTE)
    const old = (await world.refresh(ada.refresh_token)).body.access_token
    assert.equal(
      (await world.call('DELETE', '/me', { token: old, body: {} })).body.code,
      'fresh_sign_in_required',
    )
    const { access_token: fresh } = await world.login('ada')
    assert.equal((await world.call('DELETE', '/me', { token: fresh, body: {} })).status, 204)
    const root = await world.login('root')
    assert.equal(
      (await world.call('DELETE', '/me', { token: root.access_token, body: {} })).body.code,
      'last_admin',
    )
  })
})
