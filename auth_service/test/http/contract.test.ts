import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createApp } from '../../src/app.ts'
import { OPERATOR, SYSTEM } from '../../src/domain/author.ts'
import type { Payloads } from '../../src/domain/errors.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { createWorld, enrol, PASSWORD, sharedWorld, type Tokens, tokenOf, type World } from '../support.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
type Route = readonly [Method, string]
const UNKNOWN_ID = '01900000-0000-7000-8000-ffffffffffff'

const NO_TOKEN = 'A'.repeat(43)

/** Each route with a valid request, and its status for each caller. */
const MATRIX: [Method, string, object | undefined, { anonymous: number; user: number; admin: number }][] = [
  [
    'POST',
    '/register',
    { username: 'new-one', password: PASSWORD },
    { anonymous: 201, user: 201, admin: 201 },
  ],
  ['POST', '/login', { username: 'ada', password: PASSWORD }, { anonymous: 200, user: 200, admin: 200 }],
  ['POST', '/token', { refresh_token: '<refresh>' }, { anonymous: 200, user: 200, admin: 200 }],
  ['POST', '/logout', { refresh_token: '<refresh>' }, { anonymous: 204, user: 204, admin: 204 }],
  ['GET', '/me', undefined, { anonymous: 401, user: 200, admin: 200 }],
  [
    'PUT',
    '/me/password',
    { current_password: PASSWORD, new_password: 'quince jam on friday' },
    { anonymous: 401, user: 204, admin: 204 },
  ],
  [
    'PUT',
    '/me/email',
    { email: 'ada@example.com', current_password: PASSWORD },
    { anonymous: 401, user: 200, admin: 200 },
  ],
  [
    'POST',
    '/login/second_factor',
    { challenge: NO_TOKEN, code: '123456' },
    { anonymous: 401, user: 401, admin: 401 },
  ],
  ['GET', '/me/totp', undefined, { anonymous: 401, user: 200, admin: 200 }],
  ['POST', '/me/totp', { current_password: PASSWORD }, { anonymous: 401, user: 201, admin: 201 }],
  ['PUT', '/me/totp', { code: '123456' }, { anonymous: 401, user: 404, admin: 404 }],
  ['DELETE', '/me/totp', { code: '123456' }, { anonymous: 401, user: 404, admin: 404 }],
  ['POST', '/me/recovery_codes', {}, { anonymous: 401, user: 404, admin: 404 }],
  ['DELETE', '/users/<ada>/second_factor', undefined, { anonymous: 401, user: 403, admin: 404 }],
  ['GET', '/me/passkeys', undefined, { anonymous: 401, user: 200, admin: 200 }],
  ['POST', '/me/passkeys/options', { current_password: PASSWORD }, { anonymous: 401, user: 200, admin: 200 }],
  [
    'POST',
    '/me/passkeys',
    { name: 'phone', credential: { id: 'x', response: {} } },
    { anonymous: 401, user: 403, admin: 403 },
  ],
  ['DELETE', '/me/passkeys/AAAAAAAAAAAAAAAAAAAAAA', undefined, { anonymous: 401, user: 404, admin: 404 }],
  ['POST', '/login/passkey/options', undefined, { anonymous: 200, user: 200, admin: 200 }],
  [
    'POST',
    '/login/passkey',
    { credential: { id: 'x', response: {} } },
    { anonymous: 403, user: 403, admin: 403 },
  ],
  ['POST', '/guests', {}, { anonymous: 200, user: 200, admin: 200 }],
  ['GET', '/me/sessions', undefined, { anonymous: 401, user: 200, admin: 200 }],
  ['DELETE', '/me/sessions/AAAAAAAAAAAAAAAAAAAAAA', undefined, { anonymous: 401, user: 404, admin: 404 }],
  ['GET', '/me/export', undefined, { anonymous: 401, user: 200, admin: 200 }],
  ['DELETE', '/me', { current_password: PASSWORD }, { anonymous: 401, user: 204, admin: 409 }],
  ['POST', '/email_verifications', { token: NO_TOKEN }, { anonymous: 400, user: 400, admin: 400 }],
  ['POST', '/password_resets', { name: 'ada' }, { anonymous: 202, user: 202, admin: 202 }],
  [
    'PUT',
    '/password_resets',
    { token: NO_TOKEN, new_password: 'quince jam on friday' },
    { anonymous: 400, user: 400, admin: 400 },
  ],
  ['POST', '/users/<ada>/reset_link', undefined, { anonymous: 401, user: 403, admin: 201 }],
  ['GET', '/users', undefined, { anonymous: 401, user: 403, admin: 200 }],
  ['PUT', '/users/<ada>/role', { role: 'admin' }, { anonymous: 401, user: 403, admin: 200 }],
  ['GET', '/audit/accounts', undefined, { anonymous: 401, user: 403, admin: 200 }],
  ['GET', '/.well-known/jwks.json', undefined, { anonymous: 200, user: 200, admin: 200 }],
  ['GET', '/.well-known/withdrawn_tokens.json', undefined, { anonymous: 200, user: 200, admin: 200 }],
  ['GET', '/healthz', undefined, { anonymous: 200, user: 200, admin: 200 }],
  ['GET', '/readyz', undefined, { anonymous: 200, user: 200, admin: 200 }],
]

