/** The flows of an order on a real store, with a fake product service. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { currentTraceparent, inTrace } from '@shop/service_kit/runtime/request_context'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { NO_PAYMENTS } from '../../src/clients/payment_client.ts'
import type { RequestPorts } from '../../src/domain/answer_wait.ts'
import { changeStatus, type StatusChange } from '../../src/domain/change_order.ts'
import type { CircuitState } from '../../src/domain/circuit_state.ts'
import { DomainError, OutcomeUnknown } from '../../src/domain/errors.ts'
import { notifyChanges } from '../../src/domain/notify_changes.ts'
import { LINES_MAX, type Order, QUANTITY_MAX, SYSTEM } from '../../src/domain/order.ts'
import { placeOrder } from '../../src/domain/place_order.ts'
import type { HoldAnswer, OrderStore, Timers } from '../../src/domain/ports.ts'
import { type PendingOrder, SETTLE_AFTER_MS } from '../../src/domain/schedule.ts'
import {
  BACKOFF,
  CLAIMS_MAX,
  correctClockSkew,
  IN_FLIGHT_MAX,
  LEASE_MS,
  NEXT_CLAIM_AFTER_MS,
  settleDue,
} from '../../src/domain/settle_due.ts'
import { createSettle, trySettle } from '../../src/domain/settle_order.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import {
  ADA,
  AT,
  BOB,
  draft,
  finishCancel,
  HELD,
  later,
  order,
  ROOT,
  requestCancel,
  SHORT,
  uuid,
} from '../samples.ts'

const LOST = new OutcomeUnknown('no answer')
const HELD_ANSWER: HoldAnswer = { status: 'held', lines: HELD }

async function world(t: TestContext) {
  const stores = await openStores(
    { DATABASE_URL: 'sqlite::memory:', DATA_DIR: '', CURRENCY: 'USD' },
    { runtime: systemRuntime },
  )
  t.after(() => stores.close())
  const runtime = createVirtualRuntime({ realDefer: true })
  let at = AT
  let serial = 0
  const calls: string[] = []
  const product = {
    hold: async (_order: Order): Promise<HoldAnswer> => HELD_ANSWER,
    circuit: 'closed' as CircuitState,
  }
  const reached: string[] = []
  const reported: [unknown, string][] = []
  const ports: RequestPorts & Timers = {
    after: runtime.after,
    defer: runtime.defer,
    orders: stores.orders,
    reservations: {
      hold(order) {
        const traceparent = currentTraceparent()
        calls.push(`hold ${order.id}${traceparent ? ` ${traceparent}` : ''}`)
        return product.hold(order)
      },
      release: async ({ id }) => void calls.push(`release ${id}`),
      ship: async ({ id }) => void calls.push(`ship ${id}`),
      circuit: () => product.circuit,
    },
    payments: NO_PAYMENTS,
    nextAnswer: () => undefined,
    now: () => at,
    newId: () => uuid(++serial),
    reached: (place) => reached.push(place),
    report: (fault, id) => reported.push([fault, id]),
  }
  const settle = createSettle(ports)
  return {
    ports,
    runtime,
    orders: stores.orders,
    product,
    calls,
    reached,
    reported,
    settle,
    pass: (ms: number) => {
      at = later(ms, at)
    },
    async add(changes?: Parameters<typeof order>[0]): Promise<PendingOrder> {
      const added = order(changes)
      await stores.orders.addOnce(added)
      return added
    },
    change: (to: StatusChange['to'], id: string, userId = ROOT, expectedVersions?: readonly number[]) =>
      changeStatus(ports, settle, {
        orderId: id,
        to,
        actor: { userId, admin: userId === ROOT },
        expectedVersions,
      }),
    round: (
      shouldContinue?: () => boolean,
      pauseMs: (attempts: number) => number = (attempts) => attempts * 1000,
    ) => settleDue({ ...ports, pauseMs }, settle, shouldContinue),
  }
}

/** The same order at another version, under another fence. */
const at = ({ order, schedule }: PendingOrder, version: number, fence: number): PendingOrder => ({
  order: { ...order, version },
  schedule: { ...schedule, fence },
})

