/** What `npm start -- --demo` reports if a service cannot load the catalogue. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '@shop/service_kit/test_support/http_server'
import { loadDemo } from '../../scripts/start/demo_catalogue.ts'

const FULL = JSON.stringify({
  code: 'store_unavailable',
  detail: 'The store could not take the write; try again.',
})

suite('the sample catalogue that cannot be loaded', () => {
  /** A product service that accepts this many products. */
  const products = (t: TestContext, room: number) =>
    serve(t, ({ method, url }, response) => {
      if (url === '/products/currency') response.end('{"currency":"USD","currency_digits":2}')
      else if (method === 'GET') response.end('{"items":[]}')
      else if (url === '/categories' || url!.endsWith('/variants')) response.writeHead(201).end('{"id":"c"}')
      else if (room-- > 0) response.writeHead(201).end('{"id":"p"}')
      else response.writeHead(503).end(FULL)
    })
  const auth = (t: TestContext, status: number, body: string) =>
    serve(t, (_request, response) => response.writeHead(status).end(body))

  const cases: readonly [why: string, status: number, body: string, room: number, says: RegExp][] = [
    [
      'sign-in does not work at the moment',
      503,
      FULL,
      99,
      /was not loaded: \/login answered 503: The store could not/,
    ],
    [
      'the password was changed',
      401,
      '{"detail":"Username or password is wrong."}',
      99,
      /was not loaded: \/login answered 401: Username or password is wrong\./,
    ],
    ['what answers is no service', 502, '<html>', 99, /was not loaded: \/login answered 502: <html>/],
    [
      'the disk fills on the way',
      200,
      '{"access_token":"x"}',
      5,
      /was loaded in part, 5 of 12 products: \/products answered 503: The store/,
    ],
    ['nothing stands in the way', 200, '{"access_token":"x"}', 99, /was loaded: 12 products\./],
  ]
  for (const [why, status, body, room, says] of cases) {
    test(why, async (t) => {
      const shop = { authUrl: await auth(t, status, body), productUrl: await products(t, room) }
      assert.match(await loadDemo(shop, 'admin', 'secret'), says)
    })
  }
})
