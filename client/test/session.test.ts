import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { ShopProblem } from '../src/problem.ts'
import { memoryStore, type Session, webStore } from '../src/session.ts'
import { createShopClient, type ShopClientOptions } from '../src/shop_client.ts'
import type { User } from '../src/sign_in.ts'
import { answer, refuse, type Seen, serve } from './serve.ts'

const USER = { id: 'u1', username: 'ada', role: 'customer', created_at: '2026-01-01T00:00:00.000Z' } as User
const LIFETIME_SECONDS = 600

type Options = Partial<ShopClientOptions> & {
  /** Answers POST /token instead of sending the next pair. */
  onToken?: (response: ServerResponse) => void | Promise<void>
}

/** An auth service that issues the tokens a1, a2, …, an order service that accepts them, and a client. */
async function world(t: TestContext, { onToken, ...options }: Options = {}) {
  let pair = 0
  const withdrawn = new Set<string>()
  const next = () => {
    pair += 1
    return {
      access_token: `a${pair}`,
      refresh_token: `r${pair}`,
      token_type: 'Bearer',
      expires_in: LIFETIME_SECONDS,
      user: USER,
    }
  }
  const auth = await serve(t, async ({ path }, response) => {
    if (path === '/logout') return void response.writeHead(204).end()
    if (path === '/token' && onToken) return onToken(response)
    await sleep(20)
    answer(response, 200, next())
  })
  const orders = await serve(t, ({ headers }, response) => {
    const token = headers.authorization?.slice('Bearer '.length)
    if (token === undefined || withdrawn.has(token)) return refuse(response, 401, 'unauthenticated', false)
    answer(response, 200, { items: [], next_cursor: null })
  })
  let clock = 1_000_000
  const shop = createShopClient({
    authUrl: auth.origin,
    productUrl: orders.origin,
    orderUrl: orders.origin,
    retry: { attempts: 2, waitMs: 1, waitMaxMs: 5 },
    now: () => clock,
    ...options,
  })
  const signedOut: string[] = []
  shop.onSignedOut((reason) => signedOut.push(reason))
  await shop.signIn({ username: 'ada', password: 'correct horse' })
  return {
    shop,
    signedOut,
    withdrawn,
    orders: orders.seen,
    refreshes: () => auth.seen.filter(({ path }) => path === '/token'),
    authSeen: auth.seen,
    call: () => shop.orders.GET('/orders'),
    pass: (seconds: number) => {
      clock += seconds * 1000
    },
  }
}

const tokens = (seen: Seen[]) => seen.map(({ headers }) => headers.authorization)