/** Fails so many saves with a conflict, as if the order was changed between read and save. */
function racing(orders: OrderStore, times: number): OrderStore {
  let left = times
  return {
    ...orders,
    async save(order) {
      if (left-- > 0) throw new DomainError('version_conflict', 'Somebody was quicker.')
      return orders.save(order)
    },
  }
}

suite('placing', () => {
  test('stores, holds and confirms, in this order', async (t) => {
    const { ports, settle, calls, reached } = await world(t)
    const placed = await inTrace('trace', () => placeOrder(ports, settle, draft()))
    assert.deepEqual([placed.order.status, placed.replayed], ['confirmed', false])
    assert.deepEqual(calls, [`hold ${placed.order.id} trace`])
    assert.deepEqual(reached, ['intent_recorded', 'answer_received', 'answer_recorded'])
  })

  test('again with the same key gives the same order, without a call', async (t) => {
    const { ports, settle, calls, reached } = await world(t)
    const keyed = draft({ idempotencyKey: 'k' })
    const first = await placeOrder(ports, settle, keyed)
    const again = await placeOrder(ports, settle, keyed)
    assert.deepEqual(again, { order: first.order, replayed: true })
    assert.deepEqual([calls.length, reached.length], [1, 3])
    await assert.rejects(placeOrder(ports, settle, { ...keyed, totalMinor: 1 }), {
      code: 'idempotency_key_reused',
      payload: { orderId: first.order.id },
    })
  })

  test('again while the order is pending settles it', async (t) => {
    const { ports, settle, product } = await world(t)
    product.hold = () => Promise.reject(LOST)
    const keyed = draft({ idempotencyKey: 'k' })
    assert.equal((await placeOrder(ports, settle, keyed)).order.status, 'pending')
    product.hold = async () => HELD_ANSWER
    const again = await placeOrder(ports, settle, keyed)
    assert.deepEqual([again.order.status, again.replayed], ['confirmed', true])
  })
})

suite('settling one order', () => {
  test('a rejection is stored', async (t) => {
    const { add, settle, product, orders } = await world(t)
    product.hold = async () => ({ status: 'rejected', rejection: SHORT })
    const { order } = await settle(await add())
    const { id } = order
    assert.ok(order.status === 'rejected')
    assert.deepEqual(order.rejection, SHORT)
    assert.equal((await orders.find(id))?.order.status, 'rejected')
  })

  test('a reservation released by someone else ends as cancelled', async (t) => {
    const { add, settle, product, calls } = await world(t)
    product.hold = async () => ({ status: 'released' })
    const mine = await add()
    const settled = await settle(mine)
    assert.deepEqual(
      settled.order.history.map(({ status, by }) => [status, by]),
      [
        ['pending', ADA],
        ['cancelling', SYSTEM],
        ['cancelled', SYSTEM],
      ],
    )
    assert.deepEqual(calls, [`hold ${mine.order.id}`, `release ${mine.order.id}`])
  })

  test('the loser of a race reads what the winner stored', async (t) => {
    const { add, settle, product, ports, orders, calls } = await world(t)
    const mine = await add()
    product.hold = async () => {
      await orders.save(requestCancel(mine, ADA, AT))
      return HELD_ANSWER
    }
    assert.equal((await settle(mine)).order.status, 'cancelling')
    const other = await add()
    product.hold = async () => {
      const cancelling = await orders.save(requestCancel(other, ADA, AT))
      await orders.save(finishCancel(cancelling, AT))
      return { status: 'released' }
    }
    assert.equal((await settle(other)).order.status, 'cancelled')
    assert.ok(!calls.includes(`release ${other.order.id}`), 'it is settled')
    product.hold = async () => HELD_ANSWER
    const failing = { ...orders, save: () => Promise.reject(new DomainError('forbidden', 'No.')) }
    await assert.rejects(createSettle({ ...ports, orders: failing })(await add()), { code: 'forbidden' })
  })

  test('a settled order needs no call', async (t) => {
    const { add, settle, calls } = await world(t)
    const confirmed = await settle(await add())
    assert.equal(await settle(confirmed), confirmed)
    assert.equal(calls.length, 1)
  })

  test('concurrent calls settle it once; another version or fence, or a later call, settles it again', async (t) => {
    const { add, settle, calls } = await world(t)
    const mine = await add()
    const [one, two] = [settle(mine), settle(mine)]
    assert.equal(one, two)
    const others = [settle(at(mine, 7, 0)), settle(at(mine, 7, 3))]
    assert.equal(new Set([one, ...others]).size, 3)
    await Promise.allSettled([one, ...others])
    assert.equal(calls.length, 3)
    await settle(mine)
    assert.equal(calls.length, 4)
  })

  test('the end of an older settling does not remove the newer one', async (t) => {
    const { add, settle, product, calls } = await world(t)
    const mine = await add()
    const older = Promise.withResolvers<HoldAnswer>()
    product.hold = () => (calls.length === 1 ? older.promise : new Promise(() => {}))
    const first = settle(mine)
    void settle(at(mine, 1, 1))
    older.resolve(HELD_ANSWER)
    await first
    void settle(at(mine, 1, 1))
    assert.equal(calls.length, 2)
  })
})

