/** The relay of orders and the real notification_service, which listens on loopback. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { createApp } from '../../notification_service/src/app.ts'
import { openSqliteStores } from '../../notification_service/src/storage/open_stores.ts'
import { startPublishing } from '../src/start_publishing.ts'
import { openStores } from '../src/storage/open_stores.ts'
import { AT, CHECKOUT, confirm, deliver, HELD, order, settled, ship } from './samples.ts'
import { MEMORY, verifyToken } from './shop.ts'

const SECRET = 'a secret that is long enough for tests'

async function world(t: TestContext) {
  const stores = await openStores(MEMORY, { runtime: systemRuntime })
  t.after(() => stores.close())
  const notifications = openSqliteStores(':memory:', { runtime: systemRuntime })
  const verifyServiceToken = createServiceTokenVerifier([SECRET], 'notification_service', systemRuntime.now)
  const app = createApp({
    stores: notifications,
    access: { verifyToken, verifyServiceToken },
    runtime: systemRuntime,
    metrics: createMetrics('notification_service'),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(async () => {
    await app.close()
    await notifications.close()
  })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const publish = async (to: string | undefined) => {
    const stop = startPublishing({
      ...{ url: to, secrets: [SECRET], stores, runtime: systemRuntime },
      tracing: await startTracing('order_service', {}, systemRuntime),
      metrics: createMetrics('order_service'),
    })
    t.after(stop)
    return stop
  }
  const events = () => notifications.events.between(0, 1_000, 1_000)
  const log = async () => (await events()).map(({ type, sequence }) => `${type} ${sequence}`)
  return { stores, url, publish, log, events }
}

suite('publishing orders', () => {
  test('every version of an order gets into the log, in its order', async (t) => {
    const { stores, url, publish, log } = await world(t)
    const placed = order()
    await stores.orders.addOnce(placed)
    const confirmed = await stores.orders.save(confirm(placed, HELD, AT))
    const shipped = await stores.orders.save(settled(ship(confirmed, 'root', AT)))
    const stop = await publish(url)
    await untilTrue(async () => (await log()).length === 3)
    await stores.orders.save(settled(deliver(shipped, 'root', AT)))
    await untilTrue(async () => (await log()).length === 4)
    await stop()
    assert.deepEqual(await log(), [
      ...['order.pending 1', 'order.confirmed 2', 'order.shipped 3', 'order.delivered 4'],
    ])
    assert.equal((await stores.unpublished.backlog()).count, 0)
  })

  test('so do those of returns, with the buyer of the order, beside those of orders', async (t) => {
    const { stores, publish, url, log, events } = await world(t)
    const placed = order({ checkout: CHECKOUT })
    await stores.orders.addOnce(placed)
    const { id } = placed.order
    const entry = { type: 'accepted', at: AT.toISOString(), by: 'root', returnId: id } as const
    const body = {
      returns: [],
      history: [{ ...entry, receiptId: undefined, lines: [], amountMinor: undefined }],
    }
    const times = {
      createdAt: entry.at,
      updatedAt: entry.at,
      dueAt: undefined,
      erasedAt: undefined,
      attempts: 0,
      fence: 0,
    }
    const made = { kind: 'return', id, state: 'accepted', subject: id, key: undefined, version: 1 } as const
    await stores.cases.addOnce({ ...made, ...times, body })
    await publish(url)
    await untilTrue(async () => (await log()).length === 2)
    const found = (await events()).find(({ type }) => type === 'return.accepted')
    assert.deepEqual(found?.data.buyer, { email: CHECKOUT.email, language: CHECKOUT.language })
    await untilTrue(async () => (await stores.cases.unpublished('return').backlog()).count === 0)
  })

  test('without an address nothing is published, and nothing is lost', async (t) => {
    const { stores, url, publish, log } = await world(t)
    await (await publish(undefined))()
    await stores.orders.addOnce(order())
    assert.equal((await stores.unpublished.backlog()).count, 1)
    await publish(url)
    await untilTrue(async () => (await log()).length === 1)
  })
})
