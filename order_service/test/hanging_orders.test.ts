/**
 * Orders that product_service never answers, beside orders that it answers at once. Between the services stands a road
 * on which a call with such an order is left hanging, whatever else is in it.
 */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { CALLS_AT_ONCE_MAX } from '@shop/service_kit/runtime/batching/isolating_batcher'
import { createVirtualRuntime, letTimePass } from '@shop/service_kit/test_support/virtual_runtime'
import { later, order } from './samples.ts'
import { memoryOrders, startOrderApp, startProducts, startProxy, textOf } from './shop.ts'

const HEALTHY = 300
/** Of a call; longer than in life, since a call takes some hundred turns of this process, which all do their work in. */
const DEADLINE_MS = 10_000
/** Passes with each turn. */
const TURN_MS = 5
/** Of a product that no order with an answer is for. */
const BAD_QUANTITY = 7

async function world(t: TestContext) {
  const runtime = createVirtualRuntime({ startAt: new Date(), realDefer: true })
  const stopTime = letTimePass(runtime, TURN_MS)
  const products = await startProducts(t)
  const orders = await memoryOrders(t)
  const mug = await products.add(100_000)
  const bad = new Set<string>()
  const open = new Map<string, number>()
  const seen = { most: 0, ofBad: 0 }
  const url = await startProxy(t, async (request, response, pass) => {
    const path = request.url!
    open.set(path, (open.get(path) ?? 0) + 1)
    seen.most = Math.max(seen.most, open.get(path)!)
    response.once('close', () => open.set(path, open.get(path)! - 1))
    const body = await textOf(request)
    const hangs = body.includes(`"quantity":${BAD_QUANTITY}`) || [...bad].some((id) => body.includes(id))
    if (hangs) seen.ofBad++
    else await pass(products.url, request, response, body)
  })
  const add = async (healthy: number, hanging: number) => {
    const all = Array.from({ length: healthy + hanging }, () =>
      order({
        lines: [{ productId: mug, quantity: 1 }],
        totalMinor: 1999,
        dueAt: later(-1, runtime.now()).toISOString(),
      }),
    )
    // Evenly among the others, which is the worst place.
    for (let i = 0; i < hanging; i++) bad.add(all[Math.floor((i * all.length) / hanging)]!.order.id)
    for (const each of all) await orders.addOnce(each)
    return all
  }
  /** Milliseconds until nothing is owed for any but so many. */
  const settled = async (but: number) => {
    const begun = runtime.monotonic()
    while ((await orders.backlog()).count > but) {
      assert.ok(runtime.monotonic() - begun < 60_000, `${(await orders.backlog()).count} are left`)
      await runtime.sleep(10)
    }
    return runtime.monotonic() - begun
  }
  const start = async () => {
    const app = await startOrderApp(t, url, orders, {
      runtime,
      roundMs: 1_000,
      deadlineMs: DEADLINE_MS,
    })
    // Last: the app is closed in time, too.
    t.after(stopTime)
    return app
  }
  return { products, orders, mug, bad, seen, add, settled, start }
}

for (const n of [1, 20, 60]) {
  suite(`5: ${n} orders that are never answered`, () => {
    test(`delay ${HEALTHY} others by at most one round`, async (t) => {
      const { add, settled, start, seen, orders, bad } = await world(t)
      const all = await add(HEALTHY, n)
      await start()
      const ms = await settled(n)
      const found = await Promise.all(all.map(async ({ order: { id } }) => (await orders.find(id))!))
      const claims = found.filter(({ order: { id } }) => !bad.has(id)).map(({ schedule: { fence } }) => fence)
      t.diagnostic(`${Math.round(ms)} ms, ${seen.ofBad} calls left hanging, ${seen.most} at once`)
      // Claims, and not the time, since this machine may be slow: in life each is claimed once.
      assert.ok(Math.max(...claims) <= 3, `claimed up to ${Math.max(...claims)} times`)
      assert.ok(seen.most <= CALLS_AT_ONCE_MAX, `${seen.most} calls at once`)
      for (const id of bad) assert.equal((await orders.find(id))?.order.status, 'pending')
    })
  })
}

test('5: new orders that are never answered do not delay other new orders', async (t) => {
  const { mug, start, orders } = await world(t)
  const { post } = await start()
  const buy = (quantity: number) =>
    post('ada', { product_id: mug, quantity, total_price: (19.99 * quantity).toFixed(2) })
  const hanging: ReturnType<typeof buy>[] = []
  for (let round = 0; round < 10; round++) {
    hanging.push(buy(BAD_QUANTITY), buy(BAD_QUANTITY))
    const healthy = await Promise.all(Array.from({ length: 20 }, () => buy(1)))
    assert.deepEqual(new Set(healthy.map(({ statusCode }) => statusCode)), new Set([201]))
  }
  assert.ok((await Promise.all(hanging)).every(({ statusCode }) => statusCode === 202))
  assert.equal((await orders.backlog()).count, hanging.length)
})

test('5: cancellations and shipments that are never answered do not delay others', async (t) => {
  const { mug, start, orders, bad, settled } = await world(t)
  const { post, put } = await start()
  const ids: string[] = []
  for (let i = 0; i < 20; i++) {
    ids.push((await post('ada', { product_id: mug, quantity: 1, total_price: '19.99' })).json().id)
  }
  for (const i of [3, 4, 11, 12]) bad.add(ids[i]!)
  const changes = ids.map((id, i) =>
    i % 2 === 0 ? put('ada', id, { status: 'cancelled' }) : put('root', id, { status: 'shipped' }),
  )
  await Promise.all(changes.filter((_, i) => !bad.has(ids[i]!)))
  await settled(4)
  for (const [i, id] of ids.entries()) {
    const { order, schedule } = (await orders.find(id))!
    assert.equal(schedule.dueAt !== undefined, bad.has(id), `${i} is ${order.status}`)
  }
  await Promise.all(changes)
})