suite('trySettle', () => {
  test('without an answer the order is due at once, and the fault is reported', async (t) => {
    const { add, settle, product, ports, orders, reported } = await world(t)
    product.hold = () => Promise.reject(LOST)
    const mine = await add()
    assert.equal(await trySettle(ports, settle, mine), mine)
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, AT.toISOString())
    assert.deepEqual(reported, [[LOST, mine.order.id]])
  })

  test('after any other fault it stays due as it was', async (t) => {
    const { add, settle, product, ports, orders, reported } = await world(t)
    product.hold = () => Promise.reject(new Error('the store'))
    const mine = await add()
    await trySettle(ports, settle, mine)
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, mine.schedule.dueAt)
    assert.equal(reported.length, 1)
  })

  test('an order that a settler claimed, or that is due, is not rescheduled; a failed reschedule is reported', async (t) => {
    const { add, settle, product, ports, orders, reported } = await world(t)
    product.hold = () => Promise.reject(LOST)
    const failing = { ...ports, orders: { ...orders, reschedule: () => Promise.reject(new Error('away')) } }
    await trySettle(failing, settle, await add({ attempts: 1 }))
    await trySettle(failing, settle, await add({ dueAt: AT.toISOString() }))
    assert.deepEqual(
      reported.map(([fault]) => fault),
      [LOST, LOST],
    )
    await trySettle(failing, settle, await add())
    assert.match(String(reported.at(-1)![0]), /away/)
  })
})

suite('changing the status', () => {
  test('cancel, ship and deliver store the request, then call the product service', async (t) => {
    const { add, settle, change, calls, reached, orders } = await world(t)
    const [one, two] = [await settle(await add()), await settle(await add())]
    calls.length = 0
    reached.length = 0
    assert.equal((await change('cancelled', one.order.id, ADA)).status, 'cancelled')
    const shipped = await change('shipped', two.order.id)
    assert.deepEqual(shipped.status, 'shipped')
    assert.equal((await orders.find(two.order.id))?.schedule.dueAt, undefined)
    assert.deepEqual(calls, [`release ${one.order.id}`, `ship ${two.order.id}`])
    assert.deepEqual(reached, ['cancelling_recorded', 'released', 'shipping_recorded', 'shipped'])
    assert.equal((await change('delivered', two.order.id)).history.at(-1)?.by, ROOT)
    assert.equal(calls.length, 2, 'a delivery needs no call')
  })

  test('to the current status changes nothing, whatever version is named', async (t) => {
    const { add, settle, change, orders } = await world(t)
    const mine = await settle(await add())
    const done = await change('cancelled', mine.order.id, ADA)
    assert.deepEqual(await change('cancelled', mine.order.id, ADA, [99]), done)
    const leaving = await add()
    const cancelling = await orders.save(requestCancel(leaving, ADA, AT))
    assert.equal(
      (await change('cancelled', leaving.order.id, ADA, [99])).version,
      cancelling.order.version + 1,
    )
    await orders.save(requestCancel(await add({ id: uuid(777) }), ADA, AT))
    await assert.rejects(change('shipped', uuid(777)), { code: 'illegal_transition' })
  })

  test('owners cancel, others see nothing, and only a named version is changed', async (t) => {
    const { add, settle, change } = await world(t)
    const mine = await settle(await add())
    for (const to of ['shipped', 'delivered'] as const) {
      await assert.rejects(change(to, mine.order.id, ADA), { code: 'forbidden' })
    }
    await assert.rejects(change('cancelled', mine.order.id, BOB), { code: 'order_not_found' })
    await assert.rejects(change('cancelled', mine.order.id, ADA, [1]), { code: 'version_conflict' })
    await assert.rejects(change('delivered', mine.order.id), ({ code, payload }) => {
      assert.deepEqual([code, payload.allowed], ['illegal_transition', ['cancelled', 'shipped']])
      return true
    })
    assert.equal((await change('cancelled', mine.order.id, ADA, [1, 2])).status, 'cancelled')
  })

  test('a conflict is tried again, eight times in all; any other fault is not', async (t) => {
    const { add, settle, ports, orders } = await world(t)
    const attempt = async (store: OrderStore) => {
      const mine = await settle(await add())
      const change = {
        orderId: mine.order.id,
        to: 'cancelled',
        actor: { userId: ADA, admin: false },
      } as const
      return changeStatus({ ...ports, orders: store }, settle, { ...change, expectedVersions: undefined })
    }
    assert.equal((await attempt(racing(orders, 7))).status, 'cancelled')
    await assert.rejects(attempt(racing(orders, 8)), { code: 'version_conflict' })
    let saves = 0
    const failing = { ...orders, save: () => Promise.reject(new DomainError('forbidden', String(++saves))) }
    await assert.rejects(attempt(failing), { code: 'forbidden', message: '1' })
  })
})

