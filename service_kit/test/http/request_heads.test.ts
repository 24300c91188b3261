import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { createEdgeApp, exchange } from '../fixtures/edge_app.ts'

const ID = '01890A5D-AC96-774B-BCCE-B302099A8057'
const get = (target: string, headers = 'host: shop') =>
  `GET ${target} HTTP/1.1\r\n${headers}\r\nconnection: close\r\n\r\n`

suite('the host and the address of a request', () => {
  const app = createEdgeApp()
  after(() => app.close())

  const refused: [string, string | Buffer][] = [
    ['two hosts', get('/things', 'host: shop\r\nHost: shop')],
    ['a host with a path', get('/things', 'host: shop/admin')],
    ['a host with a user name', get('/things', 'host: me@shop')],
    ['a host with a blank', get('/things', 'host: sh op')],
    ['two hosts in one', get('/things', 'host: a, b:80:90')],
    ['an invalid port', get('/things', 'host: shop:http')],
    ['an empty host', get('/things', 'host: ')],
    ['a query that is no UTF-8', get('/things?q=%ff%fe')],
    ['a query that ends within a character', get('/things?q=%e2%98')],
    ['a query with an incomplete escape', get('/things?q=50%')],
    ['a path that is no UTF-8', get('/things/%ff')],
    ['bytes that are not ASCII in the address', Buffer.from(get('/things?q=caf\xe9'), 'latin1')],
  ]
  for (const [what, sent] of refused) {
    test(`${what}: 400`, async () => {
      const { status, body } = await exchange(app, sent)
      assert.deepEqual([status, JSON.parse(body).code], [400, 'bad_request'])
    })
  }

  for (const host of [
    'shop',
    'shop:8080',
    'tasks.shop_auth:5000',
    '127.0.0.1:80',
    '[::1]:8080',
    'xn--caf-dma.example',
  ]) {
    test(`the host ${host} is accepted`, async () => {
      assert.equal((await exchange(app, get('/things', `host: ${host}`))).status, 200)
    })
  }

  for (const [target, status, body] of [
    ['http://shop/things?q=a%20%C3%A9', 200, { q: 'a é' }],
    [`HTTPS://shop:1/things/${ID}`, 200, { id: ID.toLowerCase() }],
    ['http://shop', 200, undefined],
  ] as const) {
    test(`the address ${target} is accepted`, async () => {
      const answer = await exchange(app, get(target))
      assert.equal(answer.status, status)
      if (body) assert.deepEqual(JSON.parse(answer.body), body)
    })
  }
})

suite('an address that has other methods', () => {
  const app = createEdgeApp()
  after(() => app.close())

  test('answers 405 with its methods', async () => {
    for (const method of ['PATCH', 'POST'] as const) {
      const answer = await app.inject({ method, url: `/things/${ID}?x=1` })
      assert.deepEqual([answer.statusCode, answer.json().code], [405, 'method_not_allowed'])
      assert.equal(answer.headers.allow, 'DELETE, GET, HEAD, OPTIONS, PUT')
    }
  })

  const bodies: [string, Record<string, string>, string][] = [
    ['is no JSON', { 'content-type': 'application/json' }, '{'],
    ['names a field twice', { 'content-type': 'application/json' }, '{"a":1,"a":2}'],
    ['is compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}'],
    ['is too large', { 'content-type': 'application/json' }, `"${'x'.repeat(70_000)}"`],
    ['is of another type', { 'content-type': 'text/plain' }, 'x'],
  ]
  for (const [what, headers, payload] of bodies) {
    test(`answers 405 also if the body ${what}, and an unknown address 404`, async () => {
      const known = await app.inject({ method: 'POST', url: `/things/${ID}`, headers, payload })
      assert.deepEqual([known.statusCode, known.headers.allow], [405, 'DELETE, GET, HEAD, OPTIONS, PUT'])
      const unknown = await app.inject({ method: 'POST', url: '/nowhere', headers, payload })
      assert.deepEqual([unknown.statusCode, unknown.json().code], [404, 'route_not_found'])
      assert.ok(unknown.headers['x-request-id'])
    })
  }

  test('answers OPTIONS with its methods, and HEAD like GET', async () => {
    const options = await app.inject({ method: 'OPTIONS', url: '/things' })
    assert.deepEqual(
      [options.statusCode, options.body, options.headers.allow],
      [204, '', 'GET, HEAD, OPTIONS, POST'],
    )
    const head = await app.inject({ method: 'HEAD', url: '/things' })
    assert.deepEqual([head.statusCode, head.body], [200, ''])
  })

  test('OPTIONS * is answered with all methods of the server', async () => {
    const asked = await exchange(app, 'OPTIONS * HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n')
    assert.equal(asked.status, 204)
    assert.match(asked.head, /^allow: DELETE, GET, HEAD, OPTIONS, POST, PUT\r?$/im)
  })

  test('does not include addresses that only the route /* has', async () => {
    const answer = await app.inject({ method: 'POST', url: '/nowhere' })
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'route_not_found'])
  })
})

test('no answer may be cached unless its route allows it', async (t) => {
  const app = createEdgeApp()
  t.after(() => app.close())
  for (const url of ['/things', '/nowhere?q=%ff', '/things/x']) {
    assert.equal((await app.inject({ url })).headers['cache-control'], 'no-store', url)
  }
})
