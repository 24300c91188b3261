import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import type { Principal } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import { serve } from '@shop/service_kit/test_support/http_server'
import { raw, storefront, storefrontApp, textOf, unusedOrigin } from '../upstream.ts'

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

suite('what a service gets', () => {
  test('visitor, request and trace are forwarded; cookies and hop-by-hop headers are not', async (t) => {
    let received: IncomingHttpHeaders = {}
    const products = await serve(t, (request, response) => {
      received = request.headers
      response.end('{}')
    })
    const shop = await storefront(t, { products: [products] })
    await raw(shop, '/api/products', {
      headers: {
        authorization: 'Bearer abc',
        cookie: 'shop-session=secret',
        traceparent: TRACE,
        'x-request-id': 'asked-1',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.example',
        forwarded: 'for=6.6.6.6',
        connection: 'keep-alive, x-hop',
        'x-hop': '1',
        te: 'trailers',
        'if-none-match': '"3"',
      },
    })
    assert.equal(received.authorization, 'Bearer abc')
    assert.equal(received.traceparent, TRACE)
    assert.equal(received['x-request-id'], 'asked-1')
    assert.equal(received['x-forwarded-for'], '127.0.0.1')
    assert.equal(received['if-none-match'], '"3"')
    for (const name of ['cookie', 'forwarded', 'x-forwarded-host', 'x-hop', 'te'])
      assert.equal(received[name], undefined, name)
  })

  test('behind a trusted balancer the address of the visitor is the one that the balancer names', async (t) => {
    let visitor: unknown
    const products = await serve(t, (request, response) => {
      visitor = request.headers['x-forwarded-for']
      response.end('{}')
    })
    const shop = await storefront(t, { products: [products], trustedProxies: ['127.0.0.1'] })
    await raw(shop, '/api/products', { headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.7' } })
    assert.equal(visitor, '203.0.113.7')
  })

  test('method, path, query and body arrive as they were sent', async (t) => {
    const seen: string[] = []
    const orders = await serve(t, async (request, response) => {
      const { method, url, headers } = request
      seen.push(`${method} ${url} ${headers['content-type']} ${await textOf(request)}`)
      response.end('{}')
    })
    const shop = await storefront(t, { orders: [orders] })
    const body = '{"status" : "shipped"}'
    const headers = { 'content-type': 'application/json' }
    const lengths: Record<string, string>[] = [
      { 'content-length': String(body.length) },
      { 'transfer-encoding': 'chunked' },
    ]
    for (const length of lengths) {
      await raw(shop, '/api/orders/7?a=%20b&a=c', { method: 'PUT', body, headers: { ...headers, ...length } })
    }
    await raw(shop, '/api/orders/7', { method: 'DELETE' })
    const put = `PUT /orders/7?a=%20b&a=c application/json ${body}`
    assert.deepEqual(seen, [put, put, 'DELETE /orders/7 undefined '])
  })

  test('each of several replicas gets its share, and one that cannot be reached gets none', async (t) => {
    const seen = new Set<string>()
    const replica = (name: string) =>
      serve(t, (_request, response) => {
        seen.add(name)
        response.end('{}')
      })
    const shop = await storefront(t, { products: [await replica('a'), await replica('b')] })
    for (let i = 0; i < 6; i += 1) await raw(shop, '/api/products')
    assert.deepEqual([...seen].sort(), ['a', 'b'])
  })
})

suite('what a visitor gets', () => {
  test('a problem is forwarded unchanged', async (t) => {
    const problem =
      '{"type":"urn:shop:problem:insufficient_stock","status":409,"shortages":[{"available":1}]}'
    const orders = await serve(t, (_request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json', 'retry-after': '3' })
      response.end(problem)
    })
    const shop = await storefront(t, { orders: [orders] })
    const answer = await raw(shop, '/api/orders', { method: 'POST' })
    assert.deepEqual([answer.status, answer.text], [409, problem])
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.equal(answer.headers['retry-after'], '3')
  })

  test('a Location is rewritten to the address at the gateway', async (t) => {
    const service = await serve(t, (request, response) => {
      response.writeHead(201, { location: `${request.url}/7` }).end('{}')
    })
    const shop = await storefront(t, { auth: [service], orders: [service] })
    const made = async (path: string) => (await raw(shop, path, { method: 'POST' })).headers.location
    assert.equal(await made('/api/orders'), '/api/orders/7')
    assert.equal(await made('/api/auth/users'), '/api/auth/users/7')
  })

  test('an answer without cache-control is not cached', async (t) => {
    const products = await serve(t, (request, response) => {
      if (request.url === '/products/kept') response.setHeader('cache-control', 'no-store')
      response.setHeader('keep-alive', 'timeout=99')
      response.end('{}')
    })
    const shop = await storefront(t, { products: [products] })
    assert.equal((await raw(shop, '/api/products/1')).headers['cache-control'], 'private, no-cache')
    const kept = await raw(shop, '/api/products/kept')
    assert.equal(kept.headers['cache-control'], 'no-store')
    assert.notEqual(kept.headers['keep-alive'], 'timeout=99')
  })

  test('the cache-control of a service is forwarded unchanged', async (t) => {
    const said = {
      'cache-control': 'public, max-age=5, stale-while-revalidate=30',
      etag: 'W/"7"',
      vary: 'origin',
    }
    const products = await serve(t, (request, response) => {
      response.writeHead(request.headers['if-none-match'] === said.etag ? 304 : 200, said).end()
    })
    const shop = await storefront(t, { products: [products] })
    for (const [headers, status, varies] of [
      [{}, 200, 'origin'],
      // A 304 does not say whether its answer was compressed.
      [{ 'if-none-match': said.etag }, 304, 'origin, accept-encoding'],
    ] as const) {
      const answer = await raw(shop, '/api/products', { headers })
      const { 'cache-control': keep, etag, vary } = answer.headers
      assert.deepEqual(
        [answer.status, { 'cache-control': keep, etag, vary }],
        [status, { ...said, vary: varies }],
      )
    }
  })

  test('events are forwarded as they come, and the service sees when the visitor disconnects', async (t) => {
    let left: () => void = () => {}
    const gone = new Promise<void>((resolve) => {
      left = resolve
    })
    const orders = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: first\n\n')
      response.on('close', () => left())
    })
    const shop = await storefront(t, { orders: [orders] })
    const leaving = new AbortController()
    const answer = await fetch(`${shop}/api/orders/7/events`, { signal: leaving.signal })
    const { value } = await answer.body!.getReader().read()
    assert.equal(new TextDecoder().decode(value), 'data: first\n\n')
    leaving.abort()
    await gone
  })

  test('a service that cannot be reached: 503 upstream_unavailable, retryable', async (t) => {
    const shop = await storefront(t, { products: [await unusedOrigin(t)] })
    const answer = await raw(shop, '/api/products')
    const { code, retryable } = JSON.parse(answer.text)
    assert.deepEqual([answer.status, code, retryable], [503, 'upstream_unavailable', true])
    assert.equal(answer.headers['retry-after'], '1')
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  })

  test('a lost answer: 504 upstream_no_answer, because the request may have been carried out', async (t) => {
    const orders = await serve(t, (_request, response) => response.destroy())
    const shop = await storefront(t, { orders: [orders] })
    const answer = await raw(shop, '/api/orders', { method: 'POST' })
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [504, 'upstream_no_answer'])
  })

  test('a replica that cannot be reached costs no request its answer, orders and bodies included', async (t) => {
    const orders = await serve(t, async (request, response) => {
      response.end(await textOf(request))
    })
    const shop = await storefront(t, { orders: [orders, await unusedOrigin(t)] })
    for (let i = 0; i < 20; i += 1) {
      const body = `{"order":${i}}`
      const headers = { 'content-length': String(body.length) }
      const answer = await raw(shop, '/api/orders', { method: 'POST', headers, body })
      assert.deepEqual([answer.status, answer.text], [200, body])
    }
  })

  test('an overloaded service is asked only once', async (t) => {
    let asked = 0
    const products = await serve(t, (_request, response) => {
      asked += 1
      response.writeHead(503, { 'retry-after': '1' }).end('{}')
    })
    const shop = await storefront(t, { products: [products] })
    assert.equal((await raw(shop, '/api/products')).status, 503)
    assert.equal(asked, 1)
  })

  for (const length of ['given in advance', 'not given'] as const) {
    test(`a body that is too large, its length ${length}: 413, and no service is asked`, async (t) => {
      let asked = false
      const orders = await serve(t, (_request, response) => {
        asked = true
        response.end('{}')
      })
      const shop = await storefront(t, { orders: [orders] })
      const body = 'x'.repeat(64 * 1024 + 1)
      const answer = await raw(shop, '/api/orders', {
        method: 'POST',
        body,
        headers:
          length === 'not given'
            ? { 'transfer-encoding': 'chunked' }
            : { 'content-length': String(body.length) },
      })
      assert.deepEqual([answer.status, JSON.parse(answer.text).code, asked], [413, 'body_too_large', false])
    })
  }

  test('when the gateway closes, event streams end, and the events before are complete', async (t) => {
    const orders = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: first\n\n')
    })
    const shop = await storefrontApp(t, { orders: [orders] })
    const answer = await fetch(`${shop.origin}/api/orders/7/events`)
    const reader = answer.body!.getReader()
    assert.equal(new TextDecoder().decode((await reader.read()).value), 'data: first\n\n')
    const closed = shop.app.close()
    assert.equal((await reader.read()).done, true)
    await closed
  })
})

