/** Tracing, with a collector that records what it receives. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { nextTurn, systemRuntime } from '@shop/service_kit/runtime/runtime'
import Fastify from 'fastify'
import { STOP_MS } from '../../../tracing/src/spans.ts'
import { startTracing } from '../../src/http/start_tracing.ts'
import { currentTraceparent, inTrace } from '../../src/runtime/request_context.ts'
import { VERSION } from '../../src/runtime/version.ts'
import { serve } from '../../test_support/http_server.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'
import { createPlainApp } from '../fixtures/plain_app.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`

type Span = {
  name: string
  kind: number
  traceId: string
  parentSpanId?: string
  spanId: string
  status: { code: number }
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
  events: { name: string }[]
}
type Sent = {
  resourceSpans: {
    resource: { attributes: Span['attributes'] }
    scopeSpans: { spans: Span[] }[]
  }[]
}

const attributesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

async function collector(t: TestContext) {
  const sent: Sent[] = []
  const endpoint = await serve(t, async (request, response) => {
    sent.push((await json(request)) as Sent)
    response.end('{}')
  })
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint
  t.after(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  })
  const resources = () => sent.flatMap(({ resourceSpans }) => resourceSpans)
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    endpoint,
    spans: () => resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => attributesOf(resources()[0]!.resource),
    service: () => attributesOf(resources()[0]!.resource)['service.name'],
  }
}

async function appOf(t: TestContext, env: NodeJS.ProcessEnv) {
  const tracing = await startTracing('test_service', env, systemRuntime)
  const app = Fastify()
  t.after(() => app.close())
  tracing.instrument(app)
  app.get('/things/:id', async ({ traceparent }) => ({ traceparent, current: currentTraceparent() }))
  app.post('/things', async ({ traceparent }) => {
    await nextTurn(systemRuntime)
    return { traceparent, current: currentTraceparent() }
  })
  app.get('/fails', async () => {
    throw new Error('on purpose')
  })
  const ask = (url: string, traceparent?: string) =>
    app.inject({ url, headers: traceparent === undefined ? {} : { traceparent } })
  /** Paths of requests whose head has arrived. */
  const begun = new Set<string>()
  app.addHook('onRequest', async ({ url }) => void begun.add(url))
  let posts = 0
  /** Over a real connection; the body is complete only after the head has arrived. */
  const post = async (traceparent?: string) => {
    if (!app.server.listening) await app.listen({ port: 0 })
    const { port } = app.server.address() as AddressInfo
    const headers = { 'content-type': 'application/json', ...(traceparent && { traceparent }) }
    const path = `/things?n=${++posts}`
    const sending = request({ port, path, method: 'POST', headers })
    sending.write('{"a":')
    await untilTrue(() => begun.has(path))
    sending.end('1}')
    const [answer] = await once(sending, 'response')
    return (await json(answer)) as { traceparent?: string; current?: string }
  }
  return { tracing, ask, post }
}

suite('without a collector', () => {
  test('a trace is forwarded unchanged, and an invalid one is dropped', async (t) => {
    const { ask, tracing } = await appOf(t, {})
    const passed = async (traceparent?: string) => (await ask('/things/1', traceparent)).json().traceparent
    assert.equal(await passed(TRACEPARENT), TRACEPARENT)
    for (const none of [undefined, 'x', `${TRACEPARENT}-00`, TRACEPARENT.toUpperCase()]) {
      assert.equal(await passed(none), undefined)
    }
    assert.equal(await inTrace(TRACEPARENT, () => tracing.call('x', async (sent) => sent)), TRACEPARENT)
    await tracing.stop()
  })
})

suite('the current trace', () => {
  for (const spans of [false, true]) {
    test(`is that of the request, also after its body arrived; ${spans ? 'with' : 'without'} spans`, async (t) => {
      const { ask, post, tracing } = await appOf(t, spans ? (await collector(t)).env : {})
      const other = TRACEPARENT.replace(TRACE, 'f'.repeat(32))
      const answers = await Promise.all([TRACEPARENT, other, undefined, TRACEPARENT].map(post))
      answers.push((await ask('/things/1', TRACEPARENT)).json())
      for (const { traceparent, current } of answers) assert.equal(current, traceparent)
      assert.deepEqual(
        answers
          .map(({ current }) => current?.split('-')[1])
          .map((trace) => [TRACE, 'f'.repeat(32)].indexOf(trace!)),
        [0, 1, -1, 0, 0],
      )
      assert.equal(currentTraceparent(), undefined)
      await tracing.stop()
    })
  }
})

