import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { serve } from '@shop/service_kit/test_support/http_server'
import { createAccountPorts } from '../../../auth_service/src/account_ports.ts'
import { createApp as createAuthApp } from '../../../auth_service/src/app.ts'
import { makeKeyPair } from '../../../auth_service/src/crypto/signing.ts'
import { maintain } from '../../../auth_service/src/maintenance.ts'
import { openSqliteStores } from '../../../auth_service/src/storage/open_stores.ts'
import { codeAt } from '../../../auth_service/test/support.ts'
import { type Raw, raw, storefront, unusedOrigin } from '../upstream.ts'

/** The weakest argon2id: the same code in a thousandth of the time. */
const WEAK = { memoryKib: 8, passes: 1, parallelism: 1 }
const ADA = { username: 'ada', password: 'plum tart on tuesday' }

async function authService(t: TestContext): Promise<string> {
  const stores = openSqliteStores(':memory:', { runtime: systemRuntime })
  const keyPorts = { keys: stores.keys, makeKeyPair, now: systemRuntime.now }
  await maintain({ stores, keyPorts, rotationDays: 30, runtime: systemRuntime })
  const deps = {
    stores,
    runtime: systemRuntime,
    metrics: createMetrics('auth_service'),
    hashParameters: WEAK,
  }
  const app = createAuthApp({ ...deps, ports: createAccountPorts(deps) })
  t.after(async () => {
    await app.close()
    await stores.close()
  })
  return app.listen({ host: '127.0.0.1', port: 0 })
}

const send = (
  shop: string,
  path: string,
  body: unknown = {},
  headers: Record<string, string> = {},
  method = 'POST',
) => {
  const text = JSON.stringify(body)
  return raw(shop, path, {
    method,
    body: text,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    },
  })
}

const cookieIn = ({ headers }: Raw) => headers['set-cookie']?.[0] ?? ''
const pairIn = (answer: Raw) => cookieIn(answer).split(';', 1)[0]!

async function signedIn(t: TestContext, publicUrl?: string) {
  const shop = await storefront(t, {
    auth: [await authService(t)],
    ...(publicUrl === undefined ? {} : { publicUrl }),
  })
  assert.equal((await send(shop, '/api/auth/register', ADA)).status, 201)
  const answer = await send(shop, '/api/auth/login', ADA)
  assert.equal(answer.status, 200, answer.text)
  return { shop, answer, cookie: pairIn(answer), accessToken: String(JSON.parse(answer.text).access_token) }
}

