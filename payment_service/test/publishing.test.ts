/** The relay of payments and the real notification_service, which listens on loopback. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { createApp } from '../../notification_service/src/app.ts'
import { mailOfEvent } from '../../notification_service/src/domain/order_mails.ts'
import { openSqliteStores } from '../../notification_service/src/storage/open_stores.ts'
import { eventOf } from '../src/clients/payment_event_source.ts'
import { startPublishing } from '../src/start_publishing.ts'
import { ADA, ROOT, uuid } from './samples.ts'
import { startWorld, verifyToken } from './worlds.ts'

const SECRET = 'a secret that is long enough for tests'

async function shop(t: TestContext) {
  const world = await startWorld(t)
  const notifications = openSqliteStores(':memory:', { runtime: systemRuntime })
  const app = createApp({
    stores: notifications,
    access: {
      verifyToken,
      verifyServiceToken: createServiceTokenVerifier([SECRET], 'notification_service', systemRuntime.now),
    },
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
      ...{ url: to, secrets: [SECRET], stores: world.stores, runtime: systemRuntime },
      tracing: await startTracing('payment_service', {}, systemRuntime),
      metrics: createMetrics('payment_service'),
    })
    t.after(stop)
    return stop
  }
  const log = async () => notifications.events.between(0, 1_000, 1_000)
  return { ...world, url, publish, log }
}

suite('publishing payments', () => {
  test('every entry of the history gets into the log, in its order; a refund says what was given back', async (t) => {
    const world = await shop(t)
    const id = world.newOrder()
    await world.open(id, { email: 'ada@example.com', order_token: 'a token of sixteen' })
    await world.pay(id)
    await world.until(id, ({ state }) => state === 'authorised')
    const stop = await world.publish(world.url)
    await world.capture(id)
    await world.until(id, ({ state }) => state === 'captured')
    await world.refund(id, '10.00', 'key', 'Ada says that it is damaged')
    const { version, createdAt } = await world.until(id, ({ refunds }) => refunds[0]?.state === 'succeeded')
    await untilTrue(async () => (await world.log()).length === version)
    await stop()
    const log = await world.log()
    assert.deepEqual(
      log.map(({ aggregate, sequence, type }) => [aggregate, sequence, type]),
      ['opened', 'authorised', 'capture_requested', 'captured', 'refund_requested', 'refunded'].map(
        (type, i) => [...[`payment:${id}`, i + 1, `payment.${type}`]],
      ),
    )
    assert.deepEqual(log.at(-1)!.data, {
      ...{ order_id: id, version, user_id: ADA, method: 'card', currency: 'EUR', amount: '10.00' },
      ...{
        by: 'system',
        created_at: createdAt,
        buyer: { email: 'ada@example.com', language: 'en', guest: true },
      },
      payment: {
        ...{ version, state: 'captured', amount: '42.00' },
        ...{ authorised: '0.00', captured: '42.00', refunded: '10.00' },
      },
    })
    assert.equal(log.at(-2)!.data.by, ROOT)
    const mail = mailOfEvent(log.at(-1)!, systemRuntime.now())
    assert.deepEqual([mail?.kind, mail?.content.to], ['order_refunded', 'ada@example.com'])
    assert.partialDeepStrictEqual(mail?.content.values, { order_id: id, amount: '10.00', currency: 'EUR' })
    assert.doesNotMatch(JSON.stringify(log), /token of sixteen|http|damaged/)
    assert.equal((await world.stores.unpublished.backlog()).count, 0)
  })

  test('without an address nothing is published, and nothing is lost', async (t) => {
    const world = await shop(t)
    await (await world.publish(undefined))()
    await world.open(world.newOrder())
    assert.equal((await world.stores.unpublished.backlog()).count, 1)
    await world.publish(world.url)
    await untilTrue(async () => (await world.log()).length === 1)
  })

  test('there is no event of a version to come, and a guest has no account', async (t) => {
    const world = await shop(t)
    const id = world.newOrder()
    await world.open(id, { user_id: undefined, order_token: 'a token of sixteen' })
    const payment = await world.find(id)
    assert.equal(eventOf(payment, 1, 2).data.user_id, null)
    assert.equal(eventOf(payment, 1, 2).data.buyer, null)
    assert.throws(() => eventOf(payment, payment.version + 1, 2), /has no version/)
    assert.notEqual(id, uuid(0))
  })
})
