import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { callClassOf, FORWARDINGS, upstreamPath } from '../../src/http/upstream_path.ts'

/** The service and the path of an address. */
const lead = (url: string) =>
  FORWARDINGS.flatMap((forwarding) => {
    const path = upstreamPath(url, forwarding)
    return path === undefined ? [] : [`${forwarding.upstream} ${path}`]
  })

suite('forwarding by address', () => {
  for (const [url, way] of [
    ['/api/products', 'products /products'],
    ['/api/products?q=mug&limit=2', 'products /products'],
    ['/api/groups/0190/choices?value1=Red', 'products /groups/0190/choices'],
    ['/api/categories', 'products /categories'],
    ['/api/catalogue/facets?q=mug', 'products /catalogue/facets'],
    ['/api/slugs/mug', 'products /slugs/mug'],
    ['/api/products/0190/stock_movements', 'products /products/0190/stock_movements'],
    ['/api/orders/0190/events', 'orders /orders/0190/events'],
    ['/api/orders/user/0190?cursor=a%2Fb', 'orders /orders/user/0190'],
    ['/api/auth/audit/accounts', 'auth /audit/accounts'],
    ['/api/audit/products?by=operator', 'products /audit/products'],
    ['/api/audit/orders', 'orders /audit/orders'],
    ['/api/payments/0190', 'payments /payments/0190'],
    ['/api/payments/0190/refunds', 'payments /payments/0190/refunds'],
    ['/api/payments/0190/paid', 'payments /payments/0190/paid'],
    ['/api/audit/payments?by=operator', 'payments /audit/payments'],
    ['/api/webhooks/stripe', 'payments /webhooks/stripe'],
    ['/api/auth/register', 'auth /register'],
    ['/api/auth/users/0190/role', 'auth /users/0190/role'],
    ['/api/auth/.well-known/jwks.json', 'auth /.well-known/jwks.json'],
    ['/api/products/a%20b', 'products /products/a%20b'],
  ] as const) {
    test(`${url} is forwarded to ${way}`, () => assert.deepEqual(lead(url), [way]))
  }

  for (const url of [
    '/api/internal/reservations',
    '/api/internal/payments/0190',
    '/api/payments/../internal/payments/0190',
    '/api/webhooks',
    '/api/webhooks/other',
    '/api/products/../internal/reservations',
    '/api/products/..%2finternal/reservations',
    '/api/products/%2e%2e/internal/reservations',
    '/api/products/%2E%2E%2Finternal',
    '/api/products\\..\\internal',
    '/api/products/%5c..%5cinternal',
    '/api/products//internal',
    '/api/products/./x',
    '/api/products/',
    '/api/productsandmore',
    '/api/audit',
    '/api/audit/accounts',
    '/api/metrics',
    '/api/auth/metrics',
    '/api/auth/healthz',
    '/api/auth/internal/x',
    '/api/auth/docs',
    '/api/auth/registered',
    '/api/auth/.well-known',
    '/api/auth/.well-known/withdrawn_tokens.json',
    '/api/auth/.well-known/jwks.json5',
    '/api/auth/.well-known/jwks.json/../withdrawn_tokens.json',
    '/api/auth/.well-known/jwks.json/%2e%2e/withdrawn_tokens.json',
    '/api/auth/openapi.json',
    '/api/auth//users',
    '/api//products',
    '/api',
    '/api/',
    '/products',
    '//evil.example/api/products',
    '/api/products/%zz',
    '/api/products/%',
    '/api/products/a b',
    '/api/products/ünder',
  ]) {
    test(`${url} is not forwarded`, () => assert.deepEqual(lead(url), []))
  }
})

suite('the class of a call', () => {
  for (const [upstream, method, path, callClass] of [
    ['auth', 'POST', '/register', 'hashing'],
    ['auth', 'POST', '/login', 'hashing'],
    ['auth', 'PUT', '/me/password', 'hashing'],
    ['auth', 'PUT', '/me/email', 'hashing'],
    ['auth', 'DELETE', '/me', 'hashing'],
    ['auth', 'GET', '/me', 'reads'],
    ['auth', 'PUT', '/password_resets', 'hashing'],
    // Percent-encoded: the service reads the same path.
    ['auth', 'PUT', '/me/passw%6Frd', 'hashing'],
    ['auth', 'GET', '/me', 'reads'],
    ['auth', 'GET', '/.well-known/jwks.json', 'reads'],
    ['auth', 'POST', '/token', 'writes'],
    ['auth', 'POST', '/logout', 'writes'],
    ['products', 'GET', '/products', 'reads'],
    ['products', 'HEAD', '/products/7', 'reads'],
    ['products', 'PATCH', '/products/7', 'writes'],
    ['products', 'POST', '/media', 'uploads'],
    ['products', 'POST', '/m%65dia', 'uploads'],
    ['products', 'GET', '/media/7/640.webp', 'reads'],
    ['products', 'GET', '/exports/catalogue.csv', 'exports'],
    ['products', 'GET', '/imports/7/result', 'exports'],
    ['products', 'GET', '/imports/7/notes', 'reads'],
    ['products', 'PATCH', '/imports/7', 'writes'],
    ['orders', 'GET', '/orders/7', 'reads'],
    ['orders', 'POST', '/orders', 'writes'],
    ['payments', 'GET', '/payments/7', 'reads'],
    ['payments', 'POST', '/payments/7/refunds', 'writes'],
    ['payments', 'POST', '/webhooks/stripe', 'webhooks'],
    ['payments', 'POST', '/webhooks/strip%65', 'webhooks'],
  ] as const) {
    test(`${method} ${path} of ${upstream}: ${callClass}`, () =>
      assert.equal(callClassOf(upstream, method, path), callClass))
  }
})