suite('every route and every caller (invariant 10)', () => {
  for (const [method, path, body, expected] of MATRIX) {
    for (const [caller, status] of Object.entries(expected)) {
      test(`${method} ${path} by ${caller}: ${status}`, async (t) => {
        const world = await createWorld(t)
        const ada = await world.join('ada')
        const token = caller === 'user' ? ada.access_token : (await world.login('root')).access_token
        const fill = (text: string) =>
          text.replace('<ada>', ada.user.id).replace('<refresh>', ada.refresh_token)
        const answer = await world.call(method, fill(path), {
          body: body && JSON.parse(fill(JSON.stringify(body))),
          token: caller === 'anonymous' ? undefined : token,
        })
        assert.equal(answer.status, status, JSON.stringify(answer.body))
      })
    }
  }

  test('a guest is refused wherever an account is needed', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = (await world.call('POST', '/guests', { body: {} })).body
    const { user } = await world.join('ada')
    const needAccount = MATRIX.filter(([, , , { anonymous }]) => anonymous === 401)
    for (const [method, path, body] of needAccount.filter(([, path]) => path !== '/login/second_factor')) {
      const answer = await world.call(method, path.replace('<ada>', user.id), { body, token })
      assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden'], `${method} ${path}`)
    }
    assert.ok(needAccount.length > 20)
  })

  test('the table has every route', async (t) => {
    const { app } = await createWorld(t)
    const { paths } = (await app.operations().inject({ url: '/openapi.json' })).json()
    const documented = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const tabled = MATRIX.map(([method, path]) => `${method} ${path.replace(/<ada>|A{22}/, '{id}')}`)
    assert.deepEqual(documented.sort(), tabled.sort())
  })

  test('a demoted admin loses access at once, whatever their token says', async (t) => {
    const world = await createWorld(t)
    const { user } = await world.join('ada')
    await world.stores.users.setRole(user.id, 'admin', world.clock.now, OPERATOR)
    const { access_token: before, refresh_token } = await world.login('ada')
    assert.equal((await world.call('GET', '/users', { token: before })).status, 200)
    await world.stores.users.setRole(user.id, 'customer', world.clock.now, OPERATOR)
    assert.equal((await world.call('GET', '/users', { token: before })).status, 401)
    const token = (await world.refresh(refresh_token)).body.access_token
    const list = await world.call('GET', '/users', { token })
    const promote = await world.call('PUT', `/users/${user.id}/role`, { token, body: { role: 'admin' } })
    assert.deepEqual([list.status, promote.status, promote.body.code], [403, 403, 'forbidden'])
  })
})