suite('a round of the settler', () => {
  test('settles all due orders in claims of at most CLAIMS_MAX, and no others', async (t) => {
    const { add, pass, round, orders } = await world(t)
    const ids: string[] = []
    for (let i = 0; i < CLAIMS_MAX + 2; i++) ids.push((await add()).order.id)
    assert.deepEqual(await round(), { settled: 0, failed: 0 })
    pass(SETTLE_AFTER_MS)
    const fresh = await add({ dueAt: later(SETTLE_AFTER_MS + 1).toISOString() })
    assert.deepEqual(await round(), { settled: CLAIMS_MAX + 2, failed: 0 })
    assert.equal((await orders.find(fresh.order.id))?.order.status, 'pending')
    assert.deepEqual(await orders.backlog(), { count: 1, oldestUpdatedAt: AT.toISOString() })
  })

  test('postpones an order it could not settle by its attempts, and never into the same round', async (t) => {
    const { add, pass, round, product, orders, reported } = await world(t)
    const [mine, other] = [await add(), await add()]
    pass(SETTLE_AFTER_MS)
    product.hold = async ({ id }) => {
      if (id === mine.order.id) throw LOST
      return HELD_ANSWER
    }
    assert.deepEqual(await round(), { settled: 1, failed: 1 })
    const put = await orders.find(mine.order.id)
    const now = later(SETTLE_AFTER_MS)
    assert.deepEqual(
      [put?.schedule.attempts, put?.schedule.fence, put?.schedule.dueAt],
      [1, 1, later(1000, now).toISOString()],
    )
    assert.equal((await orders.find(other.order.id))?.order.status, 'confirmed')
    assert.deepEqual(reported, [[LOST, mine.order.id]])
    pass(1000)
    assert.deepEqual(await round(undefined, () => 0), { settled: 0, failed: 1 })
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, later(1001, now).toISOString())
  })

  test('an order that is still unsettled afterwards is postponed without a report', async (t) => {
    const { add, pass, ports, orders, reported } = await world(t)
    const mine = await add()
    pass(SETTLE_AFTER_MS)
    const round = await settleDue({ ...ports, pauseMs: () => 5 }, async (each) => each)
    assert.deepEqual([round, reported], [{ settled: 0, failed: 1 }, []])
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, later(SETTLE_AFTER_MS + 5).toISOString())
  })

  test('ends after IN_FLIGHT_MAX orders in a row that could not be settled', async (t) => {
    const { add, pass, round, product, calls } = await world(t)
    for (let i = 0; i < IN_FLIGHT_MAX + 2; i++) await add()
    pass(SETTLE_AFTER_MS)
    product.hold = () => Promise.reject(LOST)
    assert.deepEqual(await round(), { settled: 0, failed: IN_FLIGHT_MAX })
    assert.equal(calls.length, IN_FLIGHT_MAX)
    pass(60_000)
    calls.length = 0
    product.hold = async () => {
      if (calls.length > 1) throw LOST
      return HELD_ANSWER
    }
    assert.deepEqual(await round(), { settled: 1, failed: IN_FLIGHT_MAX + 1 })
  })

  test('claims more while orders are slow, until IN_FLIGHT_MAX are in flight', async (t) => {
    const { add, pass, round, runtime, product, calls } = await world(t)
    for (let i = 0; i < IN_FLIGHT_MAX + 100; i++) await add()
    pass(SETTLE_AFTER_MS)
    const slow = Promise.withResolvers<HoldAnswer>()
    product.hold = () => slow.promise
    const ended = round()
    const claimed = async (count: number) => {
      await untilTrue(() => calls.length >= count && runtime.waiting().length > 0)
    }
    for (let count = CLAIMS_MAX; count < IN_FLIGHT_MAX; count += CLAIMS_MAX) {
      await claimed(count)
      assert.deepEqual([calls.length, runtime.waiting()], [count, [NEXT_CLAIM_AFTER_MS]])
      await runtime.advance(NEXT_CLAIM_AFTER_MS)
    }
    await claimed(IN_FLIGHT_MAX)
    await runtime.advance(10 * NEXT_CLAIM_AFTER_MS)
    assert.equal(calls.length, IN_FLIGHT_MAX)
    slow.resolve(HELD_ANSWER)
    assert.deepEqual(await ended, { settled: IN_FLIGHT_MAX + 100, failed: 0 })
  })

  test('postpones an order that failed alone by its attempts, one that failed in a shared call by the first pause', async (t) => {
    const { add, pass, round, product, orders } = await world(t)
    const mine = await add()
    pass(SETTLE_AFTER_MS)
    const dueIn = async (error: Error) => {
      product.hold = () => Promise.reject(error)
      const now = Date.parse((await orders.find(mine.order.id))!.schedule.dueAt!)
      assert.deepEqual(await round(), { settled: 0, failed: 1 })
      const ms = Date.parse((await orders.find(mine.order.id))!.schedule.dueAt!) - now
      pass(ms)
      return ms
    }
    const alone = new OutcomeUnknown('no answer', { alone: true })
    assert.deepEqual(
      [await dueIn(LOST), await dueIn(LOST), await dueIn(alone), await dueIn(new Error('x'))],
      [1_000, 1_000, 3_000, 4_000],
    )
  })

  test('claims one order while half open, none while open, and none when it should not continue', async (t) => {
    const { add, pass, round, product, calls, orders } = await world(t)
    for (let i = 0; i < 3; i++) await add()
    pass(SETTLE_AFTER_MS)
    product.circuit = 'open'
    assert.deepEqual(await round(), { settled: 0, failed: 0 })
    product.circuit = 'closed'
    assert.deepEqual(await round(() => false), { settled: 0, failed: 0 })
    assert.equal((await orders.backlog()).count, 3)
    product.circuit = 'half_open'
    product.hold = () => Promise.reject(LOST)
    assert.deepEqual(await round(), { settled: 0, failed: 1 })
    assert.equal(calls.length, 1)
    let turns = 0
    product.hold = async () => HELD_ANSWER
    assert.deepEqual(await round(() => ++turns <= 1), { settled: 1, failed: 0 })
  })

  test('holds its claims by a lease, and waits for them also when the next claim fails', async (t) => {
    const { add, pass, ports, settle, product, orders } = await world(t)
    const mine = await add()
    pass(SETTLE_AFTER_MS)
    product.hold = async () => {
      const held = await orders.find(mine.order.id)
      assert.equal(held?.schedule.dueAt, later(SETTLE_AFTER_MS + LEASE_MS).toISOString())
      return HELD_ANSWER
    }
    let claims = 0
    const claimDue: OrderStore['claimDue'] = (...asked) =>
      ++claims === 2 ? Promise.reject(new Error('away')) : orders.claimDue(...asked)
    const failing = { ...ports, orders: { ...orders, claimDue }, pauseMs: () => 1 }
    await assert.rejects(settleDue(failing, settle), /away/)
    assert.equal((await orders.find(mine.order.id))?.order.status, 'confirmed')
  })

  test('does not end before all its claims are settled, also when the next claim fails', async (t) => {
    const { add, pass, ports, settle, product, orders } = await world(t)
    const [mine, other] = [await add(), await add()]
    pass(SETTLE_AFTER_MS)
    product.hold = async ({ id }) => {
      if (id === other.order.id) for (let i = 0; i < 20; i++) await new Promise(setImmediate)
      return HELD_ANSWER
    }
    let claims = 0
    const claimDue: OrderStore['claimDue'] = (...asked) =>
      ++claims === 2 ? Promise.reject(new Error('away')) : orders.claimDue(...asked)
    const failing = { ...ports, orders: { ...orders, claimDue }, pauseMs: () => 1 }
    await assert.rejects(settleDue(failing, settle), /away/)
    for (const {
      order: { id },
    } of [mine, other])
      assert.equal((await orders.find(id))?.order.status, 'confirmed')
  })
})

