/** The state of the system that admins get, from real services and from one that cannot be reached. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { createHttpApp } from '@shop/service_kit/http/app'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import type { Principal } from '@shop/service_kit/identity/access'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { Problem } from '@shop/service_kit/runtime/problem'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { VERSION } from '@shop/service_kit/runtime/version'
import { serve } from '@shop/service_kit/test_support/http_server'
import { createApp } from '../../src/app.ts'
import { readMetrics } from '../../src/http/metric_values.ts'
import { figuresIn, probeReplica } from '../../src/http/replica_probe.ts'
import type { ReplicaView } from '../../src/http/system_schemas.ts'

const NOWHERE = 'http://127.0.0.1:9'

const verifyToken = (token: string): Principal => {
  if (token !== 'admin' && token !== 'customer') throw new Problem('unauthenticated', 'Not a token.')
  return { userId: token, username: token, role: token, expiresAt: 0 }
}

async function service(t: TestContext, name: string, checkStore = async () => {}) {
  const metrics = createMetrics(name)
  metrics.gauge('order_settler_backlog', 'Orders for which something is owed.').set(3)
  const app = createHttpApp({
    service: name,
    description: '',
    metrics,
    runtime: systemRuntime,
    access: {},
    problems: KIT_PROBLEMS,
    readiness: { store: checkStore },
  })
  t.after(() => app.close())
  const operations = app.operations()
  // A replica of another release.
  operations.addHook('onSend', async (_request, _reply, payload) => `${payload}`.replace(VERSION, '7.8.9'))
  await operations.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(operations.server.address() as AddressInfo).port}`
}

/** A replica that answers is never too slow, however busy the machine is. */
const patientRuntime: Runtime = { ...systemRuntime, deadline: (ms) => systemRuntime.deadline(30 * ms) }

async function storefront(t: TestContext, orders: readonly string[], runtime = patientRuntime) {
  const pages = mkdtempSync(join(tmpdir(), 'shop_pages_'))
  writeFileSync(join(pages, 'index.html'), '<!doctype html>')
  const upstreams = {
    auth: [NOWHERE],
    products: [NOWHERE],
    orders: [NOWHERE],
    notifications: [NOWHERE],
    payments: [],
  }
  const app = createApp({
    upstreams,
    operations: { ...upstreams, orders },
    pages,
    sessionTtlSeconds: 60,
    runtime,
    verifyToken,
  })
  t.after(async () => {
    await app.close()
    rmSync(pages, { recursive: true })
  })
  return (token?: string) =>
    app.inject({ url: '/api/system', headers: token ? { authorization: `Bearer ${token}` } : {} })
}

const replicasOf = (body: string, service: string): ReplicaView[] =>
  JSON.parse(body).services.find((found: { service: string }) => found.service === service).replicas

suite('the state of the system', () => {
  test('is for admins only (invariant 10)', async (t) => {
    const ask = await storefront(t, [NOWHERE])
    assert.equal((await ask()).statusCode, 401)
    assert.equal((await ask('customer')).statusCode, 403)
    assert.equal((await ask('admin')).statusCode, 200)
  })

  test('does not wait for a replica that accepts a request and never answers', {
    timeout: 120_000,
  }, async (t) => {
    const silent = await serve(t, () => {})
    const [look] = replicasOf(
      (await (await storefront(t, [silent], systemRuntime))('admin')).body,
      'order_service',
    )
    assert.partialDeepStrictEqual(look, { alive: false, ready: false, problem: 'It cannot be reached.' })
  })

  test('has every replica, with its release and figures', async (t) => {
    const origins = [await service(t, 'order_service'), await service(t, 'order_service')]
    const ask = await storefront(t, origins)
    const { body } = await ask('admin')
    const replicas = replicasOf(body, 'order_service')
    assert.deepEqual(
      replicas.map(({ address }) => `http://${address}`),
      origins,
    )
    for (const replica of replicas) {
      assert.equal(replica.alive && replica.ready, true)
      assert.equal(replica.problem, null)
      assert.equal(replica.version, '7.8.9')
      assert.equal(replica.node, process.version)
      assert.equal(replica.settler_backlog, 3)
    }
    assert.doesNotMatch(body, /nodejs_|http_request_duration/)
  })

  test('says why a service is not ready', async (t) => {
    const origin = await service(t, 'order_service', () => Promise.reject(new Error('the disk is full')))
    const ask = await storefront(t, [origin])
    const [replica] = replicasOf((await ask('admin')).body, 'order_service')
    assert.deepEqual(
      [replica?.alive, replica?.ready, replica?.problem],
      [true, false, 'store: the disk is full'],
    )
  })

  test('a service that cannot be reached is shown so, and the request succeeds', async (t) => {
    const ask = await storefront(t, [NOWHERE])
    const [replica] = replicasOf((await ask('admin')).body, 'auth_service')
    assert.deepEqual([replica?.alive, replica?.ready, replica?.version], [false, false, null])
  })
})

