/**
 * The n-th call to the store or the product service fails, before or after its effect; or the process stops at a crash point.
 * Then a new replica settles everything, and invariants 1 to 6 are checked in the stores.
 */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { Problem } from '@shop/service_kit/runtime/problem'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { NO_PAYMENTS } from '../src/clients/payment_client.ts'
import { OutcomeUnknown } from '../src/domain/errors.ts'
import type { CrashPoint, OrderStore, Reservations } from '../src/domain/ports.ts'
import { SETTLE_AFTER_MS } from '../src/domain/schedule.ts'
import { BACKOFF, LEASE_MS, settleDue } from '../src/domain/settle_due.ts'
import { createSettle } from '../src/domain/settle_order.ts'
import { ADA, later } from './samples.ts'
import { connect, createOrderApp, memoryOrders, startProducts } from './shop.ts'

type When = 'before its effect' | 'after its effect'

/** Counts calls of both ports; the n-th fails. */
function fault(n: number, when: When) {
  let calls = 0
  const wrap = <T extends object>(target: T, failure: () => Error): T =>
    Object.fromEntries(
      Object.entries(target).map(([name, method]) => [
        name,
        name === 'circuit'
          ? method
          : async (...args: unknown[]) => {
              const fails = ++calls === n
              if (fails && when === 'before its effect') throw failure()
              const answer = await method(...args)
              if (fails) throw failure()
              return answer
            },
      ]),
    ) as T
  return {
    reached: () => calls >= n,
    orders: (orders: OrderStore) =>
      wrap(orders, () => new Problem('store_unavailable', 'Failed on purpose.')),
    reservations: (reservations: Reservations) =>
      wrap(reservations, () => new OutcomeUnknown('failed on purpose')),
  }
}

async function startWorld(t: TestContext) {
  const products = await startProducts(t)
  const [orders, reservations] = [await memoryOrders(t), await connect(t, products.url)]
  return { products, orders, reservations }
}
type World = Awaited<ReturnType<typeof startWorld>>
type Shop = ReturnType<typeof createOrderApp>
type Answer = Awaited<ReturnType<Shop['post']>>

/** Repeats a request until it is answered, as the client does. */
async function retryUntilAnswered(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempts = 0; attempts < 5; attempts++) {
    const answer = await send()
    if (answer.statusCode < 500) return answer
  }
  return assert.fail('no answer in five attempts')
}

const SCENARIOS: Record<
  string,
  { ends: string; run: (shop: Shop, mug: string, key: string) => Promise<Answer[]> }
> = {
  'buying from stock': {
    ends: 'confirmed',
    run: async (shop, mug, key) => [await retryUntilAnswered(() => shop.post('ada', cart(mug, 2), key))],
  },
  'buying more than the stock': {
    ends: 'rejected',
    run: async (shop, mug, key) => [await retryUntilAnswered(() => shop.post('ada', cart(mug, 9), key))],
  },
  'buying and cancelling': {
    ends: 'cancelled',
    run: async (shop, mug, key) => {
      const bought = await retryUntilAnswered(() => shop.post('ada', cart(mug, 2), key))
      return [bought, await retryUntilAnswered(() => shop.put('ada', idOf(bought), { status: 'cancelled' }))]
    },
  },
  'buying, shipping, delivering': {
    ends: 'delivered',
    run: async (shop, mug, key) => {
      const answers = [await retryUntilAnswered(() => shop.post('ada', cart(mug, 2), key))]
      const id = idOf(answers[0]!)
      await shop.settleDue().catch(() => {})
      // The buyer may have got 202; only a confirmed order is shipped.
      while ((await shop.get('root', `/orders/${id}`)).json().status === 'pending') {
        answers[0] = await retryUntilAnswered(() => shop.post('ada', cart(mug, 2), key))
      }
      for (const status of ['shipped', 'delivered']) {
        answers.push(await retryUntilAnswered(() => shop.put('root', id, { status })))
      }
      return answers
    },
  },
}

const cart = (product_id: string, quantity: number) => ({
  product_id,
  quantity,
  total_price: (quantity * 19.99).toFixed(2),
})
const idOf = (answer: Answer): string => answer.json().id ?? answer.json().order?.id