suite('a session', () => {
  test('reading the catalogue sends no token, reading its audit log does', async (t) => {
    const { shop, orders } = await world(t)
    await shop.products.GET('/audit/products')
    await shop.products.GET('/products').catch(() => {})
    await shop.products.GET('/products/{id}', { params: { path: { id: 'x' } } }).catch(() => {})
    assert.deepEqual(tokens(orders), ['Bearer a1', undefined, undefined])
  })

  test('begins by a code or a passkey as by a password, and a token for a changed account is had at once', async (t) => {
    const { shop, authSeen, call, orders } = await world(t)
    await shop.signInWithCode('challenge', '123456')
    await shop.signInWithPasskey({ id: 'key', response: {} } as never)
    await shop.renewSession()
    await call()
    assert.deepEqual(
      authSeen.slice(1).map(({ path, body }) => [path, body]),
      [
        ['/login/second_factor', { challenge: 'challenge', code: '123456' }],
        ['/login/passkey', { credential: { id: 'key', response: {} } }],
        ['/token', { refresh_token: 'r3' }],
      ],
    )
    assert.deepEqual(tokens(orders), ['Bearer a4'])
  })

  test('an admin who needs a second factor is known as one, until a refresh says otherwise', async (t) => {
    const answers = [{ needs_second_factor: true, user: USER }, { user: { ...USER, role: 'admin' } }]
    const auth = await serve(t, (_, response) =>
      answer(response, 200, { access_token: 'a', refresh_token: 'r', expires_in: 600, ...answers.shift() }),
    )
    const urls = { authUrl: auth.origin, productUrl: auth.origin, orderUrl: auth.origin }
    const shop = createShopClient(urls)
    await shop.signIn({ username: 'ada', password: 'correct horse' })
    assert.deepEqual(await shop.user(), { ...USER, needs_second_factor: true })
    await shop.renewSession()
    assert.deepEqual(await shop.user(), { ...USER, role: 'admin' })
  })

  test('sends its token, and does not refresh it early', async (t) => {
    const { call, pass, orders, refreshes } = await world(t)
    await call()
    pass(LIFETIME_SECONDS / 2)
    await call()
    assert.deepEqual(tokens(orders), ['Bearer a1', 'Bearer a1'])
    assert.equal(refreshes().length, 0)
  })

  test('refreshes in the background shortly before the token expires; no call waits', async (t) => {
    const { call, pass, orders, refreshes } = await world(t)
    pass(LIFETIME_SECONDS - 59)
    await call()
    assert.deepEqual(tokens(orders), ['Bearer a1'])
    for (let calls = 0; calls < 5_000 && tokens(orders).at(-1) === 'Bearer a1'; calls++) await call()
    assert.deepEqual([...new Set(tokens(orders))], ['Bearer a1', 'Bearer a2'])
    assert.deepEqual(
      refreshes().map(({ body }) => body),
      [{ refresh_token: 'r1' }],
    )
  })

  test('50 calls with an expired token refresh it once, and all send the new one', async (t) => {
    const { call, pass, orders, refreshes } = await world(t)
    pass(LIFETIME_SECONDS)
    await Promise.all(Array.from({ length: 50 }, call))
    assert.equal(refreshes().length, 1)
    assert.deepEqual(new Set(tokens(orders)), new Set(['Bearer a2']))
    assert.equal(orders.length, 50)
  })

  test('50 calls whose valid token is refused refresh it once, and are repeated', async (t) => {
    const { call, withdrawn, orders, refreshes } = await world(t)
    withdrawn.add('a1')
    await Promise.all(Array.from({ length: 50 }, call))
    assert.equal(refreshes().length, 1)
    assert.equal(tokens(orders).filter((token) => token === 'Bearer a2').length, 50)
  })

  test('a new token that is refused too fails; there is one refresh', async (t) => {
    const { call, withdrawn, refreshes } = await world(t)
    withdrawn.add('a1').add('a2')
    await assert.rejects(call(), (error: ShopProblem) => error.code === 'unauthenticated')
    assert.equal(refreshes().length, 1)
  })

  test('a refused refresh signs out: one event, and every call fails with signed_out', async (t) => {
    const { shop, call, pass, signedOut } = await world(t, {
      onToken: (response) => refuse(response, 401, 'invalid_refresh_token', false),
    })
    pass(LIFETIME_SECONDS)
    const calls = await Promise.allSettled(Array.from({ length: 20 }, call))
    assert.ok(calls.every((one) => one.status === 'rejected' && one.reason.code === 'signed_out'))
    assert.deepEqual(signedOut, ['refused'])
    assert.equal(await shop.user(), undefined)
  })

  for (const [what, attempts, onToken] of [
    ['is unreachable', 2, (response) => refuse(response, 503, 'store_unavailable', true)],
    ['sits behind a proxy that answers 404', 1, (response) => void response.writeHead(404).end('nginx')],
    ['cuts the connection', 2, (response) => void response.destroy()],
  ] as [string, number, (response: ServerResponse) => void][]) {
    test(`while auth_service ${what} the session stays, and a valid token is used`, async (t) => {
      const { shop, call, pass, signedOut, refreshes } = await world(t, { onToken })
      pass(LIFETIME_SECONDS - 30)
      await call()
      await untilTrue(() => refreshes().length === attempts)
      for (let calls = 0; calls < 20; calls++) await call()
      assert.equal(refreshes().length, attempts, 'a failed refresh is not retried with every call')
      pass(60)
      await assert.rejects(call(), ShopProblem)
      assert.deepEqual(signedOut, [])
      assert.deepEqual(await shop.user(), USER)
    })
  }

  test('reading the catalogue never waits for a token', async (t) => {
    const { shop, pass, orders, refreshes } = await world(t)
    pass(LIFETIME_SECONDS)
    await assert.doesNotReject(
      shop.products.GET('/products').catch((error) => assert.equal(error.status, 401)),
    )
    assert.deepEqual(tokens(orders), [undefined])
    assert.equal(refreshes().length, 0)
  })

  test('accessToken is that of the calls, and another one if it was refused', async (t) => {
    const { shop, call, orders, refreshes } = await world(t)
    await call()
    const token = await shop.accessToken()
    assert.deepEqual(tokens(orders), [`Bearer ${token}`])
    const other = await shop.accessToken(token)
    assert.notEqual(other, token)
    assert.equal(refreshes().length, 1)
  })

  test('signOut deletes the session at once, withdraws the token and calls listeners once', async (t) => {
    const { shop, signedOut, authSeen } = await world(t)
    await shop.signOut()
    await shop.signOut()
    assert.deepEqual(signedOut, ['asked'])
    assert.equal(await shop.user(), undefined)
    assert.deepEqual(
      authSeen.filter(({ path }) => path === '/logout').map(({ body }) => body),
      [{ refresh_token: 'r1' }],
    )
  })

  test('a sign-out during a refresh stays a sign-out', async (t) => {
    const { shop, call, pass, orders } = await world(t)
    pass(LIFETIME_SECONDS)
    const refused = assert.rejects(call(), (error: ShopProblem) => error.code === 'signed_out')
    await shop.signOut()
    await refused
    assert.equal(await shop.user(), undefined)
    assert.equal(orders.length, 0)
  })

  test('an aborted call does not wait for the refresh, which goes on for the others', async (t) => {
    const { shop, call, pass, orders } = await world(t)
    pass(LIFETIME_SECONDS)
    const patient = call()
    const aborted = shop.orders.GET('/orders', { signal: AbortSignal.abort(new Error('left the page')) })
    await assert.rejects(aborted, /left the page/)
    await patient
    assert.deepEqual(tokens(orders), ['Bearer a2'])
  })

  test('two clients with one store share a session', async (t) => {
    const store = memoryStore<User>()
    const { shop, call, pass, refreshes } = await world(t, { tokenStore: store })
    pass(LIFETIME_SECONDS)
    const before = (await shop.user())!
    const foreign = { ...(await store.load())!, accessToken: 'b1', refreshToken: 's1', user: before }
    await store.save({ ...foreign, refreshAt: Number.MAX_SAFE_INTEGER, expiresAt: Number.MAX_SAFE_INTEGER })
    await call()
    assert.equal(refreshes().length, 0)
  })
})

suite('webStore', () => {
  const storage = () => {
    const items = new Map<string, string>()
    return {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    }
  }
  const session: Session<User> = {
    accessToken: 'a',
    refreshToken: 'r',
    refreshAt: 1,
    expiresAt: 2,
    user: USER,
  }

  test('stores a session over a reload, and clears it', async () => {
    const items = storage()
    await webStore<User>(items).save(session)
    assert.deepEqual(await webStore<User>(items).load(), session)
    await webStore<User>(items).clear()
    assert.equal(await webStore<User>(items).load(), undefined)
  })

  test('reads a damaged entry as no session', async () => {
    const items = storage()
    items.setItem('shop.session', '{"acc')
    assert.equal(await webStore<User>(items).load(), undefined)
  })
})
