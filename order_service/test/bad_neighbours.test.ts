/**
 * Orders that product_service cannot answer, among others that it can. Before the real product service stands a road
 * on which a call with such an order is answered 500 after 30 ms, or not at all.
 */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime, letTimePass, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { CLAIMS_MAX } from '../src/domain/settle_due.ts'
import { later, order, ROOT, requestCancel, ship } from './samples.ts'
import { connect, createOrderApp, memoryOrders, startProducts, startProxy, textOf } from './shop.ts'

const CALL_MS = 30
/** Passes with each turn of this process. */
const TURN_MS = 1

type Fate = 'answered 500' | 'left hanging' | 'cut off'

async function badRoad(t: TestContext, runtime: Runtime, to: string, bad: ReadonlySet<string>, fate: Fate) {
  const calls: { readonly path: string; readonly orders: number; readonly bad: boolean }[] = []
  const url = await startProxy(t, async (request, response, pass) => {
    const body = await textOf(request)
    const ids = (body.match(/"order_ids":\[[^\]]*\]|"order_id":"[^"]*"/g) ?? []).join()
    const isBad = [...bad].some((id) => ids.includes(id))
    const orders = Object.values(JSON.parse(body) as Record<string, unknown[]>)[0]!.length
    calls.push({ path: request.url!, orders, bad: isBad })
    await runtime.sleep(CALL_MS)
    if (!isBad) return pass(to, request, response, body)
    if (fate === 'cut off') request.socket.destroy()
    if (fate === 'answered 500') response.writeHead(500).end('{}')
  })
  return { url, calls }
}

/** The deadline is longer than in life: these tests count calls, on machines that have other things to do too. */
async function world(t: TestContext, fate: Fate, deadlineMs = 60_000) {
  const products = await startProducts(t)
  const orders = await memoryOrders(t)
  const mug = await products.add(10_000)
  const bad = new Set<string>()
  const virtual = createVirtualRuntime({ startAt: new Date(), realDefer: true })
  const stopTime = letTimePass(virtual, TURN_MS)
  // No pause is a matter of chance: one of nearly nothing would be none.
  const runtime = { ...virtual, random: () => 0.5 }
  const { url, calls } = await badRoad(t, runtime, products.url, bad, fate)
  const reservations = await connect(t, url, deadlineMs, runtime)
  const app = createOrderApp(t, { orders, reservations, runtime: { ...runtime, random: () => 1 } })
  // Last: the app is closed in time, too.
  t.after(stopTime)
  const due = async (n: number, at: number[]) => {
    const all = Array.from({ length: n }, () =>
      order({
        lines: [{ productId: mug, quantity: 1 }],
        totalMinor: 1999,
        dueAt: later(-1, runtime.now()).toISOString(),
      }),
    )
    for (const each of all) await orders.addOnce(each)
    for (const i of at) bad.add(all[i]!.order.id)
    return all
  }
  const buy = (key?: string) => app.post('ada', { product_id: mug, quantity: 1, total_price: '19.99' }, key)
  return { ...app, runtime, products, orders, reservations, mug, bad, calls, due, buy }
}