const bodies: [Route, string, unknown][] = [
  [['POST', '/register'], 'no body', undefined],
  [['POST', '/register'], 'an array', []],
  [['POST', '/register'], 'nothing', {}],
  [['POST', '/register'], 'no password', { username: 'ada' }],
  [['POST', '/register'], 'no username', { password: PASSWORD }],
  [['POST', '/register'], 'a role', { username: 'ada', password: PASSWORD, role: 'admin' }],
  [['POST', '/register'], 'an id', { username: 'ada', password: PASSWORD, id: UNKNOWN_ID }],
  [['POST', '/register'], 'a number for a name', { username: 12345, password: PASSWORD }],
  [['POST', '/register'], 'null for a name', { username: null, password: PASSWORD }],
  [['POST', '/register'], 'a short name', { username: 'ab', password: PASSWORD }],
  [['POST', '/register'], 'a long name', { username: 'a'.repeat(33), password: PASSWORD }],
  [['POST', '/register'], 'a name with a space', { username: 'a da', password: PASSWORD }],
  [['POST', '/register'], 'a name of look-alikes', { username: 'аda', password: PASSWORD }],
  [['POST', '/register'], 'a name ending in a line break', { username: 'ada\n', password: PASSWORD }],
  [['POST', '/register'], 'a short password', { username: 'ada', password: 'x7-kuq_' }],
  [['POST', '/register'], 'a long password', { username: 'ada', password: 'x'.repeat(129) }],
  [['POST', '/register'], 'a list for a password', { username: 'ada', password: [PASSWORD] }],
  [['POST', '/login'], 'nothing', {}],
  [['POST', '/login'], 'an empty name', { username: '', password: PASSWORD }],
  [['POST', '/login'], 'a long name', { username: 'a'.repeat(33), password: PASSWORD }],
  [['POST', '/login'], 'an empty password', { username: 'ada', password: '' }],
  [['POST', '/login'], 'a long password', { username: 'ada', password: 'x'.repeat(129) }],
  [['POST', '/login'], 'an operator for a password', { username: 'ada', password: { $ne: '' } }],
  [['POST', '/login'], 'an operator for a name', { username: { $gt: '' }, password: PASSWORD }],
  [['POST', '/login'], 'an unknown field', { username: 'ada', password: PASSWORD, remember: true }],
  [['POST', '/token'], 'nothing', {}],
  [['POST', '/token'], 'an empty token', { refresh_token: '' }],
  [['POST', '/token'], 'a number', { refresh_token: 1 }],
  [['POST', '/token'], 'a long token', { refresh_token: 'x'.repeat(257) }],
  [['POST', '/token'], 'an unknown field', { refresh_token: 'x', scope: 'admin' }],
  [['POST', '/logout'], 'nothing', {}],
  [['POST', '/logout'], 'null', { refresh_token: null }],
  [['PUT', '/me/password'], 'no current one', { new_password: PASSWORD }],
  [['PUT', '/me/password'], 'no new one', { current_password: PASSWORD }],
  [['PUT', '/me/password'], 'a short new one', { current_password: PASSWORD, new_password: 'x' }],
  [
    ['PUT', '/me/password'],
    'an unknown field',
    { current_password: PASSWORD, new_password: PASSWORD, id: 1 },
  ],
  [['PUT', '/users/<ada>/role'], 'nothing', {}],
  [['PUT', '/users/<ada>/role'], 'an unknown role', { role: 'owner' }],
  [['PUT', '/users/<ada>/role'], 'another case', { role: 'Admin' }],
  [['PUT', '/users/<ada>/role'], 'a list', { role: ['admin'] }],
  [['PUT', '/users/<ada>/role'], 'an unknown field', { role: 'admin', username: 'x' }],
  [['PUT', '/users/not-an-id/role'], 'an id that is none', { role: 'admin' }],
  [['GET', '/users?limit=0'], 'no items', undefined],
  [['GET', '/users?limit=101'], 'too many items', undefined],
  [['GET', '/users?limit=ten'], 'a word for a limit', undefined],
  [['GET', '/users?page=2'], 'an unknown field', undefined],
  [['GET', '/users?q='], 'no letters', undefined],
  [['GET', '/users?q=a%20b'], 'what no name has', undefined],
  [['GET', '/users?ids=1'], 'ids that are none', undefined],
  [
    ['GET', `/users?ids=${Array(101).fill('01890000-0000-7000-8000-000000000001').join()}`],
    'too many ids',
    undefined,
  ],
  [['GET', '/users?q=ada&ids=01890000-0000-7000-8000-000000000001'], 'ids and a name', undefined],
]

