/** One order is followed through the lines of all services, by the id of its request and then by its own. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { type LogLine, loggerInto } from '@shop/service_kit/test_support/log_lines'
import { createApp } from '../../storefront/src/app.ts'
import { call, expectStatus } from './calls.ts'
import type { ServiceProcess } from './processes.ts'
import { until } from './until.ts'
import { createWorld, type Order } from './world.ts'

const TEST_MS = 480_000
const LOGGED_MS = 60_000
const TRACE = 'aaaaaaaabbbbbbbbccccccccdddddddd'

/** The lines of a process that are complete. */
const linesOf = ({ lastWords }: ServiceProcess): LogLine[] =>
  lastWords()
    .split('\n')
    .flatMap((text) => {
      try {
        return [JSON.parse(text)]
      } catch {
        return []
      }
    })

const names = (id: string) => (line: LogLine) =>
  line.reqId === id || ((line.reqIds as string[] | undefined)?.includes(id) ?? false)

suite('the logs of one order', { timeout: TEST_MS }, () => {
  test('have its request and its trace in every service, and its own id after an outage', async (t) => {
    const world = await createWorld(t, { LOG_LEVEL: 'info', ACCESS_LOG: 'true' })
    const pages = mkdtempSync(join(tmpdir(), 'shop_pages_'))
    writeFileSync(join(pages, 'index.html'), '')
    const gateway: LogLine[] = []
    const storefront = createApp({
      upstreams: {
        auth: [world.auth.url],
        products: [world.products.url],
        orders: [world.orders.url],
        notifications: [],
        payments: [],
      },
      pages,
      sessionTtlSeconds: 3_600,
      accessLog: true,
      runtime: systemRuntime,
      tracing: await startTracing('storefront', {}, systemRuntime),
      logger: loggerInto(gateway),
    })
    t.after(async () => {
      await storefront.close()
      rmSync(pages, { recursive: true })
    })
    const front = await storefront.listen({ host: '127.0.0.1', port: 0 })
    const [buyer] = await world.buyers(1)
    const product = await world.addProduct({ stock: 9 })
    const place = (requestId: string) =>
      call<Order>('POST', `${front}/api/orders`, {
        token: buyer!.token,
        key: requestId,
        body: { product_id: product.id, quantity: 1, total_price: product.price },
        headers: { 'x-request-id': requestId, traceparent: `00-${TRACE}-1234567890abcdef-01` },
      })
    const answered = (lines: readonly LogLine[], id: string) =>
      lines.filter(names(id)).find(({ msg }) => msg === 'answered')

    const order = expectStatus(await place('follow-1'), 201)
    const [atGateway, atOrders, atProducts] = await until('each service logged it', LOGGED_MS, () => {
      const found = [gateway, linesOf(world.orders), linesOf(world.products)].map((lines) =>
        answered(lines, 'follow-1'),
      )
      return found.every((line) => line !== undefined) && (found as LogLine[])
    })
    assert.deepEqual([atGateway!.method, atGateway!.status], ['POST', 201])
    assert.deepEqual(
      [atOrders!.route, atOrders!.user_id, atOrders!.location],
      ['/orders', buyer!.id, `/orders/${order.id}`],
    )
    assert.equal(atProducts!.route, '/internal/reservations')
    assert.deepEqual([atGateway!.trace_id, atOrders!.trace_id, atProducts!.trace_id], [TRACE, TRACE, TRACE])

    await world.products.kill()
    const late = expectStatus(await place('follow-2'), 202)
    const outage = await until('the outage is logged', LOGGED_MS, () =>
      linesOf(world.orders).find(({ order_ids }) => (order_ids as string[] | undefined)?.includes(late.id)),
    )
    assert.match(outage.msg!, /product_service is down/)
    assert.ok(names('follow-2')(outage), JSON.stringify(outage))
    await world.products.start()
    await world.settled(buyer!, late.id)
    const settled = await until('the settling is logged', LOGGED_MS, () =>
      linesOf(world.orders).find(
        ({ msg, order_ids }) =>
          msg?.includes('settled in the background') && (order_ids as string[]).includes(late.id),
      ),
    )
    assert.equal(settled.orders, 1)
    const held = await until('product_service logged the call of the settler', LOGGED_MS, () =>
      answered(linesOf(world.products), late.id),
    )
    assert.equal(held.route, '/internal/reservations')

    const everything = [world.orders, world.products].map(({ lastWords }) => lastWords()).join()
    assert.ok(!everything.includes(buyer!.token) && !JSON.stringify(gateway).includes(buyer!.token))
  })
})