suite('5: an order that product_service answers with 500, always', () => {
  test('delays 127 others by one round, and new orders not at all', async (t) => {
    const { due, settleDue, buy, orders, calls, reservations } = await world(t, 'answered 500')
    const all = await due(CLAIMS_MAX, [77])
    const round = settleDue()
    await untilTrue(() => calls.length > 0)
    for (let i = 0; i < 5; i++) assert.equal((await buy()).statusCode, 201)
    assert.deepEqual(await round, { settled: CLAIMS_MAX - 1, failed: 1 })
    assert.equal((await orders.find(all[77]!.order.id))?.order.status, 'pending')
    assert.equal(reservations.circuit(), 'closed')
    const sent = calls.filter(({ bad }) => bad)
    assert.ok(sent.length <= 5, `it was sent ${sent.length} times`)
  })

  test('is sent alone from then on, and once for all repeated requests', async (t) => {
    const { due, settleDue, calls, orders, reservations, runtime } = await world(t, 'answered 500')
    const [bad] = await due(1, [0])
    for (let i = 0; i < 10; i++)
      await assert.rejects(reservations.hold(bad!.order), { name: 'OutcomeUnknown' })
    assert.equal(calls.length, 1)
    for (let i = 0; i < 4; i++) {
      await due(20, [])
      assert.equal((await settleDue()).settled, 20)
      await runtime.sleep(300)
    }
    assert.ok(calls.filter((call) => call.bad).every((call) => call.orders === 1))
    assert.ok(calls.filter((call) => call.bad).length > 1, 'it is asked for again')
    assert.equal((await orders.backlog()).count, 1)
  })

  test('settles as soon as it can be answered', async (t) => {
    const { due, settleDue, bad, orders, runtime } = await world(t, 'answered 500')
    const all = await due(20, [3])
    await settleDue()
    bad.clear()
    for (let i = 0; i < 100 && (await orders.backlog()).count > 0; i++) {
      await runtime.sleep(100)
      await settleDue()
    }
    assert.equal((await orders.find(all[3]!.order.id))?.order.status, 'confirmed')
  })

  for (const [where, at] of [
    ['spread over all', [0, 17, 40, 63, 64, 90, 127]],
    ['side by side', [50, 51, 52, 53, 54, 55]],
  ] as const) {
    test(`and several of them, ${where}`, async (t) => {
      const { due, settleDue, reservations } = await world(t, 'answered 500')
      await due(CLAIMS_MAX, [...at])
      assert.deepEqual(await settleDue(), { settled: CLAIMS_MAX - at.length, failed: at.length })
      assert.equal(reservations.circuit(), 'closed')
    })
  }

  test('an order whose cancellation or shipment is answered so delays no other', async (t) => {
    const { due, settleDue, orders, bad, reservations, runtime } = await world(t, 'answered 500')
    const held = await due(60, [])
    assert.equal((await settleDue()).settled, 60)
    const before = later(-60_000, runtime.now())
    for (const [
      i,
      {
        order: { id },
      },
    ] of held.entries()) {
      const confirmed = (await orders.find(id))!
      await orders.save((i % 2 === 0 ? ship : requestCancel)(confirmed, ROOT, before))
    }
    for (const i of [10, 11, 40]) bad.add(held[i]!.order.id)
    await due(30, [4])
    assert.deepEqual(await settleDue(), { settled: 57 + 29, failed: 4 })
    assert.equal(reservations.circuit(), 'closed')
  })
})

for (const fate of ['left hanging', 'cut off'] as const) {
  suite(`5: an order whose call is ${fate}, always`, () => {
    test('is found in a few calls, and the others are settled meanwhile', async (t) => {
      const { due, settleDue, buy, orders, runtime } = await world(t, fate, 500)
      await due(CLAIMS_MAX, [77])
      const stopAt = runtime.monotonic() + 30_000
      while ((await orders.backlog()).count > 1) {
        assert.ok(runtime.monotonic() < stopAt, `${(await orders.backlog()).count} are left`)
        await settleDue()
        await runtime.sleep(50)
      }
      // From now on it travels alone, and whether it is answered says nothing about the service.
      await runtime.sleep(1_500)
      const again = settleDue()
      for (let i = 0; i < 10; i++) {
        assert.equal((await buy()).statusCode, 201)
        await runtime.sleep(60)
      }
      await again
    })
  })
}

test('a service that can answer no order opens the circuit, and its recovery is noticed', async (t) => {
  const { due, settleDue, bad, calls, reservations, orders, runtime } = await world(t, 'answered 500')
  const all = await due(
    CLAIMS_MAX,
    Array.from({ length: CLAIMS_MAX }, (_, i) => i),
  )
  assert.equal((await settleDue()).settled, 0)
  assert.notEqual(reservations.circuit(), 'closed')
  assert.ok(calls.length < 50, `${calls.length} calls for ${all.length} orders`)
  bad.clear()
  const stopAt = runtime.monotonic() + 30_000
  while ((await orders.backlog()).count > 0) {
    assert.ok(runtime.monotonic() < stopAt)
    await settleDue()
    await runtime.sleep(100)
  }
})