/** Another replica, much later: every unsettled order is due. */
async function settleEverything({ orders, reservations }: World) {
  let at = later(LEASE_MS + SETTLE_AFTER_MS, new Date())
  const report = (fault: unknown) => assert.ifError(fault)
  const now = () => at
  const ports = {
    ...systemRuntime,
    orders,
    reservations,
    payments: NO_PAYMENTS,
    report,
    now,
    pauseMs: () => 0,
    reached: () => {},
  }
  for (let round = 0; round < 3; round++) {
    await settleDue(ports, createSettle(ports))
    at = later(BACKOFF.maxMs, at)
  }
}

async function checkInvariants({ products, orders }: World, mug: string, key: string, answers: Answer[]) {
  const order = await orders.findByKey(ADA, key)
  assert.ok(order, '3: an accepted order can be read')
  for (const answer of answers)
    assert.equal(idOf(answer), order.order.id, '3, 4: every answer is about this order')
  const all = await orders.listByUser(ADA, { limit: 1000 })
  assert.equal(all.filter((each) => each.order.idempotencyKey === key).length, 1, '4: one key, one order')
  assert.deepEqual(await orders.backlog(), { count: 0, oldestUpdatedAt: undefined }, '5: all are settled')
  const units = order.order.lines[0]!.quantity
  const taken = ['confirmed', 'shipped', 'delivered'].includes(order.order.status) ? units : 0
  const held = order.order.status === 'confirmed' ? units : 0
  assert.deepEqual(
    await products.stockOf(mug),
    { stock: 5 - taken, reserved: held },
    `1, 6: ${order.order.status}`,
  )
  assert.equal((await products.stores.audit.ledgerMismatches(undefined, 1000)).mismatches.length, 0, '2')
  return order
}

suite('the n-th call fails', () => {
  for (const [name, { run, ends }] of Object.entries(SCENARIOS)) {
    for (const when of ['before its effect', 'after its effect'] as const) {
      test(`${name}: each call in turn fails ${when}`, async (t) => {
        const world = await startWorld(t)
        let n = 0
        for (let reached = true; reached; ) {
          n++
          const failing = fault(n, when)
          const [mug, key] = [await world.products.add(5), `key ${n}`.replace(' ', '-')]
          const shop = createOrderApp(t, {
            orders: failing.orders(world.orders),
            reservations: failing.reservations(world.reservations),
          })
          const answers = await run(shop, mug, key)
          reached = failing.reached()
          await settleEverything(world)
          const order = await checkInvariants(world, mug, key, answers)
          assert.equal(order.order.status, ends, `call ${n}`)
        }
        assert.ok(n > 3, 'several calls were made to fail')
      })
    }
  }
})

suite('the process stops at a crash point', () => {
  // Those of payments: paid_orders.test.ts.
  const AT = {
    intent_recorded: 'buying from stock',
    answer_received: 'buying from stock',
    answer_recorded: 'buying from stock',
    cancelling_recorded: 'buying and cancelling',
    released: 'buying and cancelling',
    shipping_recorded: 'buying, shipping, delivering',
    shipped: 'buying, shipping, delivering',
  } as const satisfies Partial<Record<CrashPoint, keyof typeof SCENARIOS>>
  for (const place of Object.keys(AT) as (keyof typeof AT)[]) {
    test(`${place}: another replica settles the order`, async (t) => {
      const world = await startWorld(t)
      const mug = await world.products.add(5)
      let stopped = false
      const whileAlive = <T extends object>(target: T): T =>
        Object.fromEntries(
          Object.entries(target).map(([name, method]) => [
            name,
            (...args: unknown[]) =>
              stopped ? Promise.reject(new Error('the process is gone')) : method(...args),
          ]),
        ) as T
      const dying = createOrderApp(t, {
        orders: whileAlive(world.orders),
        reservations: whileAlive(world.reservations),
        reached: (here) => {
          if (here === place) stopped = true
          if (stopped) throw new Error('the process is gone')
        },
      })
      const { run, ends } = SCENARIOS[AT[place]]!
      await run(dying, mug, 'key').catch(() => {})
      assert.equal(stopped, true)
      await settleEverything(world)
      const order = await checkInvariants(world, mug, 'key', [])
      const later = createOrderApp(t, world)
      const answers = await run(later, mug, 'key')
      assert.equal((await checkInvariants(world, mug, 'key', answers)).order.id, order.order.id)
      assert.equal((await world.orders.find(order.order.id))?.order.status, ends)
    })
  }
})
