/** The flows of an order over a real store, with a product service that answers what the test says. */

import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { currentTraceparent, inTrace } from '@shop/service_kit/runtime/trace_context'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { changeStatus, type StatusChange } from '../../src/domain/change_order.ts'
import { DomainError, OutcomeUnknown } from '../../src/domain/errors.ts'
import { notifyChanges } from '../../src/domain/notify_changes.ts'
import { LINES_MAX, type Order, QUANTITY_MAX, SYSTEM } from '../../src/domain/order.ts'
import { placeOrder } from '../../src/domain/place_order.ts'
import type { CircuitState, HoldAnswer, OrderStore, Ports, Timers } from '../../src/domain/ports.ts'
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
  const runtime = createVirtualRuntime()
  let at = AT
  let serial = 0
  const calls: string[] = []
  const said = {
    hold: async (_order: Order): Promise<HoldAnswer> => HELD_ANSWER,
    circuit: 'closed' as CircuitState,
  }
  const reached: string[] = []
  const reported: [unknown, string][] = []
  const ports: Ports & Timers = {
    after: runtime.after,
    defer: systemRuntime.defer,
    orders: stores.orders,
    reservations: {
      hold(order) {
        const traceparent = currentTraceparent()
        calls.push(`hold ${order.id}${traceparent ? ` ${traceparent}` : ''}`)
        return said.hold(order)
      },
      release: async ({ id }) => void calls.push(`release ${id}`),
      ship: async ({ id }) => void calls.push(`ship ${id}`),
      circuit: () => said.circuit,
    },
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
    said,
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

/** Between reading and saving somebody else saves, so many times. */
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
  test('records, holds and confirms, in this order', async (t) => {
    const { ports, settle, calls, reached } = await world(t)
    const placed = await inTrace('trace', () => placeOrder(ports, settle, draft()))
    assert.deepEqual([placed.order.status, placed.replayed], ['confirmed', false])
    assert.deepEqual(calls, [`hold ${placed.order.id} trace`])
    assert.deepEqual(reached, ['intent_recorded', 'answer_received', 'answer_recorded'])
  })

  test('again under the same key gives the same order, and asks nobody', async (t) => {
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

  test('again while the first is pending settles it', async (t) => {
    const { ports, settle, said } = await world(t)
    said.hold = () => Promise.reject(LOST)
    const keyed = draft({ idempotencyKey: 'k' })
    assert.equal((await placeOrder(ports, settle, keyed)).order.status, 'pending')
    said.hold = async () => HELD_ANSWER
    const again = await placeOrder(ports, settle, keyed)
    assert.deepEqual([again.order.status, again.replayed], ['confirmed', true])
  })
})

suite('settling one', () => {
  test('a refusal is recorded', async (t) => {
    const { add, settle, said, orders } = await world(t)
    said.hold = async () => ({ status: 'rejected', rejection: SHORT })
    const { order } = await settle(await add())
    const { id } = order
    assert.ok(order.status === 'rejected')
    assert.deepEqual(order.rejection, SHORT)
    assert.equal((await orders.find(id))?.order.status, 'rejected')
  })

  test('what was given back behind our back ends as cancelled', async (t) => {
    const { add, settle, said, calls } = await world(t)
    said.hold = async () => ({ status: 'released' })
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

  test('who loses the race reads what the winner wrote', async (t) => {
    const { add, settle, said, ports, orders, calls } = await world(t)
    const mine = await add()
    said.hold = async () => {
      await orders.save(requestCancel(mine, ADA, AT))
      return HELD_ANSWER
    }
    assert.equal((await settle(mine)).order.status, 'cancelling')
    const other = await add()
    said.hold = async () => {
      const cancelling = await orders.save(requestCancel(other, ADA, AT))
      await orders.save(finishCancel(cancelling, AT))
      return { status: 'released' }
    }
    assert.equal((await settle(other)).order.status, 'cancelled')
    assert.ok(!calls.includes(`release ${other.order.id}`), 'nothing is owed any more')
    said.hold = async () => HELD_ANSWER
    const failing = { ...orders, save: () => Promise.reject(new DomainError('forbidden', 'No.')) }
    await assert.rejects(createSettle({ ...ports, orders: failing })(await add()), { code: 'forbidden' })
  })

  test('nothing owed, nothing asked', async (t) => {
    const { add, settle, calls } = await world(t)
    const confirmed = await settle(await add())
    assert.equal(await settle(confirmed), confirmed)
    assert.equal(calls.length, 1)
  })

  test('asked for twice it is settled once; under another version or fence, or later, again', async (t) => {
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

  test('the end of an older one does not forget the newer', async (t) => {
    const { add, settle, said, calls } = await world(t)
    const mine = await add()
    const older = Promise.withResolvers<HoldAnswer>()
    said.hold = () => (calls.length === 1 ? older.promise : new Promise(() => {}))
    const first = settle(mine)
    void settle(at(mine, 1, 1))
    older.resolve(HELD_ANSWER)
    await first
    void settle(at(mine, 1, 1))
    assert.equal(calls.length, 2)
  })
})

suite('settling or leaving', () => {
  test('no answer leaves it to the settler at once, and is told', async (t) => {
    const { add, settle, said, ports, orders, reported } = await world(t)
    said.hold = () => Promise.reject(LOST)
    const mine = await add()
    assert.equal(await trySettle(ports, settle, mine), mine)
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, AT.toISOString())
    assert.deepEqual(reported, [[LOST, mine.order.id]])
  })

  test('any other fault leaves it until it is due', async (t) => {
    const { add, settle, said, ports, orders, reported } = await world(t)
    said.hold = () => Promise.reject(new Error('the store'))
    const mine = await add()
    await trySettle(ports, settle, mine)
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, mine.schedule.dueAt)
    assert.equal(reported.length, 1)
  })

  test('one that a settler took up, or that is due already, is left alone; a failure to leave is told', async (t) => {
    const { add, settle, said, ports, orders, reported } = await world(t)
    said.hold = () => Promise.reject(LOST)
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

suite('moving an order on', () => {
  test('cancel, ship and deliver record the wish, then what is owed', async (t) => {
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
    assert.equal(calls.length, 2, 'of a delivery nobody is told')
  })

  test('to what it is already changes nothing, whatever version was seen', async (t) => {
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

  test('owners cancel, others see nothing, and only of what was seen', async (t) => {
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

  test('a race is run again, eight times in all; any other fault is not', async (t) => {
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

suite('a round', () => {
  test('settles all that is due, claims of CLAIMS_MAX at most, and nothing that is not', async (t) => {
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

  test('puts off what could not be settled, by its attempts and never into the same round', async (t) => {
    const { add, pass, round, said, orders, reported } = await world(t)
    const [mine, other] = [await add(), await add()]
    pass(SETTLE_AFTER_MS)
    said.hold = async ({ id }) => {
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

  test('what is still owed afterwards is put off without a word', async (t) => {
    const { add, pass, ports, orders, reported } = await world(t)
    const mine = await add()
    pass(SETTLE_AFTER_MS)
    const round = await settleDue({ ...ports, pauseMs: () => 5 }, async (each) => each)
    assert.deepEqual([round, reported], [{ settled: 0, failed: 1 }, []])
    assert.equal((await orders.find(mine.order.id))?.schedule.dueAt, later(SETTLE_AFTER_MS + 5).toISOString())
  })

  test('ends after as many as may be under way of which none could be settled; one that is begins the count anew', async (t) => {
    const { add, pass, round, said, calls } = await world(t)
    for (let i = 0; i < IN_FLIGHT_MAX + 2; i++) await add()
    pass(SETTLE_AFTER_MS)
    said.hold = () => Promise.reject(LOST)
    assert.deepEqual(await round(), { settled: 0, failed: IN_FLIGHT_MAX })
    assert.equal(calls.length, IN_FLIGHT_MAX)
    pass(60_000)
    calls.length = 0
    said.hold = async () => {
      if (calls.length > 1) throw LOST
      return HELD_ANSWER
    }
    assert.deepEqual(await round(), { settled: 1, failed: IN_FLIGHT_MAX + 1 })
  })

  test('goes on while some take their time, until as many as may be are under way', async (t) => {
    const { add, pass, round, runtime, said, calls } = await world(t)
    for (let i = 0; i < IN_FLIGHT_MAX + 100; i++) await add()
    pass(SETTLE_AFTER_MS)
    const slow = Promise.withResolvers<HoldAnswer>()
    said.hold = () => slow.promise
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

  test('puts off by its attempts what failed alone, and as for the first time what failed with others', async (t) => {
    const { add, pass, round, said, orders } = await world(t)
    const mine = await add()
    pass(SETTLE_AFTER_MS)
    const dueIn = async (error: Error) => {
      said.hold = () => Promise.reject(error)
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

  test('claims one at a trial, none while the other service is down, and none when it may not go on', async (t) => {
    const { add, pass, round, said, calls, orders } = await world(t)
    for (let i = 0; i < 3; i++) await add()
    pass(SETTLE_AFTER_MS)
    said.circuit = 'open'
    assert.deepEqual(await round(), { settled: 0, failed: 0 })
    said.circuit = 'closed'
    assert.deepEqual(await round(() => false), { settled: 0, failed: 0 })
    assert.equal((await orders.backlog()).count, 3)
    said.circuit = 'half_open'
    said.hold = () => Promise.reject(LOST)
    assert.deepEqual(await round(), { settled: 0, failed: 1 })
    assert.equal(calls.length, 1)
    let turns = 0
    said.hold = async () => HELD_ANSWER
    assert.deepEqual(await round(() => ++turns <= 1), { settled: 1, failed: 0 })
  })

  test('holds what it claims by a lease, and waits for it also when claiming fails', async (t) => {
    const { add, pass, ports, settle, said, orders } = await world(t)
    const mine = await add()
    pass(SETTLE_AFTER_MS)
    said.hold = async () => {
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

  test('does not end before all it claimed is settled, also when it cannot go on', async (t) => {
    const { add, pass, ports, settle, said, orders } = await world(t)
    const [mine, other] = [await add(), await add()]
    pass(SETTLE_AFTER_MS)
    said.hold = async ({ id }) => {
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

suite('pulling in', () => {
  test('what was put off further than any ever is becomes due, on every page; the rest stays', async (t) => {
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

  test('writes nothing where nothing is late', async (t) => {
    const { add, ports, orders } = await world(t)
    await add()
    const quiet = { ...orders, reschedule: () => Promise.reject(new Error('written')) }
    await correctClockSkew({ ...ports, orders: quiet })
  })
})

test('the limits and times that others go by', () => {
  assert.deepEqual([LINES_MAX, QUANTITY_MAX, CLAIMS_MAX, IN_FLIGHT_MAX], [50, 10_000, 128, 512])
  assert.deepEqual(
    [SETTLE_AFTER_MS, LEASE_MS, NEXT_CLAIM_AFTER_MS, BACKOFF],
    [5_000, 15_000, 100, { firstMs: 250, maxMs: 5_000 }],
  )
})

test('each order added or saved is announced once it is kept, and no replay', async (t) => {
  const { orders } = await world(t)
  const told: string[] = []
  const announcing = notifyChanges(orders, ({ id, version }) => told.push(`${id} ${version}`))
  const mine = order({ idempotencyKey: 'k', id: uuid(1) })
  await announcing.addOnce(mine)
  await announcing.addOnce(order({ idempotencyKey: 'k', id: uuid(2) }))
  await announcing.save(requestCancel(mine, ADA, AT))
  await assert.rejects(announcing.save(requestCancel(mine, ADA, AT)), { code: 'version_conflict' })
  assert.deepEqual(told, [`${uuid(1)} 1`, `${uuid(1)} 2`])
})
