/** What a service shows to clients, and what it shows to operators only. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { App } from '../../src/http/app.ts'
import { Problem } from '../../src/runtime/problem.ts'
import { VERSION } from '../../src/runtime/version.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const DOCUMENTS = ['/openapi.json', '/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/static/index.html']

function createService(
  scope: { after(close: () => Promise<undefined>): void },
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
  scope.after(() => app.close())
  const client = (url: string) => app.inject({ url })
  const operator = (url: string, host = '127.0.0.1:5201') =>
    app.operations(names).inject({ url, headers: { host } })
  return { app, client, operator }
}

suite('clients', () => {
  test('reach neither metrics nor documents, with any spelling of the address', async (t) => {
    const { client } = createService(t)
    for (const url of ['/metrics', '/metrics/', '/METRICS', '/metrics?x=1', ...DOCUMENTS])
      assert.equal((await client(url)).statusCode, 404, url)
  })

  test('read the documents if these are public, but no metrics', async (t) => {
    const { client } = createService(t, { publicDocs: true })
    assert.equal((await client('/openapi.json')).json().info.title, 'test_service')
    assert.equal((await client('/docs/')).statusCode, 200)
    assert.deepEqual((await client('/docs/json')).json(), (await client('/openapi.json')).json())
    assert.doesNotMatch((await client('/docs/static/swagger-initializer.js')).body, /supportedSubmitMethods/)
    assert.equal((await client('/metrics')).statusCode, 404)
  })

  test('see whether the service is alive and ready, without the reason', async (t) => {
    const { client } = createService(t, { trouble: '/srv/secret/orders.db cannot be written' })
    assert.deepEqual((await client('/healthz')).json(), { status: 'ok', service: 'test_service' })
    const ready = await client('/readyz')
    assert.deepEqual([ready.statusCode, ready.json().code], [503, 'not_ready'])
    assert.doesNotMatch(ready.body, /store|secret/)
  })
})

suite('operators', () => {
  const { operator: operatorOfNames, client: clientOfNames } = createService(
    { after },
    {
      names: ['Ops.example'],
    },
  )

  test('read metrics, of the requests of clients only', async (t) => {
    const { client, operator } = createService(t)
    await client('/healthz')
    await operator('/healthz')
    const { body, headers } = await operator('/metrics')
    assert.match(String(headers['content-type']), /^text\/plain/)
    assert.match(body, /http_request_duration_seconds_count\{.*route="\/healthz".*\} 1\n/)
    assert.doesNotMatch(body, /route="\/metrics"/)
  })

  test('read the document of the service, and pages that show it and send no requests', async (t) => {
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

  test('read the files of the pages, with the headers, HEAD requests and problems of any answer', async (t) => {
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
    assert.deepEqual([again.headers['content-type'], again.headers['content-length']], [undefined, undefined])

    const head = await get('', {}, 'HEAD')
    assert.deepEqual([head.statusCode, head.body], [200, ''])
    assert.equal(head.headers['content-length'], (await get('')).headers['content-length'])
    assert.equal(head.headers['cache-control'], 'no-store')
    for (const url of ['nothing', 'static/nothing.css', 'static/%2e%2e/package.json']) {
      const { statusCode, body } = await get(url)
      assert.deepEqual([statusCode, JSON.parse(body).code], [404, 'route_not_found'], url)
    }
  })

  test('see the version, and which part is not ready', async (t) => {
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
    test(`may use the host ${host}`, async () => {
      assert.equal((await operatorOfNames('/metrics', host)).statusCode, 200)
    })
  }

  // Names that DNS rebinding could direct to this machine.
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
    test(`may not use the host ${host}`, async () => {
      for (const url of ['/metrics', '/docs/', '/openapi.json', '/readyz', '/nothing']) {
        const { statusCode, body } = await operatorOfNames(url, host)
        assert.deepEqual([statusCode, JSON.parse(body).code], [400, 'bad_request'], url)
      }
      assert.equal((await clientOfNames('/healthz')).statusCode, 200)
    })
  }

  test('do not reach the routes of clients', async (t) => {
    const { operator } = createService(t)
    assert.equal((await operator('/things')).statusCode, 404)
  })
})