suite('one round of probes', () => {
  test('is shared by all requests while it runs; the next request starts a new one', async (t) => {
    let [asked, full] = [0, true]
    const origin = await service(t, 'order_service', async () => {
      asked += 1
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (full) throw new Error('the disk is full')
    })
    const ask = await storefront(t, [origin])
    const ready = async () => replicasOf((await ask('admin')).body, 'order_service')[0]?.ready
    assert.deepEqual(await Promise.all([ready(), ready(), ready()]), [false, false, false])
    assert.equal(asked, 1)
    full = false
    assert.equal(await ready(), true)
    assert.equal(asked, 2)
  })

  test('includes the storefront that answers', async (t) => {
    const [itself] = replicasOf((await (await storefront(t, [NOWHERE]))('admin')).body, 'storefront')
    const { address, alive, ready, problem, answer_ms, node, memory_bytes } = itself!
    assert.deepEqual(
      [address, alive, ready, problem, answer_ms, node],
      ['the gateway that answers you', true, true, null, 0, process.version],
    )
    assert.ok(memory_bytes! > 1_000_000)
  })

  test('of an unknown server returns what is known', async (t) => {
    const strange = await serve(t, (request, response) => {
      const ready = request.url === '/readyz'
      response.statusCode = ready ? 502 : 200
      response.end(ready ? '<h1>Bad Gateway</h1>' : '<h1>Hello</h1>')
    })
    const verbose = await serve(t, (request, response) => {
      response.statusCode = request.url === '/healthz' ? 200 : 503
      response.end(JSON.stringify({ version: 'v'.repeat(900), detail: 'd'.repeat(900) }))
    })
    const [first, second] = await Promise.all([
      probeReplica(strange, patientRuntime),
      probeReplica(verbose, patientRuntime),
    ])
    assert.deepEqual(
      [first.alive, first.ready, first.problem, first.version, first.node, first.requests, first.failures],
      [true, false, 'It answered 502.', null, null, null, null],
    )
    // A long text must not fill the page of an admin.
    assert.deepEqual([second.version, second.problem], ['v'.repeat(300), 'd'.repeat(300)])
    assert.equal((await probeReplica(NOWHERE, systemRuntime)).problem, 'It cannot be reached.')
  })
})

suite('figures of a replica', () => {
  test('are sums over the labels, and null where a metric is missing', () => {
    const figures = figuresIn(
      readMetrics(
        [
          '# HELP x y',
          'http_request_duration_seconds_count{method="GET",route="/a",status="200"} 5',
          'http_request_duration_seconds_count{method="GET",route="/a\\"b",status="503"} 2',
          'stock_ledger_checked_timestamp_seconds{service="product_service"} 0',
          'process_start_time_seconds 1767322805.5',
          'process_resident_memory_bytes 104857600.4',
          'not a sample',
        ].join('\n'),
      ),
    )
    assert.equal(figures.requests, 7)
    assert.equal(figures.failures, 2)
    assert.equal(figures.ledger_checked_at, null)
    assert.equal(figures.started_at, '2026-01-02T03:00:05.500Z')
    assert.equal(figures.memory_bytes, 104_857_600)
    assert.equal(figures.settler_backlog, null)
  })
})