suite('many open event streams', () => {
  const orders = (t: TestContext) =>
    serve(t, (request, response) => {
      if (request.method === 'POST') return void response.end('{}')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: first\n\n')
    })

  async function opener(t: TestContext, shop: string) {
    const leaving = new AbortController()
    t.after(() => leaving.abort())
    return async (path = '/api/orders/7/events', token = 'ada') => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${shop}${path}`, { headers, signal: leaving.signal })
      const code = answer.ok ? '' : ((await answer.json()) as { code: string }).code
      return [answer.status, code, answer.headers.get('retry-after')]
    }
  }

  test('beyond their limit it is 503 with Retry-After, and orders are still accepted', async (t) => {
    const callClass = { inFlightMax: 1, waitingMax: 0, shareOfFree: 1 }
    const limits = {
      streamsMax: 3,
      calls: {
        reads: callClass,
        writes: callClass,
        hashing: callClass,
        uploads: callClass,
        exports: callClass,
        webhooks: callClass,
      },
    }
    const shop = await storefront(t, { orders: [await orders(t)], limits })
    const open = await opener(t, shop)
    // Percent-encoded: the service reads the same path.
    for (const path of ['/api/orders/7/events', '/api/orders/7/%65vents', '/api/orders/7/events?x'])
      assert.deepEqual(await open(path), [200, '', null])
    assert.deepEqual(await open(), [503, 'overloaded', '1'])
    assert.equal((await raw(shop, '/api/orders', { method: 'POST' })).status, 200)
  })

  test('a user has a limit over all addresses, and another user has their own', async (t) => {
    const verifyToken = (token: string): Principal => {
      if (token === 'forged') throw new Problem('unauthenticated', 'Not a token.')
      return { userId: token, username: token, role: 'customer', expiresAt: 0 }
    }
    const limits = { streamsPerUserMax: 2 }
    const shop = await storefront(t, { orders: [await orders(t)], limits, verifyToken })
    const open = await opener(t, shop)
    for (let i = 0; i < 2; i += 1) assert.equal((await open())[0], 200)
    assert.deepEqual(await open(), [429, 'too_many_streams', '1'])
    assert.equal((await open('/api/orders/7/events', 'bob'))[0], 200)
    // The service answers a request with an invalid token.
    for (let i = 0; i < 3; i += 1) assert.equal((await open('/api/orders/7/events', 'forged'))[0], 200)
  })
})

suite('what is never forwarded', () => {
  for (const path of [
    '/api/internal/reservations',
    '/internal/reservations',
    '/api/products/../internal/reservations',
    '/api/products/%2e%2e/internal/reservations',
    '/api/products/..%2f..%2finternal/reservations',
    '/api/products\\..\\internal',
    '/api/metrics',
    '/api/auth/metrics',
    '/api/auth/openapi.json',
    '/api/auth/.well-known/withdrawn_tokens.json',
    '/api/auth/.well-known',
  ]) {
    test(path, async (t) => {
      const asked: (string | undefined)[] = []
      const service = await serve(t, (request, response) => {
        asked.push(request.url)
        response.end('{}')
      })
      const shop = await storefront(t, { auth: [service], products: [service], orders: [service] })
      for (const method of ['GET', 'POST']) {
        const answer = await raw(shop, path, { method, headers: { accept: 'application/json' } })
        assert.deepEqual([answer.status, asked], [404, []], method)
      }
    })
  }
})
