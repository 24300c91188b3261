/** Bodies in the memory of the gateway: it reads each completely before it forwards it, and limits them all. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '@shop/service_kit/test_support/http_server'
import { slowBodies, statusOf, until } from '@shop/service_kit/test_support/slow_bodies'
import type { Deps } from '../../src/app.ts'
import { storefront, textOf } from '../upstream.ts'

const ORDERS = '/api/orders'

async function world(t: TestContext, limits: NonNullable<Deps['limits']>) {
  const visitors = slowBodies(t, () => Number(new URL(origin).port))
  let free: (() => void) | undefined
  const forwarded: number[] = []
  const orders = await serve(t, async (request, response) => {
    forwarded.push((await textOf(request)).length)
    if (request.url === '/orders/held') await new Promise<void>((resolve) => (free = resolve))
    response.end('{}')
  })
  const origin = await storefront(t, { orders: [orders], trustedProxies: ['127.0.0.1'], limits })
  return { ...visitors, forwarded, free: () => free?.() }
}

suite('bodies that visitors send through the gateway', () => {
  test('are limited in number, for an address and in all', async (t) => {
    const { begin, send, forwarded } = await world(t, { incomingPerAddressMax: 2, incomingMax: 3 })
    const held = [begin(ORDERS), begin(ORDERS, { chunked: true })]
    await until(429, () => send(ORDERS))
    assert.equal(await send(ORDERS, { from: '192.0.2.2' }), 200)
    begin(ORDERS, { from: '192.0.2.3' })
    await until(503, () => send(ORDERS, { from: '192.0.2.2' }))
    const before = forwarded.length
    for (const { finish } of held) finish()
    for (const { answer } of held) assert.equal(statusOf(await answer), 200)
    assert.equal(forwarded.length, before + 2)
  })

  test('are limited in bytes, for an address and in all', async (t) => {
    const { begin, send } = await world(t, { bodyBytesHeldPerAddressMax: 3_000, bodyBytesHeldMax: 5_000 })
    begin(ORDERS, { bytes: 2_000 })
    await until(429, () => send(ORDERS, { bytes: 2_000 }))
    assert.equal(await send(ORDERS, { bytes: 2_000, from: '192.0.2.2' }), 200)
    begin(ORDERS, { bytes: 2_000, from: '192.0.2.3', chunked: true })
    await until(503, () => send(ORDERS, { bytes: 2_000, from: '192.0.2.2' }))
    assert.equal(await send(ORDERS, { from: '192.0.2.2' }), 200, 'a small one still fits')
  })

  test('count until the service has answered', async (t) => {
    const { begin, send, free, forwarded } = await world(t, { bodyBytesHeldMax: 3_000 })
    const waiting = begin(`${ORDERS}/held`, { bytes: 2_000 })
    waiting.finish()
    await until(1, async () => forwarded.length)
    assert.equal(await send(ORDERS, { bytes: 2_000 }), 503)
    free()
    await until(200, () => send(ORDERS, { bytes: 2_000 }))
  })

  test('are rejected when they take too long', async (t) => {
    const { begin, forwarded } = await world(t, { requestTimeoutMs: 300 })
    assert.equal(statusOf(await begin(ORDERS).answer), 408)
    assert.deepEqual(forwarded, [])
  })
})
