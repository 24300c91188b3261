import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { WITHDRAWN_PATH } from '@shop/service_kit/identity/withdrawn_tokens'
import { OPERATOR } from '../../src/domain/author.ts'
import type { Stores } from '../../src/domain/ports.ts'
import { WITHDRAWN_CACHE_MS } from '../../src/http/key_routes.ts'
import { createWorld, inMemory, PASSWORD, type World } from '../support.ts'

/** The list after the cache time. */
const list = async (world: World) => {
  world.clock.pass(WITHDRAWN_CACHE_MS)
  return (await world.call('GET', WITHDRAWN_PATH)).body.withdrawn
}
const me = async (world: World, token: string) => (await world.call('GET', '/me', { token })).status
const versionOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).ver ?? 1) as number

suite('access tokens withdrawn before they expire', () => {
  test('by a new role: the old token is refused, a new one of the same second is accepted, and the list shows it', async (t) => {
    const world = await createWorld(t)
    const root = await world.login('root')
    const ada = await world.join('ada')
    assert.deepEqual(await list(world), [])
    const promote = (role: string) =>
      world.call('PUT', `/users/${ada.user.id}/role`, { token: root.access_token, body: { role } })
    assert.equal((await promote('customer')).status, 200)
    assert.equal(await me(world, ada.access_token), 200, 'the same role changes nothing')
    assert.equal((await promote('admin')).status, 200)
    const refused = await world.call('GET', '/me', { token: ada.access_token })
    assert.deepEqual([refused.status, refused.body.code], [401, 'unauthenticated'])
    assert.match(String(refused.headers['www-authenticate']), /invalid_token/)
    const fresh = (await world.refresh(ada.refresh_token)).body.access_token
    assert.equal(await me(world, fresh), 200)
    assert.deepEqual(await list(world), [{ user_id: ada.user.id, least_version: versionOf(fresh) }])
    assert.ok(versionOf(ada.access_token) < versionOf(fresh))
    assert.equal(await me(world, root.access_token), 200, 'others stay as they are')
  })

  test('by a new password', async (t) => {
    const world = await createWorld(t)
    const ada = await world.join('ada')
    const body = {
      current_password: PASSWORD,
      new_password: 'quince jam on friday',
      refresh_token: ada.refresh_token,
    }
    assert.equal((await world.call('PUT', '/me/password', { token: ada.access_token, body })).status, 204)
    assert.equal(await me(world, ada.access_token), 401)
    const fresh = (await world.refresh(ada.refresh_token)).body.access_token
    assert.equal(await me(world, fresh), 200)
    assert.equal((await list(world)).length, 1)
  })

  test('a token lives from when its account was read, however long its process stood still then', async (t) => {
    const [stores] = await inMemory(t)
    let standStill = () => {}
    const after = async <T>(found: Promise<T>) => {
      const account = await found
      standStill()
      return account
    }
    const users: Stores['users'] = {
      ...stores.users,
      find: (id) => after(stores.users.find(id)),
      findByName: (name) => after(stores.users.findByName(name)),
    }
    const world = await createWorld(t, { stores: { ...stores, users } })
    const { refresh_token } = await world.join('ada')
    standStill = () => world.clock.pass(10_000)
    for (const issue of [() => world.login('ada'), async () => (await world.refresh(refresh_token)).body]) {
      const began = world.clock.now().getTime()
      const { access_token, expires_in } = await issue()
      const { exp } = JSON.parse(Buffer.from(access_token.split('.')[1]!, 'base64url').toString())
      assert.equal(exp, Math.floor(began / 1000) + 600)
      assert.equal(expires_in, exp - Math.floor(world.clock.now().getTime() / 1000))
    }
    // A clock that was ahead and is set back: no token is valid for longer.
    standStill = () => world.clock.pass(-86_400_000)
    assert.equal((await world.login('ada')).expires_in, 600)
  })

  test('an account is listed until all tokens issued before have expired', async (t) => {
    const world = await createWorld(t)
    const ada = await world.join('ada')
    await world.stores.users.setRole(ada.user.id, 'admin', world.clock.now, OPERATOR)
    world.clock.pass(2 * 3_600_000)
    assert.equal((await list(world)).length, 1)
    world.clock.pass(60_000)
    assert.equal((await list(world)).length, 0)
  })

  test('the list is not sent again if it has not changed', async (t) => {
    const world = await createWorld(t)
    const ada = await world.join('ada')
    const ask = (etag: string) =>
      world.app.inject({ url: WITHDRAWN_PATH, headers: { 'if-none-match': etag } })
    const { etag } = (await ask('"x"')).headers
    const again = await ask(String(etag))
    assert.deepEqual([again.statusCode, again.body], [304, ''])
    await world.stores.users.setRole(ada.user.id, 'admin', world.clock.now, OPERATOR)
    world.clock.pass(WITHDRAWN_CACHE_MS)
    assert.equal((await ask(String(etag))).statusCode, 200)
  })

  test('repeated requests read the store only once in the cache time', async (t) => {
    const world = await createWorld(t)
    const ada = await world.join('ada')
    const asked = t.mock.method(world.stores.users, 'withdrawals')
    const ask = () => world.app.inject({ url: WITHDRAWN_PATH })
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    assert.deepEqual(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size, 1)
    assert.equal(asked.mock.callCount(), 1)
    await world.stores.users.setRole(ada.user.id, 'admin', world.clock.now, OPERATOR)
    world.clock.pass(WITHDRAWN_CACHE_MS)
    assert.equal((await ask()).json().withdrawn.length, 1)
    assert.equal(asked.mock.callCount(), 2)
    world.clock.pass(-3_600_000)
    await ask()
    assert.equal(asked.mock.callCount(), 3, 'a clock that was set back forgets')
    world.clock.pass(3_600_000)
    asked.mock.mockImplementationOnce(() => Promise.reject(new Error('on purpose')))
    assert.equal((await ask()).statusCode, 500)
    assert.equal((await ask()).statusCode, 200, 'a failure is not remembered')
  })
})