suite('signing in through the storefront', () => {
  test('with a second factor: the challenge passes, and the code gives the cookie and no refresh token', async (t) => {
    const { shop, accessToken } = await signedIn(t)
    const who = { authorization: `Bearer ${accessToken}` }
    const made = JSON.parse((await send(shop, '/api/auth/me/totp', {}, who)).text)
    const code = codeAt(made.secret, systemRuntime.now())
    const confirmed = await send(shop, '/api/auth/me/totp', { code }, who, 'PUT')
    assert.equal(confirmed.status, 200, confirmed.text)
    const refused = await send(shop, '/api/auth/login', ADA)
    const problem = JSON.parse(refused.text)
    assert.deepEqual([refused.status, problem.code, cookieIn(refused)], [401, 'second_factor_required', ''])
    const body = { challenge: problem.challenge, code: JSON.parse(confirmed.text).recovery_codes[0] }
    const answer = await send(shop, '/api/auth/login/second_factor', body)
    assert.equal(answer.status, 200, answer.text)
    assert.equal(JSON.parse(answer.text).refresh_token, undefined)
    assert.equal((await send(shop, '/api/auth/token', {}, { cookie: pairIn(answer) })).status, 200)
  })

  test('with a passkey: the answers of auth_service pass', async (t) => {
    const { shop } = await signedIn(t)
    const options = await send(shop, '/api/auth/login/passkey/options')
    assert.deepEqual([options.status, JSON.parse(options.text).code], [503, 'passkeys_unavailable'])
    const refused = await send(shop, '/api/auth/login/passkey', { credential: { id: 'x', response: {} } })
    assert.equal(refused.status, 503)
  })

  test('the refresh token is in a cookie that no script can read, and nowhere else', async (t) => {
    const { answer, cookie } = await signedIn(t)
    const body = JSON.parse(answer.text)
    assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'token_type', 'user'])
    assert.equal(body.user.username, 'ada')
    const attributes = cookieIn(answer).split('; ').slice(1).sort()
    assert.deepEqual(attributes, ['HttpOnly', 'Max-Age=3600', 'Path=/api/auth', 'SameSite=Strict'])
    const token = cookie.split('=')[1]!
    assert.ok(token.length > 20 && !answer.text.includes(token))
  })

  test('behind TLS the cookie is Secure, by name and by attribute', async (t) => {
    const { answer, cookie } = await signedIn(t, 'https://shop.example')
    assert.match(cookie, /^__Secure-/)
    assert.match(cookieIn(answer), /; Secure/)
  })

  test('a wrong password gets the answer of auth_service, and no cookie', async (t) => {
    const { shop } = await signedIn(t)
    const answer = await send(shop, '/api/auth/login', { ...ADA, password: 'wrong' })
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [401, 'invalid_credentials'])
    assert.equal(cookieIn(answer), '')
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  })

  test('no answer is cached: a session, a rejection, or auth_service not reachable', async (t) => {
    const { shop, answer, cookie } = await signedIn(t)
    const away = await storefront(t, {})
    for (const { status, headers } of [
      answer,
      await send(shop, '/api/auth/login', { ...ADA, password: 'wrong' }),
      await send(shop, '/api/auth/token'),
      await send(shop, '/api/auth/token', {}, { cookie }),
      await send(shop, '/api/auth/me/password', {}, {}, 'PUT'),
      await send(shop, '/api/auth/logout', {}, { cookie, origin: 'https://evil.example' }),
      await send(shop, '/api/auth/logout', {}, { cookie }),
      await send(away, '/api/auth/login', ADA),
    ]) {
      assert.equal(headers['cache-control'], 'no-store', String(status))
    }
  })

  test('auth_service gets the visitor’s user agent and token, and no header that the visitor did not send', async (t) => {
    const received: unknown[][] = []
    const auth = await serve(t, ({ headers }, response) => {
      received.push([headers['user-agent'], headers.authorization, headers.cookie])
      response.writeHead(204).end()
    })
    const shop = await storefront(t, { auth: [auth] })
    const who = { 'user-agent': 'a browser', authorization: 'Bearer x', cookie: 'other=1' }
    for (const headers of [who, {}]) await send(shop, '/api/auth/me/password', {}, headers, 'PUT')
    assert.deepEqual(received, [
      ['a browser', 'Bearer x', undefined],
      [undefined, undefined, undefined],
    ])
  })

  test('retry-after and www-authenticate of auth_service are forwarded', async (t) => {
    const said = { 'retry-after': '7', 'www-authenticate': 'Bearer', 'x-other': 'no' }
    const auth = await serve(t, (_request, response) => response.writeHead(429, said).end('{}'))
    const shop = await storefront(t, { auth: [auth] })
    const { status, headers } = await send(shop, '/api/auth/login', ADA)
    assert.deepEqual(
      [status, headers['retry-after'], headers['www-authenticate'], headers['x-other']],
      [429, '7', 'Bearer', undefined],
    )
  })

  test('the cookie is exchanged for a new access token and a new cookie', async (t) => {
    const { shop, cookie } = await signedIn(t)
    const answer = await send(shop, '/api/auth/token', {}, { cookie })
    assert.equal(answer.status, 200)
    assert.deepEqual(Object.keys(JSON.parse(answer.text)).sort(), [
      'access_token',
      'expires_in',
      'token_type',
      'user',
    ])
    assert.notEqual(pairIn(answer), cookie)
  })

  test('without a cookie there is no session', async (t) => {
    const { shop } = await signedIn(t)
    const answer = await send(shop, '/api/auth/token')
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [401, 'no_session'])
  })

  test('a rejected cookie is deleted', async (t) => {
    const { shop } = await signedIn(t)
    const answer = await send(shop, '/api/auth/token', {}, { cookie: 'shop-session=made-up' })
    assert.equal(answer.status, 401)
    assert.match(cookieIn(answer), /^shop-session=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
  })

  test('signing out ends the session and deletes the cookie', async (t) => {
    const { shop, cookie } = await signedIn(t)
    const left = await send(shop, '/api/auth/logout', {}, { cookie })
    assert.equal(left.status, 204)
    assert.match(cookieIn(left), /^shop-session=;/)
    assert.equal((await send(shop, '/api/auth/token', {}, { cookie })).status, 401)
  })

  test('signing out works while auth_service cannot be reached', async (t) => {
    const shop = await storefront(t, { auth: [await unusedOrigin(t)] })
    const left = await send(shop, '/api/auth/logout', {}, { cookie: 'shop-session=x' })
    assert.equal(left.status, 204)
    assert.match(cookieIn(left), /^shop-session=;/)
  })

  test('while auth_service cannot be reached the cookie stays', async (t) => {
    const shop = await storefront(t, { auth: [await unusedOrigin(t)] })
    const answer = await send(shop, '/api/auth/token', {}, { cookie: 'shop-session=x' })
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [503, 'upstream_unavailable'])
    assert.equal(cookieIn(answer), '')
  })

  test('while one of several auth_services cannot be reached signing in works', async (t) => {
    const shop = await storefront(t, { auth: [await authService(t), await unusedOrigin(t)] })
    assert.equal((await send(shop, '/api/auth/register', ADA)).status, 201)
    for (let i = 0; i < 10; i += 1) assert.equal((await send(shop, '/api/auth/login', ADA)).status, 200)
  })

  test('signing out continues when the page is closed; signing in does not', async (t) => {
    const asked: [string, () => void][] = []
    const cut: string[] = []
    const auth = await serve(t, (request, response) => {
      const path = request.url!
      asked.push([path, () => response.writeHead(204).end()])
      response.once('close', () => response.writableFinished || cut.push(path))
    })
    const shop = await storefront(t, { auth: [auth] })
    const until = async (holds: () => boolean) => {
      for (let i = 0; i < 12_000 && !holds(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10))
      assert.ok(holds())
    }
    for (const path of ['logout', 'login']) {
      const leaving = new AbortController()
      const left = fetch(`${shop}/api/auth/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: 'shop-session=x' },
        body: '{}',
        signal: leaving.signal,
      })
      await until(() => asked.some(([at]) => at === `/${path}`))
      leaving.abort()
      await assert.rejects(left)
    }
    await until(() => cut.length > 0)
    for (const [, end] of asked) end()
    assert.deepEqual(cut, ['/login'])
  })

  test('changing the password keeps this session and ends the others', async (t) => {
    const { shop, cookie, accessToken } = await signedIn(t)
    const other = pairIn(await send(shop, '/api/auth/login', ADA))
    const changed = await send(
      shop,
      '/api/auth/me/password',
      { current_password: ADA.password, new_password: 'pear cake on friday' },
      { cookie, authorization: `Bearer ${accessToken}` },
      'PUT',
    )
    assert.equal(changed.status, 204, changed.text)
    assert.equal((await send(shop, '/api/auth/token', {}, { cookie: other })).status, 401)
    assert.equal((await send(shop, '/api/auth/token', {}, { cookie })).status, 200)
  })

  test('a password that is not UTF-8 is rejected, and never forwarded as other text', async (t) => {
    // Decoded with replacement characters, the bytes would be this password.
    const asRead = { username: 'eve', password: '\ufffd'.repeat(8) }
    const { shop, accessToken } = await signedIn(t)
    assert.equal((await send(shop, '/api/auth/register', asRead)).status, 201)
    const bytes = Buffer.from('\xff\xfe'.repeat(4), 'latin1')
    const sendBytes = async (method: string, path: string, before: string, after: string) => {
      const answer = await fetch(shop + path, {
        method,
        body: Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      })
      return [
        answer.status,
        ((await answer.json()) as { code?: string }).code,
        answer.headers.get('set-cookie'),
      ]
    }
    const refused = [400, 'malformed_body', null]
    const change = '/api/auth/me/password'
    const current = `{"current_password":"${ADA.password}","new_password":"`
    for (const [method, path, before, after] of [
      ['POST', '/api/auth/register', '{"username":"bob","password":"', '"}'],
      ['POST', '/api/auth/login', '{"username":"eve","password":"', '"}'],
      ['PUT', change, '{"current_password":"', '","new_password":"pear cake on friday"}'],
      ['PUT', change, current, '"}'],
    ] as const) {
      assert.deepEqual(await sendBytes(method, path, before, after), refused, `${method} ${path}`)
    }
    assert.equal((await send(shop, '/api/auth/login', ADA)).status, 200)
  })

  for (const path of ['/api/auth/login', '/api/auth/token', '/api/auth/logout']) {
    test(`a page of another site is rejected at ${path}`, async (t) => {
      const { shop, cookie } = await signedIn(t)
      const answer = await send(shop, path, ADA, { cookie, origin: 'https://evil.example' })
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [403, 'cross_site_request'])
      assert.equal(cookieIn(answer), '')
      assert.equal((await send(shop, '/api/auth/token', {}, { cookie })).status, 200)
    })
  }
})

