import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { currentTraceparent, inTrace } from '@shop/service_kit/runtime/request_context'
import { createVirtualRuntime, letTimePass, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { PAUSE } from '../src/clients/circuit_breaker.ts'
import { DECISION_DEADLINE_MS, ORDERS_PER_CALL_MAX } from '../src/clients/product_client.ts'
import type { CircuitState } from '../src/domain/circuit_state.ts'
import { OutcomeUnknown } from '../src/domain/errors.ts'
import type { HoldAnswer, Reservations } from '../src/domain/ports.ts'
import { SETTLE_AFTER_MS } from '../src/domain/schedule.ts'
import { BACKOFF, CLAIMS_MAX, LEASE_MS } from '../src/domain/settle_due.ts'
import { CORRECT_EVERY_MS, countSettled, ROUND_MS, startSettler, stockGauges } from '../src/settler.ts'
import { ADA, AT, cancellingOf, draft, HELD, later, order, uuid } from './samples.ts'
import {
  connect,
  createOrderApp,
  memoryOrders,
  startOrderApp,
  startProducts,
  startProxy,
  startShop,
  testRuntime,
} from './shop.ts'

/** A clock that moves only by `pass`. */
function movableClock() {
  let at = new Date()
  const now = () => at
  return { now, runtime: { ...testRuntime, now }, pass: (ms: number) => (at = later(ms, at)) }
}

const DUE = SETTLE_AFTER_MS + 1

const mugs = (product_id: string, quantity = 1) => ({
  product_id,
  quantity,
  total_price: (19.99 * quantity).toFixed(2),
})

suite('limits fit each other', () => {
  test('a lease is longer than settling takes', () => {
    assert.ok(LEASE_MS > DECISION_DEADLINE_MS + 2 * 5_000)
  })
  test('the settler claims after the request gave up', () => {
    assert.ok(SETTLE_AFTER_MS > DECISION_DEADLINE_MS)
  })
  test('one round of the settler is one call', () => {
    assert.ok(CLAIMS_MAX <= ORDERS_PER_CALL_MAX)
  })
})

suite('every order settles (invariant 5)', () => {
  test('orders accepted while the product service was down are settled when it is back', async (t) => {
    const clock = movableClock()
    const { products, post, put, get, orders, reservations, settleDue } = await startShop(t, {
      runtime: clock.runtime,
    })
    const [mug, gone] = [await products.add(4), uuid(9)]
    const shipped = (await post('ada', mugs(mug))).json()
    await products.stop()
    await put('root', shipped.id, { status: 'shipped' })
    const ids: string[] = []
    for (const body of [mugs(mug), mugs(mug, 2), mugs(mug), mugs(gone)])
      ids.push((await post('ada', body)).json().id)
    await put('ada', ids[2]!, { status: 'cancelled' })
    assert.equal((await orders.backlog()).count, 5)

    clock.pass(DUE)
    await untilTrue(() => reservations.circuit() === 'half_open')
    assert.deepEqual(await settleDue(), { settled: 0, failed: 1 }, 'one order is the trial')
    await products.start()
    // Until the circuit is half_open, and the order that failed is no longer in quarantine.
    await sleep(PAUSE.maxMs)
    clock.pass(BACKOFF.maxMs)
    assert.deepEqual(await settleDue(), { settled: 5, failed: 0 })

    const statuses = await Promise.all(
      ids.map(async (id) => (await get('ada', `/orders/${id}`)).json().status),
    )

    assert.deepEqual(statuses.slice(0, 2), ['confirmed', 'confirmed'])
    assert.deepEqual(statuses.slice(2), ['cancelled', 'rejected'])
    assert.equal((await orders.backlog()).count, 0)
  })

  test('an order is not claimed before it is due', async (t) => {
    const clock = movableClock()
    const { orders, settleDue } = await startShop(t, { runtime: clock.runtime })
    const mine = order({ dueAt: later(SETTLE_AFTER_MS, clock.now()).toISOString() })
    await orders.addOnce(mine)
    clock.pass(SETTLE_AFTER_MS - 1)
    assert.deepEqual(await settleDue(), { settled: 0, failed: 0 })
    assert.deepEqual(await orders.find(mine.order.id), mine)
  })

  test('without an answer the order is due for the settler at once', async (t) => {
    const { products, post, put, orders, reservations, settleDue } = await startShop(t)
    const mug = await products.add(3)
    const { id } = (await post('ada', mugs(mug))).json()
    await products.stop()
    const pending = (await post('ada', mugs(mug))).json()
    await put('ada', id, { status: 'cancelled' })
    await products.start()
    await untilTrue(() => reservations.circuit() === 'half_open')
    assert.deepEqual(await settleDue(), { settled: 2, failed: 0 })
    assert.equal((await orders.find(id))?.order.status, 'cancelled')
    assert.equal((await orders.find(pending.id))?.order.status, 'confirmed')
  })

  test('an order that a settler has claimed keeps its lease, however often it is requested', async (t) => {
    const { products, post, orders } = await startShop(t)
    const mug = await products.add(3)
    await products.stop()
    const { id } = (await post('ada', mugs(mug), 'key')).json()
    const [claimed] = await orders.claimDue(
      later(1_000, new Date()).toISOString(),
      '2999-01-01T00:00:00.000Z',
      1,
    )
    assert.equal((await post('ada', mugs(mug), 'key')).statusCode, 202)
    assert.deepEqual(await orders.find(id), claimed)
  })

  test('the pauses between attempts grow, and never beyond their maximum', async (t) => {
    const clock = movableClock()
    const orders = await memoryOrders(t)
    let alone = true
    const hold = () => Promise.reject(new OutcomeUnknown('no', { alone }))
    const reservations: Reservations = { hold, release: hold, ship: hold, circuit: () => 'closed' }
    const { settleDue } = createOrderApp(t, {
      orders,
      reservations,
      runtime: { ...clock.runtime, random: () => 1 },
    })
    const stuck = order()
    await orders.addOnce(stuck)
    const pauses: number[] = []
    for (let i = 0; i < 8; i++) {
      clock.pass(60_000)
      alone = i < 7
      assert.deepEqual(await settleDue(), { settled: 0, failed: 1 })
      pauses.push(Date.parse((await orders.find(stuck.order.id))!.schedule.dueAt!) - clock.now().getTime())
    }
    assert.deepEqual(
      pauses,
      [1, 2, 4, 8, 16, 20, 20, 1].map((n) => n * BACKOFF.firstMs),
      'the last attempt failed in a shared call',
    )
  })

  test('an order scheduled by a clock that was ahead does not wait for that time', async (t) => {
    const clock = movableClock()
    const { products, orders, settleDue, correctClockSkew } = await startShop(t, { runtime: clock.runtime })
    const mug = await products.add(1000)
    const dueIn = (ms: number) =>
      order({
        lines: [{ productId: mug, quantity: 1 }],
        totalMinor: 1999,
        dueAt: later(ms, clock.now()).toISOString(),
      })
    const fresh = dueIn(SETTLE_AFTER_MS)
    const leased = dueIn(LEASE_MS)
    await orders.addOnce(fresh)
    await orders.addOnce(leased)
    for (let i = 0; i < CLAIMS_MAX + 1; i++) await orders.addOnce(dueIn(3_600_000))
    await correctClockSkew()
    assert.deepEqual(await settleDue(), { settled: CLAIMS_MAX + 1, failed: 0 })
    assert.deepEqual(await orders.find(fresh.order.id), fresh)
    assert.deepEqual(await orders.find(leased.order.id), leased)
  })

  test('a backlog larger than a batch is settled in one round', async (t) => {
    const clock = movableClock()
    const { products, orders, settleDue } = await startShop(t, { runtime: clock.runtime })
    const mug = await products.add(1000)
    const lines = [{ productId: mug, quantity: 1 }]
    for (let i = 0; i < 300; i++) await orders.addOnce(order({ lines, totalMinor: 1999 }))
    assert.deepEqual(await settleDue(), { settled: 300, failed: 0 })
    assert.deepEqual(await products.stockOf(mug), { stock: 700, reserved: 300 })
  })

  test('one order that cannot be settled does not delay others', async (t) => {
    const clock = movableClock()
    const { products, orders, settleDue } = await startShop(t, { runtime: clock.runtime })
    const mug = await products.add(10)
    const good = Array.from({ length: 3 }, () =>
      order({ lines: [{ productId: mug, quantity: 1 }], totalMinor: 1999 }),
    )
    // The product service refuses this id with 400.
    const bad = order({ lines: [{ productId: 'not an id', quantity: 1 }] })
    for (const each of [good[0]!, bad, good[1]!, good[2]!]) await orders.addOnce(each)
    assert.deepEqual(await settleDue(), { settled: 3, failed: 1 })
    for (const each of good) assert.equal((await orders.find(each.order.id))?.order.status, 'confirmed')
  })

  test('a reservation released by someone else ends the order as cancelled', async (t) => {
    const { products, orders, reservations, settleDue } = await startShop(t)
    const mug = await products.add(1)
    const mine = order({ lines: [{ productId: mug, quantity: 1 }], totalMinor: 1999 })
    await orders.addOnce(mine)
    await reservations.release(cancellingOf(mine.order))
    assert.deepEqual(await settleDue(), { settled: 1, failed: 0 })
    assert.equal((await orders.find(mine.order.id))?.order.status, 'cancelled')
    assert.deepEqual(await products.stockOf(mug), { stock: 1, reserved: 0 })
  })
})

suite('the end of an outage', () => {
  test('is noticed without a new order, and all accepted orders are settled at once (invariant 5)', async (t) => {
    const products = await startProducts(t)
    const orders = await memoryOrders(t)
    const runtime = createVirtualRuntime({ startAt: new Date(), realDefer: true })
    const stopTime = letTimePass(runtime, 1)
    const { post } = await startOrderApp(t, products.url, orders, { runtime, deadlineMs: 60_000 })
    t.after(stopTime)
    const mug = await products.add(1_000)
    await products.stop()
    for (let i = 0; i < 150; i++) assert.equal((await post('ada', mugs(mug))).statusCode, 202)
    // Until the pauses between trials have reached their maximum.
    await runtime.sleep(2_000)
    await products.start()
    const startedAt = runtime.monotonic()
    while ((await orders.backlog()).count > 0) {
      assert.ok(runtime.monotonic() - startedAt < 20_000, 'a settler that is not woken takes an hour')
      await runtime.sleep(10)
    }
    assert.equal((await post('ada', mugs(mug))).statusCode, 201)
    assert.deepEqual(await products.stockOf(mug), { stock: 849, reserved: 151 })
  })

  test('5: is also noticed by a call from before it, and orders of the outage are settled at once', async (t) => {
    const products = await startProducts(t)
    const orders = await memoryOrders(t)
    let cuts = 2
    let holds = 0
    let gate = Promise.resolve()
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    const slowHolds = await startProxy(t, async (request, response, pass) => {
      if (request.url!.endsWith('releases') && cuts-- > 0) return request.socket.destroy()
      if (request.url!.endsWith('reservations')) {
        holds++
        await gate
      }
      await pass(products.url, request, response)
    })
    const { post, put } = await startOrderApp(t, slowHolds, orders, {
      runtime: { ...testRuntime, random: () => 1 },
    })
    const mug = await products.add(9)
    const { id } = (await post('ada', mugs(mug))).json()
    gate = opened
    const slow = post('ada', mugs(mug))
    await untilTrue(() => holds === 2)
    await put('ada', id, { status: 'cancelled' })
    open()
    await slow
    await untilTrue(async () => (await orders.backlog()).count === 0)
    assert.equal((await orders.find(id))?.order.status, 'cancelled')
  })

  test('during an outage one due order is claimed for each trial, and no other', async (t) => {
    const orders = await memoryOrders(t)
    for (let i = 0; i < 5; i++) await orders.addOnce(order())
    const attempts = async () =>
      (await orders.listUnsettled({ limit: 9 })).map((each) => each.schedule.attempts)
    const lost = () => Promise.reject(new OutcomeUnknown('no'))
    const circuit = { now: 'open' as CircuitState }
    const { settleDue } = createOrderApp(t, {
      orders,
      reservations: { hold: lost, release: lost, ship: lost, circuit: () => circuit.now },
    })
    assert.deepEqual(await settleDue(), { settled: 0, failed: 0 })
    circuit.now = 'half_open'
    assert.deepEqual(await settleDue(), { settled: 0, failed: 1 })
    assert.deepEqual((await attempts()).sort(), [0, 0, 0, 0, 1])
  })
})

suite('settlers of several replicas', () => {
  test('share the work: each order is held once and saved once', async (t) => {
    const products = await startProducts(t)
    const orders = await memoryOrders(t)
    const mug = await products.add(1000)
    for (let i = 0; i < 200; i++) {
      await orders.addOnce(order({ lines: [{ productId: mug, quantity: 1 }], totalMinor: 1999 }))
    }
    const replicas = await Promise.all(
      [1, 2, 3].map(async () => createOrderApp(t, { orders, reservations: await connect(t, products.url) })),
    )
    const rounds = await Promise.all(replicas.map((replica) => replica.settleDue()))
    assert.equal(
      rounds.reduce((sum, round) => sum + round.settled, 0),
      200,
    )
    assert.deepEqual(await products.stockOf(mug), { stock: 800, reserved: 200 })
    const all = await orders.listByStatus('confirmed', { limit: 300 })
    assert.deepEqual([...new Set(all.map((each) => each.order.version))], [2])
  })

  test('a settler that outlives its lease is refused by the fence; the order ends as the other settled it', async (t) => {
    const clock = movableClock()
    const orders = await memoryOrders(t)
    const mine = order()
    await orders.addOnce(mine)
    let answerSlowly: ((answer: HoldAnswer) => void) | undefined
    const reservations = (hold: Reservations['hold']): Reservations => ({
      hold,
      release: async () => {},
      ship: async () => {},
      circuit: () => 'closed',
    })
    const held: HoldAnswer = { status: 'held', lines: HELD }
    const slow = createOrderApp(t, {
      orders,
      reservations: reservations(() => new Promise((resolve) => (answerSlowly = resolve))),
      runtime: clock.runtime,
    })
    const quick = createOrderApp(t, {
      orders,
      reservations: reservations(async () => held),
      runtime: clock.runtime,
    })
    const slowRound = slow.settleDue()
    while (!answerSlowly) await sleep(1)
    assert.deepEqual(await quick.settleDue(), { settled: 0, failed: 0 }, 'leased to the slow one')
    clock.pass(LEASE_MS + 1)
    assert.deepEqual(await quick.settleDue(), { settled: 1, failed: 0 })
    const settled = await orders.find(mine.order.id)
    answerSlowly!(held)
    await slowRound
    assert.deepEqual(await orders.find(mine.order.id), settled)
    assert.deepEqual(
      [settled?.order.status, settled?.order.version, settled?.schedule.fence],
      ['confirmed', 2, 2],
    )
  })
})

suite('the settler loop', () => {
  const start = (t: TestContext, round: () => Promise<{ settled: number; failed: number }>) => {
    const runtime = createVirtualRuntime({ startAt: later(30_000) })
    const metrics = createMetrics('order_service')
    const faults: unknown[] = []
    const settler = startSettler({
      queue: 'stock',
      gauges: stockGauges(
        { backlog: async () => ({ count: 7, oldestUpdatedAt: AT.toISOString() }) },
        metrics,
        runtime,
      ),
      round,
      correctClockSkew: async () => {},
      settled: countSettled(metrics),
      runtime: { ...runtime, random: () => 0.5 },
      onFault: (fault) => faults.push(fault),
    })
    t.after(() => settler.stop())
    return { settler, runtime, metrics, faults }
  }

  test('goes on after a fault, and sets the gauges of the backlog', async (t) => {
    let rounds = 0
    const { runtime, metrics, faults } = start(t, async () => {
      if (++rounds === 1) throw new Error('the store is away')
      return { settled: 2, failed: 1 }
    })
    await runtime.advance(2 * ROUND_MS)
    assert.deepEqual([rounds, faults.length], [3, 1])
    assert.equal(ROUND_MS, 1_000)
    const text = await metrics.registry.metrics()
    assert.match(text, /order_settler_backlog\{.*\} 7\n/)
    assert.match(text, /order_settler_oldest_seconds\{.*\} 32\n/)
    assert.match(text, /order_settler_orders_total\{queue="stock",outcome="postponed",.*\} 2\n/)
  })

  test('corrects clock skew at the start, when the clock was set back, and every CORRECT_EVERY_MS', async (t) => {
    let corrections = 0
    const runtime = createVirtualRuntime({ startAt: later(30_000) })
    const settler = startSettler({
      queue: 'stock',
      gauges: async () => {},
      round: async () => ({ settled: 0, failed: 0 }),
      correctClockSkew: async () => void corrections++,
      settled: countSettled(createMetrics('order_service')),
      runtime: { ...runtime, random: () => 0.5 },
      onFault: (fault) => assert.ifError(fault),
    })
    t.after(() => settler.stop())
    await runtime.advance(ROUND_MS)
    assert.equal(corrections, 1)
    runtime.setNow(later(3_600_000))
    await runtime.advance(ROUND_MS)
    assert.equal(corrections, 1)
    runtime.setNow(later(0))
    await runtime.advance(ROUND_MS)
    assert.equal(corrections, 2)
    // Ahead just between two rounds: an order that was scheduled meanwhile is found all the same.
    await runtime.advance(ROUND_MS / 2)
    runtime.setNow(later(3_600_000))
    runtime.setNow(later(ROUND_MS))
    await runtime.advance(CORRECT_EVERY_MS - ROUND_MS)
    assert.equal(corrections, 2)
    await runtime.advance(2 * ROUND_MS)
    assert.equal(corrections, 3)
    assert.equal(CORRECT_EVERY_MS, 30_000)
  })

  test('a round belongs to no trace, also when a request woke the settler', async (t) => {
    const traces: (string | undefined)[] = []
    const { settler, runtime } = start(t, async () => {
      traces.push(currentTraceparent())
      return { settled: 0, failed: 0 }
    })
    while (traces.length < 3)
      await inTrace('of a request', async () => settler.wake()).then(() => runtime.advance(0))
    assert.deepEqual(new Set(traces), new Set([undefined]))
  })

  test('rounds never overlap; stop waits for the running one and starts no other', async (t) => {
    let running = 0
    let rounds = 0
    const { settler, runtime } = start(t, async () => {
      assert.equal(++running, 1)
      await runtime.sleep(15)
      running--
      rounds++
      return { settled: 0, failed: 0 }
    })
    for (let i = 0; i < 20; i++) settler.wake()
    await runtime.advanceUntil(settler.stop())
    assert.deepEqual([running, rounds], [0, 1])
    settler.wake()
    await runtime.advance(10 * ROUND_MS)
    assert.equal(rounds, 1)
  })
})

suite('concurrent requests for one order share its settling', () => {
  test('replays of a pending order make one reservation', async (t) => {
    const orders = await memoryOrders(t)
    let holds = 0
    const reservations: Reservations = {
      async hold() {
        holds++
        await sleep(20)
        return { status: 'held', lines: HELD }
      },
      release: async () => {},
      ship: async () => {},
      circuit: () => 'closed',
    }
    const { post } = createOrderApp(t, { orders, reservations })
    const { lines } = draft()
    const body = { product_id: lines[0]!.productId, quantity: 2, total_price: '39.98' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('ada', body, 'key')))
    assert.deepEqual([...new Set(answers.map((answer) => answer.json().status))], ['confirmed'])
    assert.equal(holds, 1)
    assert.equal((await orders.findByKey(ADA, 'key'))?.order.version, 2)
  })

  test('a cancellation does not use the answer of the reservation it overtook', async (t) => {
    const orders = await memoryOrders(t)
    const calls: string[] = []
    const held = Promise.withResolvers<HoldAnswer>()
    const reservations: Reservations = {
      hold() {
        calls.push('hold')
        return held.promise
      },
      release: async () => void calls.push('release'),
      ship: async () => {},
      circuit: () => 'closed',
    }
    const { post, put } = createOrderApp(t, { orders, reservations })
    const { lines } = draft()
    const body = { product_id: lines[0]!.productId, quantity: 2, total_price: '39.98' }
    const placing = post('ada', body, 'key')
    await untilTrue(() => calls.length > 0)
    const id = (await orders.findByKey(ADA, 'key'))?.order.id ?? assert.fail('there is no such order')
    const cancelling = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual([cancelling.statusCode, cancelling.json().status], [200, 'cancelled'])
    held.resolve({ status: 'held', lines: HELD })
    assert.deepEqual([(await placing).statusCode, (await placing).json().status], [201, 'cancelled'])
    assert.deepEqual(calls, ['hold', 'release'])
  })
})
