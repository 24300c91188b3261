import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { PAGE, raw, SCRIPT, storefront, THEME } from '../upstream.ts'

const HTML = { accept: 'text/html,application/xhtml+xml' }

suite('the pages', () => {
  for (const path of ['/', '/products/0190', '/orders/0190?placed=1', '/admin/orders']) {
    test(`${path} is the page as it was built while no service answers, and no cache keeps it`, async (t) => {
      const answer = await raw(await storefront(t, {}), path, { headers: HTML })
      assert.deepEqual([answer.status, answer.text], [200, PAGE])
      assert.deepEqual([answer.headers['cache-control'], answer.headers.etag], ['no-store', undefined])
    })
  }

  for (const path of ['/no/such/page', '/products/a/b', '/cart.html?x=1']) {
    test(`${path} is no page: 404 with the page, also for a browser that has it cached`, async (t) => {
      const shop = await storefront(t, {})
      const { etag, 'last-modified': since } = (await raw(shop, '/', { headers: HTML })).headers
      const known = { 'if-none-match': String(etag), 'if-modified-since': String(since), range: 'bytes=0-3' }
      for (const headers of [HTML, { ...HTML, ...known }]) {
        const answer = await raw(shop, path, { headers })
        assert.deepEqual([answer.status, answer.text], [404, PAGE])
        assert.deepEqual([answer.headers['cache-control'], answer.headers.etag], ['no-store', undefined])
      }
    })
  }

  for (const path of ['/?q=%ff', '/products/%ff', '/%', '/nowhere/%c3?q=tea']) {
    test(`${path} is not UTF-8 text: a browser gets the page, a program the problem`, async (t) => {
      const shop = await storefront(t, {})
      const page = await raw(shop, path, { headers: HTML })
      assert.deepEqual([page.status, page.text], [400, PAGE])
      assert.equal(page.headers['x-content-type-options'], 'nosniff')
      const problem = await raw(shop, path, { headers: { accept: 'application/json' } })
      assert.deepEqual([problem.status, JSON.parse(problem.text).code], [400, 'bad_request'])
    })
  }

  test('a file with a hash in its name is cached for ever', async (t) => {
    const answer = await raw(await storefront(t, {}), '/assets/index-1a2b3c4d.js')
    assert.deepEqual([answer.status, answer.text], [200, SCRIPT])
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.match(String(answer.headers['content-type']), /javascript/)
  })

  test('a file beside the page is cached for an hour; the page itself and its compressed forms are not served as files', async (t) => {
    const shop = await storefront(t, {})
    const theme = await raw(shop, '/theme.js')
    assert.deepEqual([theme.status, theme.text], [200, THEME])
    assert.equal(theme.headers['cache-control'], 'public, max-age=3600')
    for (const path of ['/index.html', '/theme.js.gz', '/assets'])
      assert.equal((await raw(shop, path, { headers: HTML })).status, 404, path)
  })

  test('it is compressed when the client accepts that', async (t) => {
    const answer = await raw(await storefront(t, {}), '/assets/index-1a2b3c4d.js', {
      headers: { 'accept-encoding': 'gzip, br' },
    })
    assert.deepEqual([answer.status, answer.headers['content-encoding']], [200, 'br'])
    assert.match(String(answer.headers['content-type']), /javascript/)
  })

  for (const [path, headers] of [
    ['/assets/gone-00000000.js', HTML],
    ['/index.html.br', { accept: 'application/json' }],
    ['/api/nothing', HTML],
    ['/nothing', { accept: 'application/json' }],
    ['/typeface.woff2', { accept: '*/*' }],
  ] as const) {
    test(`${path} is a problem, not the page`, async (t) => {
      const answer = await raw(await storefront(t, {}), path, { headers })
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [404, 'route_not_found'])
    })
  }

  for (const path of ['/api/auth/login', '/api/auth/token']) {
    test(`${path} has another method: 405, with the security headers of any answer`, async (t) => {
      const shop = await storefront(t, {})
      const answer = await raw(shop, path, { headers: HTML, method: 'PATCH' })
      const read = await raw(shop, path, { headers: HTML })
      for (const { status, text, headers } of [answer, read]) {
        assert.deepEqual([status, JSON.parse(text).code], [405, 'method_not_allowed'])
        assert.match(String(headers.allow), /OPTIONS, POST$/)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.equal(headers['cache-control'], 'no-store')
      }
    })
  }

  for (const [method, path] of [
    ['POST', '/'],
    ['POST', '/cart?x=1'],
    ['PUT', '/Cart/'],
    ['DELETE', '/products/0190'],
    ['PATCH', '/assets/index-1a2b3c4d.js'],
  ] as const) {
    test(`${method} ${path}: 405, because it can only be read`, async (t) => {
      const answer = await raw(await storefront(t, {}), path, { headers: HTML, method })
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [405, 'method_not_allowed'])
      assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS')
    })
  }

  test('what is no page is 404 for every method', async (t) => {
    const answer = await raw(await storefront(t, {}), '/nowhere', { headers: HTML, method: 'DELETE' })
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [404, 'route_not_found'])
  })

  for (const path of ['/assets/../../package.json', '/assets/%2e%2e/%2e%2e/package.json']) {
    test(`${path} leads out of the folder and is rejected`, async (t) => {
      const answer = await raw(await storefront(t, {}), path, { headers: HTML })
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, 'bad_request'])
    })
  }

  test('security headers stop what is not from this origin', async (t) => {
    const { headers } = await raw(await storefront(t, {}), '/', { headers: HTML })
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self'(;|$)/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'same-origin')
    assert.match(String(headers['permissions-policy']), /camera=\(\)/)
    assert.equal(headers['strict-transport-security'], undefined)
  })

  test('behind TLS there is an HSTS header', async (t) => {
    const shop = await storefront(t, { publicUrl: 'https://shop.example' })
    const { headers } = await raw(shop, '/', { headers: HTML })
    assert.match(String(headers['strict-transport-security']), /max-age=\d{8}/)
  })

  test('it is alive and ready while no service can be reached', async (t) => {
    const shop = await storefront(t, {})
    assert.deepEqual([(await raw(shop, '/healthz')).status, (await raw(shop, '/readyz')).status], [200, 200])
  })
})
