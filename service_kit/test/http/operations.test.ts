/** What a service shows to clients, and what only to operators. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { App } from '../../src/http/app.ts'
import { Problem } from '../../src/runtime/problem.ts'
import { VERSION } from '../../src/runtime/version.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const DOCUMENTS = ['/openapi.json', '/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/index.html']

function createService(
  t: TestContext,
  more: { publicDocs?: boolean; trouble?: string; names?: string[] } = {},
) {
  const { publicDocs = false, trouble, names } = more
  const app = createPlainApp({
    publicDocs,
    access: {
      verifyToken: () => {
        throw new Problem('unauthenticated', 'Not a token.')
      },
    },
    readiness: {
      store: async () => {
        if (trouble !== undefined) throw new Error(trouble)
      },
    },
  })
  app.register(async (scope: App) => {
    scope.get('/things', { config: { access: 'user' } }, async () => ({}))
  })
  t.after(() => app.close())
  const visitor = (url: string) => app.inject({ url })
  const operator = (url: string, host = '127.0.0.1:5201') =>
    app.operations(names).inject({ url, headers: { host } })
  return { app, visitor, operator }
}

suite('visitors', () => {
  test('reach neither figures nor documents, whatever they add to the address', async (t) => {
    const { visitor } = createService(t)
    for (const url of ['/metrics', '/metrics/', '/METRICS', '/metrics?x=1', ...DOCUMENTS])
      assert.equal((await visitor(url)).statusCode, 404, url)
  })

  test('read the documents where these are public, and still no figures', async (t) => {
    const { visitor } = createService(t, { publicDocs: true })
    assert.equal((await visitor('/openapi.json')).json().info.title, 'test_service')
    assert.equal((await visitor('/docs/')).statusCode, 200)
    assert.deepEqual((await visitor('/docs/json')).json(), (await visitor('/openapi.json')).json())
    assert.doesNotMatch((await visitor('/docs/static/swagger-initializer.js')).body, /supportedSubmitMethods/)
    assert.equal((await visitor('/metrics')).statusCode, 404)
  })

  test('see whether it is alive and ready, and no more', async (t) => {
    const { visitor } = createService(t, { trouble: '/srv/secret/orders.db cannot be written' })
    assert.deepEqual((await visitor('/healthz')).json(), { status: 'ok', service: 'test_service' })
    const ready = await visitor('/readyz')
    assert.deepEqual([ready.statusCode, ready.json().code], [503, 'not_ready'])
    assert.doesNotMatch(ready.body, /store|secret/)
  })
})

suite('those who run the service', () => {
  test('find figures, of what visitors asked alone', async (t) => {
    const { visitor, operator } = createService(t)
    await visitor('/healthz')
    await operator('/healthz')
    const { body, headers } = await operator('/metrics')
    assert.match(String(headers['content-type']), /^text\/plain/)
    assert.match(body, /http_request_duration_seconds_count\{.*route="\/healthz".*\} 1\n/)
    assert.doesNotMatch(body, /route="\/metrics"/)
  })

  test('find the document of the service, and pages that show it and call nothing', async (t) => {
    const { operator } = createService(t)
    const document = (await operator('/openapi.json')).json()
    assert.equal(document.openapi, '3.1.0')
    assert.deepEqual(Object.keys(document.paths).sort(), ['/healthz', '/readyz', '/things'])
    assert.deepEqual(document.paths['/things'].get.security, [{ bearer: [] }])
    assert.deepEqual((await operator('/docs/json')).json(), document)
    const docs = await operator('/docs/')
    assert.equal(docs.statusCode, 200)
    // With an instruction to use https, a browser would load neither scripts nor styles from an address without TLS.
    assert.doesNotMatch(String(docs.headers['content-security-policy']), /upgrade-insecure-requests/)
    assert.match(
      (await operator('/docs/static/swagger-initializer.js')).body,
      /"supportedSubmitMethods":\[\]/,
    )
  })

  test('get the files of the pages like any answer: by HEAD too, with their type, tag and request id, or a problem', async (t) => {
    const { app } = createService(t)
    const get = (url: string, headers = {}, method: 'GET' | 'HEAD' = 'GET') =>
      app.operations().inject({ method, url: `/docs/${url}`, headers: { host: '127.0.0.1', ...headers } })
    const styles = await get('static/swagger-ui.css')
    assert.deepEqual([styles.statusCode, styles.headers['content-type']], [200, 'text/css; charset=utf-8'])
    assert.ok(styles.rawPayload.length > 100_000)
    assert.equal(styles.headers['content-length'], String(styles.rawPayload.length))
    const known = { 'if-none-match': styles.headers.etag, 'x-request-id': 'mine' }
    const again = await get('static/swagger-ui.css', known)
    assert.deepEqual([again.statusCode, again.body, again.headers['x-request-id']], [304, '', 'mine'])

    const head = await get('', {}, 'HEAD')
    assert.deepEqual([head.statusCode, head.body], [200, ''])
    assert.equal(head.headers['content-length'], (await get('')).headers['content-length'])
    assert.equal(head.headers['cache-control'], 'no-store')
    for (const url of ['nothing', 'static/nothing.css', 'static/%2e%2e/package.json']) {
      const { statusCode, body } = await get(url)
      assert.deepEqual([statusCode, JSON.parse(body).code], [404, 'route_not_found'], url)
    }
  })

  test('see the release, and which part is not ready', async (t) => {
    const { operator } = createService(t, { trouble: 'the disk is full' })
    assert.equal((await operator('/healthz')).json().version, VERSION)
    const ready = await operator('/readyz')
    assert.deepEqual([ready.statusCode, ready.json().detail], [503, 'store: the disk is full'])
  })

  const inside = [
    ...[
      '127.0.0.1',
      '10.1.2.3:5202',
      '[::1]:5200',
      '[fd00::7]',
      'localhost:5200',
      'shop.localhost',
      'LOCALHOST.',
    ],
    ...[
      'order_service:5202',
      'tasks.order_service:5202',
      'auth-service.shop.svc',
      'a.shop.svc.cluster.local:1',
    ],
    ...['host.docker.internal:5200', 'ops.example:7', 'OPS.example'],
  ]
  for (const host of inside) {
    test(`ask for it as ${host}`, async (t) => {
      const { operator } = createService(t, { names: ['Ops.example'] })
      assert.equal((await operator('/metrics', host)).statusCode, 200)
    })
  }

  // What a page on the internet can lead to this machine, and a browser then asks for.
  const outside = [
    ...[
      'evil.example:5200',
      'shop.ops.example',
      'ops.example.com',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ],
    ...[
      'tasks.evil.example',
      'svc.evil.example',
      'a.cluster.local.evil.example',
      'evil.svc.com',
      '1.2.3.4.5',
    ],
  ]
  for (const host of outside) {
    test(`do not ask for it as ${host}`, async (t) => {
      const { operator, visitor } = createService(t, { names: ['Ops.example'] })
      for (const url of ['/metrics', '/docs/', '/openapi.json', '/readyz', '/nothing']) {
        const { statusCode, body } = await operator(url, host)
        assert.deepEqual([statusCode, JSON.parse(body).code], [400, 'bad_request'], url)
      }
      assert.equal((await visitor('/healthz')).statusCode, 200)
    })
  }

  test('do not find what visitors come for', async (t) => {
    const { operator } = createService(t)
    assert.equal((await operator('/things')).statusCode, 404)
  })
})