suite('a guest at the storefront', () => {
  const guestOf = (answer: Raw) => JSON.parse(answer.text).guest.id as string

  test('is the same one for every page of the browser, by a cookie that ends with the token and that no script reads', async (t) => {
    const shop = await storefront(t, { auth: [await authService(t)], publicUrl: 'https://shop.example' })
    const from = { origin: 'https://shop.example' }
    const first = await send(shop, '/api/auth/guests', {}, from)
    assert.equal(first.status, 200, first.text)
    const { access_token, expires_in } = JSON.parse(first.text)
    const [pair, ...attributes] = cookieIn(first).split('; ')
    assert.equal(pair, `__Secure-shop-guest=${access_token}`)
    assert.deepEqual(
      attributes.toSorted(),
      ['HttpOnly', `Max-Age=${expires_in}`, 'Path=/api/auth', 'SameSite=Strict', 'Secure'].toSorted(),
    )
    assert.equal(first.headers['cache-control'], 'no-store')
    const again = await send(shop, '/api/auth/guests', {}, { ...from, cookie: pair! })
    assert.equal(guestOf(again), guestOf(first))
    const renewed = await send(shop, '/api/auth/guests', { access_token }, from)
    assert.equal(guestOf(renewed), guestOf(first))
    const stranger = await send(shop, '/api/auth/guests', {}, from)
    assert.notEqual(guestOf(stranger), guestOf(first))
  })

  test('is forgotten at sign-out, and is none of another site', async (t) => {
    const { shop, cookie } = await signedIn(t)
    const out = await send(shop, '/api/auth/logout', {}, { cookie })
    assert.deepEqual(
      out.headers['set-cookie']!.map((each) => /^[\w-]+=;/.exec(each)?.[0]),
      ['shop-session=;', 'shop-guest=;'],
    )
    const refused = await send(shop, '/api/auth/guests', {}, { origin: 'https://evil.example' })
    assert.deepEqual([refused.status, cookieIn(refused)], [403, ''])
  })
})
