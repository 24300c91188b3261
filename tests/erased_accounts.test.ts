/** An account is deleted at auth_service, and order_service erases the personal fields of its orders: the real apps, in one process. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { createServiceClient } from '@shop/service_kit/calls/service_client'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createRetention, createRetentionMetrics } from '@shop/service_kit/storage/retention'
import { createOrderClient, ORDER_SERVICE } from '../auth_service/src/clients/order_client.ts'
import { CLAIM_MS, RETRY, sendDeletions } from '../auth_service/src/deletion_delivery.ts'
import { createWorld, DAY_MS, PASSWORD, type Scope } from '../auth_service/test/support.ts'
import { KEPT_LEAST_MS } from '../order_service/src/domain/erase_orders.ts'
import type { StoredOrder } from '../order_service/src/domain/schedule.ts'
import { erasing } from '../order_service/src/erasing.ts'
import { openStores } from '../order_service/src/storage/open_stores.ts'
import { CHECKOUT, confirm, HELD, order, ROOT, settled, ship } from '../order_service/test/samples.ts'
import { as, createOrderApp, MEMORY, SECRET } from '../order_service/test/shop.ts'

const ignored = () => {}
const logger = { info: ignored, warn: ignored, error: ignored }

async function shopOf(t: Scope) {
  const accounts = await createWorld(t)
  const { clock } = accounts
  const stores = await openStores(MEMORY, { runtime: systemRuntime })
  t.after(() => stores.close())
  const runtime = { ...systemRuntime, now: clock.now, monotonic: () => clock.now().getTime() }
  const { app } = createOrderApp(t as never, {
    ...{ orders: stores.orders, erasures: stores.erasures, runtime, reservations: {} as never },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const service = createServiceClient({
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    tokens: [createServiceTokens(SECRET, 'auth_service', ORDER_SERVICE, systemRuntime.now)],
    runtime: systemRuntime,
    tracing: await startTracing('auth_service', {}, systemRuntime),
  })
  t.after(() => service.close())
  let isLost = false
  const client = async (ids: readonly string[]) => {
    await createOrderClient(service)(ids)
    if (isLost) throw new Error('the answer was lost')
  }
  const kept = erasing({ stores, paymentService: service, days: 0, runtime, logger })
  const tasks = kept.flatMap(({ days, sources, archived }) =>
    sources.map((source) => ({ source, days: days!, archived: archived! })),
  )
  const retention = createRetention({
    ...{ tasks, lease: stores.retentionLease, runtime, logger },
    archive: { add: () => Promise.reject(new Error('none')), close: async () => {} },
    metrics: createRetentionMetrics(createMetrics('order_service')),
  })
  const get = async (id: string) => {
    const answer = await app.inject({ method: 'GET', url: `/orders/${id}`, headers: as('root') })
    return { etag: answer.headers.etag, body: answer.json(), text: answer.body }
  }
  return {
    ...{ accounts, clock, stores, retention, get },
    notify: () =>
      sendDeletions({ deletions: accounts.stores.deletions, client, now: clock.now, random: () => 0 }),
    lose: (next: boolean) => {
      isLost = next
    },
  }
}

suite('an account that is deleted', () => {
  test('its orders lose name and addresses once their time is over, and keep their amounts, also after a lost answer', async (t) => {
    const { accounts, clock, stores, retention, get, notify, lose } = await shopOf(t)
    const { access_token: token, user } = await accounts.join('ada')
    const at = clock.now()
    const sent = settled(ship(confirm(order({ userId: user.id, checkout: CHECKOUT }), HELD, at), ROOT, at))
    const stored = { ...sent, order: { ...sent.order, version: 3 } } as StoredOrder
    await stores.orders.addOnce(stored)
    const before = await get(stored.order.id)
    assert.match(before.text, /Ada Byron/)

    const deleted = await accounts.call('DELETE', '/me', { token, body: { current_password: PASSWORD } })
    assert.equal(deleted.status, 204)
    lose(true)
    assert.equal((await notify()).accepted, 0)
    lose(false)
    clock.pass(Math.max(RETRY.maxMs, CLAIM_MS))
    assert.equal((await notify()).accepted, 1)

    assert.equal(await retention.run(), true)
    assert.deepEqual((await get(stored.order.id)).body, before.body)
    clock.pass(KEPT_LEAST_MS - DAY_MS / 24)
    clock.pass(DAY_MS / 24)
    assert.equal(await retention.run(), true)
    const after = await get(stored.order.id)
    assert.doesNotMatch(after.text, /Ada|Byron|Gasse|10115|Berlin|ada@/)
    assert.notEqual(after.etag, before.etag)
    const { address, ...checkout } = after.body.checkout
    assert.deepEqual([address.country, address.name, checkout.email], ['DE', '-', '-'])
    const { erased_at, ...rest } = after.body
    assert.ok(erased_at)
    const { address: _, email: __, ...amounts } = before.body.checkout
    assert.deepEqual(rest, { ...before.body, checkout: { ...amounts, address, email: '-' } })
  })
})
