/** One trace across the services: order_service and product_service continue the caller's trace. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite, type TestContext, test } from 'node:test'
import { expectStatus } from './calls.ts'
import { until } from './until.ts'
import { createWorld, newKey } from './world.ts'

const TEST_MS = 480_000
const EXPORT_MS = 120_000
const TRACE = 'aaaaaaaabbbbbbbbccccccccdddddddd'
const CALLER_SPAN = '1234567890abcdef'

type Span = {
  service: string
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: number
}
const SERVER = 2

suite('tracing', { timeout: TEST_MS }, () => {
  test('a traceparent sent to POST /orders arrives at product_service, each span under its caller', async (t) => {
    const { url, spans } = await collectSpans(t)
    const world = await createWorld(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    })
    const [buyer] = await world.buyers(1)
    const product = await world.addProduct({ stock: 1 })
    const lines = [{ product, quantity: 1 }]
    const headers = { traceparent: `00-${TRACE}-${CALLER_SPAN}-01` }
    expectStatus(await world.place(buyer!, { lines, key: newKey(), headers }), 201, 202)

    const served = (service: string) =>
      spans.find((span) => span.traceId === TRACE && span.service === service && span.kind === SERVER)
    const [order, reservation] = await until('both services exported their span', EXPORT_MS, () => {
      const found = [served('order_service'), served('product_service')]
      return found.every((span) => span !== undefined) && found
    })
    assert.equal(order!.name, 'POST /orders')
    assert.equal(order!.parentSpanId, CALLER_SPAN)
    assert.equal(reservation!.name, 'POST /internal/reservations')
    const between = await until('the call between them is exported', EXPORT_MS, () =>
      spans.find((span) => span.spanId === reservation!.parentSpanId),
    )
    assert.equal(between.service, 'order_service')
    assert.equal(between.traceId, TRACE)
  })
})

/** A minimal receiver of OTLP over HTTP as JSON. */
async function collectSpans(t: TestContext): Promise<{ url: string; spans: Span[] }> {
  const spans: Span[] = []
  const server = createServer(async (request, response) => {
    const { resourceSpans } = JSON.parse(await text(request))
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = attribute(resource.attributes, 'service.name')
      for (const scope of scopeSpans) {
        for (const span of scope.spans) spans.push({ ...span, service })
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans }
}

const attribute = (attributes: { key: string; value: { stringValue?: string } }[], name: string) =>
  attributes.find(({ key }) => key === name)?.value.stringValue
