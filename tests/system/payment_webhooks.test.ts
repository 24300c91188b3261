/** An event on its whole way: from the payment provider through the storefront to payment_service, which checks its signature. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createApp } from '@shop/storefront/app'
import { orderTokens, startWorld, WEBHOOK_SECRET } from '../../payment_service/test/worlds.ts'

async function shopWithPayments(t: TestContext) {
  const world = await startWorld(t)
  const pages = mkdtempSync(join(tmpdir(), 'shop_pages_'))
  writeFileSync(join(pages, 'index.html'), '')
  const { port } = world.app.server.address() as { port: number }
  const storefront = createApp({
    upstreams: {
      ...{ auth: [], products: [], orders: [], notifications: [] },
      payments: [`http://127.0.0.1:${port}`],
    },
    pages,
    sessionTtlSeconds: 60,
    runtime: systemRuntime,
  })
  t.after(async () => {
    await storefront.close()
    rmSync(pages, { recursive: true })
  })
  const origin = await storefront.listen({ host: '127.0.0.1', port: 0 })
  const eventsOf = async (outcome: string) => {
    const { values } = (await world.metrics.registry.getSingleMetric('payment_events_total')!.get()) as {
      values: { labels: Record<string, unknown>; value: number }[]
    }
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
  }
  return { ...world, origin, url: `${origin}/api/webhooks/stripe`, eventsOf }
}

suite('an event of the payment provider, through the storefront', () => {
  test('makes its payment be read at once, and the buyer reads it there', async (t) => {
    const shop = await shopWithPayments(t)
    shop.simulator.sendTo({ url: shop.url, secret: WEBHOOK_SECRET })
    const id = shop.newOrder()
    await shop.open(id, { order_token: orderTokens.of(id) })
    await shop.pay(id)
    await shop.sendWebhooks()
    await shop.payments.idle()
    // No time has passed, so the poller alone would not have read it yet.
    assert.equal((await shop.find(id)).state, 'authorised')
    assert.ok((await shop.eventsOf('received')) > 0)
    const answer = await fetch(`${shop.origin}/api/payments/${id}`, {
      headers: { 'order-token': orderTokens.of(id) },
    })
    assert.equal(answer.status, 200)
    assert.equal(((await answer.json()) as { state: string }).state, 'authorised')
    const internal = await fetch(`${shop.origin}/api/internal/payments/${id}`)
    assert.equal(internal.status, 404)
  })

  test('is refused with the signature of another secret, and changes nothing', async (t) => {
    const shop = await shopWithPayments(t)
    shop.simulator.sendTo({ url: shop.url, secret: 'whsec_of_someone_else' })
    const id = shop.newOrder()
    await shop.open(id)
    await shop.pay(id)
    await shop.sendWebhooks()
    await shop.payments.idle()
    assert.deepEqual([await shop.eventsOf('received'), (await shop.find(id)).state], [0, 'open'])
    const forged = await fetch(shop.url, {
      method: 'POST',
      body: '{}',
      headers: { 'stripe-signature': 't=1,v1=00' },
    })
    assert.equal(forged.status, 400)
    assert.equal(((await forged.json()) as { code: string }).code, 'signature_invalid')
  })
})