suite('with a collector', () => {
  test('each request is a span in the trace of its caller, and the parent of its calls', async (t) => {
    const { env, spans, service } = await collector(t)
    const { ask, tracing } = await appOf(t, env)
    const { traceparent } = (await ask('/things/1', TRACEPARENT)).json()
    assert.match(traceparent, new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`))
    const sent = await inTrace(traceparent, () => tracing.call('POST /internal/x', async (mine) => mine))
    await ask('/fails')
    await ask('/nowhere')
    const failed = tracing.call('POST /internal/y', async () => {
      throw new Error('on purpose')
    })
    await assert.rejects(failed, /on purpose/)
    await tracing.stop()

    const [served, called, failing, unknown, refused] = spans()
    assert.equal(spans().length, 5)
    assert.equal(service(), 'test_service')
    assert.deepEqual(
      [served!.name, served!.kind, served!.traceId, served!.parentSpanId],
      ['GET /things/:id', 2, TRACE, PARENT],
    )
    assert.deepEqual(attributesOf(served!), {
      'http.request.method': 'GET',
      'http.route': '/things/:id',
      'http.response.status_code': 200,
    })
    assert.equal(traceparent.split('-')[2], served!.spanId)
    assert.deepEqual(
      [called!.name, called!.kind, called!.parentSpanId, called!.status.code],
      ['POST /internal/x', 3, served!.spanId, 0],
    )
    assert.equal(sent!.split('-')[2], called!.spanId)
    assert.deepEqual([served!.status.code, failing!.status.code, refused!.status.code], [0, 2, 2])
    assert.deepEqual(
      [failing!.parentSpanId, attributesOf(failing!)['http.response.status_code']],
      [undefined, 500],
    )
    assert.deepEqual([unknown!.name, unknown!.status.code], ['GET unknown', 0])
    assert.deepEqual(
      refused!.events.map(({ name }) => name),
      ['exception'],
    )
  })

  test('each span names the version, the process and the environment', async (t) => {
    const { env, resource } = await collector(t)
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging%201,x=y' }
    const tracing = await startTracing('test_service', { ...env, ...environment }, systemRuntime)
    await tracing.call('x', async () => {})
    await tracing.stop()
    const { 'service.instance.id': instance, ...rest } = resource()
    assert.match(String(instance), new RegExp(`.:${process.pid}$`))
    assert.deepEqual(rest, {
      'service.name': 'test_service',
      'service.version': VERSION,
      'deployment.environment.name': 'staging 1',
      x: 'y',
    })
  })

  test('probes and metrics are not traced', async (t) => {
    const { env, spans } = await collector(t)
    const tracing = await startTracing('test_service', env, systemRuntime)
    const app = createPlainApp({ tracing })
    app.get('/things/:id', { config: { access: 'public' } }, async () => 'fine')
    t.after(() => app.close())
    const ask = (url: string) => app.inject({ url, headers: { traceparent: TRACEPARENT } })
    for (const probe of ['/healthz', '/readyz']) assert.equal((await ask(probe)).statusCode, 200)
    for (const url of ['/metrics', '/healthz', '/readyz']) {
      assert.equal((await app.operations().inject({ url })).statusCode, 200, url)
    }
    await ask('/things/1')
    await tracing.stop()
    assert.deepEqual(
      spans().map(({ name }) => name),
      ['GET /things/:id'],
    )
  })

  test('OTEL_SERVICE_NAME renames the service, and traces may have an endpoint of their own', async (t) => {
    const { endpoint, spans, service } = await collector(t)
    const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces` }
    const tracing = await startTracing(
      'test_service',
      { ...traces, OTEL_SERVICE_NAME: 'shop' },
      systemRuntime,
    )
    await inTrace('no trace', () => tracing.call('x', async () => {}))
    await tracing.stop()
    assert.deepEqual([spans().length, spans()[0]?.parentSpanId, service()], [1, undefined, 'shop'])
  })
})

test('a collector that does not answer delays the shutdown for STOP_MS, no longer', async (t) => {
  const held: ServerResponse[] = []
  const silent = createServer((_request, response) => void held.push(response))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  t.after(() => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    // Otherwise the exporter would retry for ten seconds.
    for (const response of held) response.end('{}')
    silent.close()
  })
  const runtime = createVirtualRuntime()
  const tracing = await startTracing('test_service', process.env, runtime)
  await tracing.call('work', async () => {})
  let stopped = false
  const stopping = tracing.stop().then(() => {
    stopped = true
  })
  await untilTrue(() => held.length === 1)
  await runtime.advance(STOP_MS - 1)
  assert.equal(stopped, false)
  await runtime.advance(1)
  assert.equal(stopped, true)
  await stopping
})