suite('correctClockSkew', () => {
  test('orders further ahead than any lease or pause become due, on every page; the others stay', async (t) => {
    const { add, ports, orders } = await world(t)
    const limit = later(2 * LEASE_MS).toISOString()
    const stays = await add({ dueAt: limit })
    const late: string[] = []
    for (let i = 0; i < CLAIMS_MAX; i++)
      late.push((await add({ dueAt: later(2 * LEASE_MS + 1).toISOString() })).order.id)
    await correctClockSkew(ports)
    assert.equal((await orders.find(stays.order.id))?.schedule.dueAt, limit)
    for (const id of late) assert.equal((await orders.find(id))?.schedule.dueAt, AT.toISOString())
  })

  test('leaves alone what was scheduled while it read, however long that takes', async (t) => {
    const { add, ports, orders } = await world(t)
    for (let i = 0; i < CLAIMS_MAX; i++) await add()
    const leased = await add({ dueAt: later(2 * LEASE_MS + 1).toISOString() })
    let at = AT
    const slow: OrderStore = {
      ...orders,
      async listUnsettled(page) {
        at = later(LEASE_MS)
        return orders.listUnsettled(page)
      },
    }
    await correctClockSkew({ ...ports, orders: slow, now: () => at })
    assert.equal((await orders.find(leased.order.id))?.schedule.dueAt, leased.schedule.dueAt)
  })

  test('writes nothing where no order is too far ahead', async (t) => {
    const { add, ports, orders } = await world(t)
    await add()
    const quiet = { ...orders, reschedule: () => Promise.reject(new Error('written')) }
    await correctClockSkew({ ...ports, orders: quiet })
  })
})

test('limits and times that others depend on', () => {
  assert.deepEqual([LINES_MAX, QUANTITY_MAX, CLAIMS_MAX, IN_FLIGHT_MAX], [50, 10_000, 128, 512])
  assert.deepEqual(
    [SETTLE_AFTER_MS, LEASE_MS, NEXT_CLAIM_AFTER_MS, BACKOFF],
    [5_000, 15_000, 100, { firstMs: 250, maxMs: 5_000 }],
  )
})

test('each order added or saved is notified once it is durable, and no replay', async (t) => {
  const { orders } = await world(t)
  const notified: string[] = []
  const notifying = notifyChanges(orders, ({ id, version }) => notified.push(`${id} ${version}`))
  const mine = order({ idempotencyKey: 'k', id: uuid(1) })
  await notifying.addOnce(mine)
  await notifying.addOnce(order({ idempotencyKey: 'k', id: uuid(2) }))
  await notifying.save(requestCancel(mine, ADA, AT))
  await assert.rejects(notifying.save(requestCancel(mine, ADA, AT)), { code: 'version_conflict' })
  assert.deepEqual(notified, [`${uuid(1)} 1`, `${uuid(1)} 2`])
})