suite('wrong input', () => {
  const shared = sharedWorld()
  let ada: Tokens | undefined
  const joined = async () => {
    ada ??= await shared().join('ada')
    return ada
  }

  for (const [[method, path], what, body] of bodies) {
    test(`${method} ${path} with ${what}: 400 validation_failed, and nothing changed`, async () => {
      const world = shared()
      const ada = await joined()
      const { access_token: token } = await world.login('root')
      const url = path.replace('<ada>', ada.user.id)
      const { status, body: problem } = await world.call(method, url, { body, token })
      assert.deepEqual([status, problem.code], [400, 'validation_failed'])
      assert.equal((await world.stores.users.list({ limit: 9 })).length, 2)
      assert.equal((await world.stores.users.find(ada.user.id))?.role, 'customer')
      await world.login('root')
    })
  }

  const textOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url')
  const ID = '01900000-0000-7000-8000-000000000001'
  const USERS = textOf(['users', ID])
  for (const cursor of [
    ...['x', 'W10', textOf([1]), '%00', `${USERS}!!!!`, `${USERS}==`],
    ...[textOf(['users', 'ada']), textOf(['orders', ID]), textOf(['products by newest', ID]), textOf([ID])],
  ]) {
    test(`GET /users?cursor=${cursor}: 400 malformed_cursor`, async () => {
      const world = shared()
      const { access_token: token } = await world.login('root')
      const { status, body } = await world.call('GET', `/users?cursor=${cursor}`, { token })
      assert.deepEqual([status, body.code], [400, 'malformed_cursor'])
    })
  }
})

