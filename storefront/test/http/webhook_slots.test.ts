/** Events of the payment provider through the gateway: from anyone, and so with slots of their own. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '@shop/service_kit/test_support/http_server'
import { slowBodies, statusOf, until } from '@shop/service_kit/test_support/slow_bodies'
import type { Deps } from '../../src/app.ts'
import { EVENT_BYTES_MAX, SLOT_MS, WEBHOOKS_PER_ADDRESS_MAX } from '../../src/http/webhook_slots.ts'
import { raw, storefront, textOf } from '../upstream.ts'

const WEBHOOK = '/api/webhooks/stripe'
const JSON_BODY = { 'content-type': 'application/json; charset=utf-8' }

async function world(t: TestContext, configured = true, limits: NonNullable<Deps['limits']> = {}) {
  const received: { at: string; signature: unknown; cookie: unknown; body: string }[] = []
  const service = await serve(t, async (request, response) => {
    const { method, url, headers } = request
    const body = await textOf(request)
    received.push({
      at: `${method} ${url}`,
      signature: headers['stripe-signature'],
      cookie: headers.cookie,
      body,
    })
    response.end('{"received":true}')
  })
  const origin = await storefront(t, {
    orders: [service],
    ...(configured ? { payments: [service] } : {}),
    trustedProxies: ['127.0.0.1'],
    limits,
  })
  return { origin, received, ...slowBodies(t, () => Number(new URL(origin).port)) }
}

suite('events of the payment provider through the gateway', () => {
  test('arrive byte for byte with their signature, without a session, from a page of another site too', async (t) => {
    const { origin, received } = await world(t)
    const body = '{ "id" : "evt_1",\n"text":"\\u00e9 é" }'
    const headers = {
      ...JSON_BODY,
      'content-length': String(Buffer.byteLength(body)),
      'stripe-signature': 't=1,v1=abc',
      ...{ origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site', cookie: 'shop-session=ada' },
    }
    const { status, text } = await raw(origin, WEBHOOK, { method: 'POST', headers, body })
    assert.deepEqual([status, text], [200, '{"received":true}'])
    assert.deepEqual(received, [
      { at: 'POST /webhooks/stripe', signature: 't=1,v1=abc', cookie: undefined, body },
    ])
  })

  test('may be as large as payment_service takes them; larger ones are refused, with and without a length', async (t) => {
    const { origin, received } = await world(t)
    const sendOf = async (bytes: number, headers: Record<string, string>) =>
      (
        await raw(origin, WEBHOOK, {
          method: 'POST',
          headers: { ...JSON_BODY, ...headers },
          body: 'x'.repeat(bytes),
        })
      ).status
    const length = (bytes: number) => ({ 'content-length': String(bytes) })
    assert.equal(await sendOf(EVENT_BYTES_MAX, length(EVENT_BYTES_MAX)), 200)
    assert.equal(received[0]!.body.length, EVENT_BYTES_MAX)
    assert.equal(await sendOf(0, length(EVENT_BYTES_MAX + 1)), 413)
    assert.equal(await sendOf(EVENT_BYTES_MAX + 1, { 'transfer-encoding': 'chunked' }), 413)
    assert.equal(received.length, 1)
  })

  test('are only posted, and only there', async (t) => {
    const { origin, received } = await world(t)
    for (const [method, path] of [
      ['GET', WEBHOOK],
      ['PUT', WEBHOOK],
      ['POST', `${WEBHOOK}/more`],
      ['POST', '/api/webhooks'],
    ] as const) {
      const { status } = await raw(origin, path, { method })
      assert.ok(status === 404 || status === 405, `${method} ${path} ${status}`)
    }
    assert.deepEqual(received, [])
  })

  test('that do not end fill the share of their address, then all slots; orders are taken meanwhile', async (t) => {
    // Fewer bytes than these events have: they are not counted with other bodies.
    const { begin, send } = await world(t, true, { bodyBytesHeldMax: 100_000 })
    const from = (address: string, count: number) =>
      Array.from({ length: count }, () => begin(WEBHOOK, { from: address, bytes: 50_000 }))
    // A slot more than its share is refused at once.
    const one = from('192.0.2.1', WEBHOOKS_PER_ADDRESS_MAX)
    await until(429, () => send(WEBHOOK, { from: '192.0.2.1' }))
    await until(200, () => send(WEBHOOK, { from: '198.51.100.1' }))
    const others = ['192.0.2.2', '192.0.2.3'].flatMap((address) => from(address, WEBHOOKS_PER_ADDRESS_MAX))
    await until(503, () => send(WEBHOOK, { from: '198.51.100.1' }))
    assert.equal(await send('/api/orders', { from: '192.0.2.1' }), 200)
    assert.equal(await send('/api/orders', { from: '198.51.100.1' }), 200)
    for (const { finish } of [...one, ...others]) finish()
    const statuses = await Promise.all([...one, ...others].map(async ({ answer }) => statusOf(await answer)))
    // Our own took some slots between them.
    assert.ok(
      statuses.filter((status) => status === 200).length >= 2 * WEBHOOKS_PER_ADDRESS_MAX,
      String(statuses),
    )
    await until(200, () => send(WEBHOOK, { from: '192.0.2.1' }))
  })

  test('are so many in a second from one address, however fast they are', async (t) => {
    const { origin, received } = await world(t)
    const body = '{}'
    const headers = { ...JSON_BODY, 'content-length': '2' }
    const begun = performance.now()
    const flood = async () => {
      for (let i = 0; i < 12; i += 1) await raw(origin, WEBHOOK, { method: 'POST', headers, body })
    }
    await Promise.all(Array.from({ length: 10 }, flood))
    const spans = Math.ceil((performance.now() - begun) / SLOT_MS)
    assert.ok(received.length <= spans * WEBHOOKS_PER_ADDRESS_MAX, `${received.length} in ${spans}`)
  })

  test('and payments are not forwarded by a shop without payment_service, which says so', async (t) => {
    const { origin, received } = await world(t, false)
    for (const [method, path] of [
      ['POST', WEBHOOK],
      ['GET', '/api/payments/7'],
      ['GET', '/api/audit/payments'],
    ] as const) {
      const { status, text } = await raw(origin, path, { method })
      assert.equal(status, 404)
      assert.deepEqual(
        [JSON.parse(text).code, JSON.parse(text).detail],
        ['route_not_found', 'This shop has no payments.'],
      )
    }
    assert.deepEqual(received, [])
  })
})

suite('payments through the gateway', () => {
  test('are read with the token of their order, refunded, marked as paid, and audited', async (t) => {
    const asked: string[] = []
    const payments = await serve(t, (request, response) => {
      const { method, url, headers } = request
      asked.push(`${method} ${url} ${headers['order-token'] ?? headers['idempotency-key'] ?? ''}`)
      response.end('{}')
    })
    const origin = await storefront(t, { payments: [payments] })
    await raw(origin, '/api/payments/7', { headers: { 'order-token': 'secret' } })
    await raw(origin, '/api/payments/7/refunds', { method: 'POST', headers: { 'idempotency-key': 'k' } })
    await raw(origin, '/api/payments/7/paid', { method: 'POST' })
    await raw(origin, '/api/audit/payments?limit=1')
    assert.deepEqual(asked, [
      'GET /payments/7 secret',
      'POST /payments/7/refunds k',
      'POST /payments/7/paid ',
      'GET /audit/payments?limit=1 ',
    ])
  })
})