suite('accounts, for admins', () => {
  const admin = async (world: World) => (await world.login('root')).access_token

  test('pages are newest first and have each account once', async (t) => {
    const world = await createWorld(t)
    for (let i = 1; i <= 6; i++) await world.register(`user${i}`)
    const token = await admin(world)
    const seen: string[] = []
    let cursor = ''
    do {
      const { status, body } = await world.call('GET', `/users?limit=3${cursor}`, { token })
      assert.equal(status, 200)
      seen.push(...body.items.map((item: { username: string }) => item.username))
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`
    } while (cursor !== '')
    const [first] = (await world.stores.users.list({ limit: 1 })).map(({ id }) => id)
    const cursorOf = Buffer.from(JSON.stringify(['users', first])).toString('base64url')
    const behind = (await world.call('GET', `/users?limit=1&cursor=${cursorOf}`, { token })).body
    assert.equal(behind.items[0].username, 'user5')
    assert.deepEqual(seen, ['user6', 'user5', 'user4', 'user3', 'user2', 'user1', 'root'])
  })

  test('are found by the beginning of the name, and by their ids', async (t) => {
    const world = await createWorld(t)
    for (const name of ['Anna', 'ann-b', 'bob', 'ANN3']) await world.register(name)
    const token = await admin(world)
    const ask = async (query: string) => (await world.call('GET', `/users?${query}`, { token })).body
    const names = ({ items }: { items: { username: string }[] }) => items.map(({ username }) => username)
    const first = await ask('q=aNN&limit=2')
    assert.deepEqual(names(first), ['ann-b', 'ANN3'])
    assert.deepEqual(names(await ask(`q=ann&limit=2&cursor=${first.next_cursor}`)), ['Anna'])
    const other = await world.call('GET', `/users?q=bob&cursor=${first.next_cursor}`, { token })
    assert.equal(other.body.code, 'malformed_cursor', 'a cursor is of one name')
    const [bob] = (await ask('q=bob')).items
    const some = await ask(`ids=${bob.id},01890000-0000-7000-8000-000000000001`)
    assert.deepEqual(some, { items: [bob], next_cursor: null })
  })

  test('a page has no hash and no password version', async (t) => {
    const world = await createWorld(t)
    const { body } = await world.call('GET', '/users', { token: await admin(world) })
    assert.deepEqual(Object.keys(body.items[0]).sort(), ['created_at', 'id', 'role', 'username'])
    assert.equal(body.next_cursor, null)
  })

  test('a role is granted and revoked', async (t) => {
    const world = await createWorld(t)
    const { user } = await world.join('ada')
    const token = await admin(world)
    for (const role of ['admin', 'admin', 'customer'] as const) {
      const { status, body } = await world.call('PUT', `/users/${user.id}/role`, { token, body: { role } })
      assert.deepEqual([status, body], [200, { ...user, role }])
    }
  })

  test('an admin can be demoted only while there is another', async (t) => {
    const world = await createWorld(t)
    const { user } = await world.join('ada')
    const root = await world.login('root')
    const role = (id: string, name: string) =>
      world.call('PUT', `/users/${id}/role`, { token: root.access_token, body: { role: name } })
    const alone = await role(root.user.id, 'customer')
    assert.deepEqual([alone.status, alone.body.code], [409, 'last_admin'])
    await role(user.id, 'admin')
    assert.equal((await role(root.user.id, 'customer')).status, 200)
    assert.equal((await role(user.id, 'customer')).status, 401)
  })

  test('a token of an account that is not in this store is 401', async (t) => {
    const world = await createWorld(t)
    const { access_token: token } = await world.login('root')
    const other = await createWorld(t)
    for (const key of await world.stores.keys.list())
      await other.stores.keys.add({ ...key, generation: 7 }, SYSTEM)
    const { status, body } = await other.call('GET', '/me', { token })
    assert.deepEqual([status, body.code], [401, 'unauthenticated'])
  })
})

type Answer = ReturnType<World['refresh']>

/** For each code of this service, a request that gets it. */
const REACHED: Record<keyof Payloads, (world: World) => Answer> = {
  username_taken: (world) => world.register('root'),
  password_refused: (world) => world.register('ada', 'password1'),
  invalid_credentials: (world) => world.tryLogin('root', 'wrong password'),
  wrong_password: async (world) =>
    world.call('PUT', '/me/password', {
      token: (await world.login('root')).access_token,
      body: { current_password: 'wrong password', new_password: PASSWORD },
    }),
  too_many_attempts: async (world) => {
    for (let i = 0; i < 10; i++) await world.tryLogin('root', 'wrong password')
    return world.tryLogin('root')
  },
  invalid_refresh_token: (world) => world.refresh('x'),
  user_not_found: async (world) =>
    world.call('PUT', `/users/${UNKNOWN_ID}/role`, {
      token: (await world.login('root')).access_token,
      body: { role: 'admin' },
    }),
  fresh_sign_in_required: async (world) => {
    const old = await world.login('root')
    world.clock.pass(601_000)
    const renewed = (await world.refresh(old.refresh_token)).body.access_token
    return world.call('PUT', '/me/email', { token: renewed, body: { email: null } })
  },
  second_factor_required: async (world) => {
    await enrol(world, await world.join('ada'))
    return world.tryLogin('ada')
  },
  invalid_challenge: (world) =>
    world.call('POST', '/login/second_factor', { body: { challenge: NO_TOKEN, code: '123456' } }),
  invalid_code: async (world) => {
    await enrol(world, await world.join('ada'))
    const { challenge } = (await world.tryLogin('ada')).body
    return world.call('POST', '/login/second_factor', { body: { challenge, code: 'not one' } })
  },
  no_second_factor: async (world) =>
    world.call('PUT', '/me/totp', {
      token: (await world.login('root')).access_token,
      body: { code: '123456' },
    }),
  second_factor_exists: async (world) => {
    const session = await world.join('ada')
    await enrol(world, session)
    return world.call('POST', '/me/totp', {
      token: session.access_token,
      body: { current_password: PASSWORD },
    })
  },
  passkey_refused: (world) =>
    world.call('POST', '/login/passkey', { body: { credential: { id: 'x', response: {} } } }),
  passkey_not_found: async (world) =>
    world.call('DELETE', '/me/passkeys/x', { token: (await world.login('root')).access_token }),
  too_many_passkeys: async (world) => {
    const { access_token: token, user } = await world.login('root')
    for (let i = 0; i < 10; i++)
      await world.stores.credentials.add({
        ...{ id: `passkey ${i}`, kind: 'passkey', userId: user.id, mark: 'm', expiresAt: null },
        ...{ body: { name: 'phone', lastUsedAt: null }, createdAt: world.clock.now().toISOString() },
      })
    return world.call('POST', '/me/passkeys/options', { token, body: {} })
  },
  passkeys_unavailable: async (world) => {
    const ports = { ...world.ports, ceremonies: undefined }
    const app = createApp({ ...world, ports, runtime: world.clock, metrics: createMetrics('other') })
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/login/passkey/options' })
    await app.close()
    return { status: statusCode, body: JSON.parse(body), headers: {} }
  },
  session_not_found: async (world) =>
    world.call('DELETE', `/me/sessions/${'A'.repeat(22)}`, {
      token: (await world.login('root')).access_token,
    }),
  email_refused: async (world) =>
    world.call('PUT', '/me/email', {
      token: (await world.login('root')).access_token,
      body: { email: 'root', current_password: PASSWORD },
    }),
  email_taken: async (world) => {
    const [ada, bob] = [await world.join('ada'), await world.join('bob')]
    await world.proveEmail(ada.access_token, 'ada@example.com')
    const body = { email: 'ADA@example.com', current_password: PASSWORD }
    await world.call('PUT', '/me/email', { token: bob.access_token, body })
    const [mail] = await world.sentMails()
    return world.call('POST', '/email_verifications', { body: { token: tokenOf(mail) } })
  },
  invalid_link: (world) => world.call('POST', '/email_verifications', { body: { token: NO_TOKEN } }),
  mail_unavailable: async (world) => {
    const ports = { ...world.ports, sendsMail: false }
    const app = createApp({ ...world, ports, runtime: world.clock, metrics: createMetrics('other') })
    const { statusCode, body } = await app.inject({
      ...{ method: 'POST', url: '/password_resets' },
      payload: { name: 'root' },
    })
    await app.close()
    return { status: statusCode, body: JSON.parse(body), headers: {} }
  },
  last_admin: async (world) => {
    const { access_token: token, user } = await world.login('root')
    return world.call('PUT', `/users/${user.id}/role`, { token, body: { role: 'customer' } })
  },
}

suite('every code is reachable, with the title of the catalogue', () => {
  for (const [code, reach] of Object.entries(REACHED)) {
    test(code, async (t) => {
      const { status, body } = await reach(await createWorld(t))
      const { title, retryable, status: expected } = PROBLEMS[code as keyof Payloads]
      assert.deepEqual(
        { code: body.code, status, title: body.title, retryable: body.retryable },
        { code, status: expected, title, retryable },
      )
      assert.equal(body.status, status)
    })
  }

  test('an unavailable store is 503 store_unavailable, and not ready', async (t) => {
    const world = await createWorld(t, { stores: openSqliteStores(':memory:', { runtime: systemRuntime }) })
    await world.stores.close()
    const logout = await world.call('POST', '/logout', {
      body: { refresh_token: `${'A'.repeat(22)}.${'A'.repeat(43)}` },
    })
    assert.deepEqual([logout.status, logout.body.code], [503, 'store_unavailable'])
    const ready = await world.call('GET', '/readyz')
    assert.deepEqual([ready.status, ready.body.code], [503, 'not_ready'])
    assert.equal((await world.call('GET', '/healthz')).status, 200)
  })
})

suite('the OpenAPI document', () => {
  test('lists each route’s problems and every code of the catalogue', async (t) => {
    const { app } = await createWorld(t)
    const text = (await app.operations().inject({ url: '/openapi.json' })).body
    for (const code of Object.keys(REACHED)) assert.ok(text.includes(`\`${code}\``), code)
  })
})
