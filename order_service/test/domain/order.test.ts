import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { allowedFor, visibleTo } from '../../src/domain/change_order.ts'
import {
  EXPECTED_STATUSES,
  isFinal,
  ORDER_STATUSES,
  type Order,
  type OrderStatus,
  type Pending,
  REQUESTABLE,
} from '../../src/domain/order.ts'
import { orderAtVersion } from '../../src/domain/order_at_version.ts'
import { isSameRequest } from '../../src/domain/same_request.ts'
import { SETTLE_AFTER_MS, scheduleChanged, scheduleNew } from '../../src/domain/schedule.ts'
import {
  awaitPayment,
  capture,
  captured,
  confirm,
  confirmPayment,
  deliver,
  finishCancel,
  newOrder,
  reject,
  requestCancel,
  ship,
  transitionTo,
} from '../../src/domain/transitions.ts'
import { ADA, AT, BOB, draft, HELD, later, MUG, PAID, PEN, ROOT, SHORT, uuid } from '../samples.ts'

const NOW = later(1000)

/** The order as the store returns it from a save. */
const saved = <Saved extends Order>(order: Saved): Saved => ({ ...order, version: order.version + 1 })

const pending = newOrder(draft(), uuid(9), AT)
const confirmed = saved(confirm(pending, HELD, NOW))
const shipped = saved(ship(confirmed, ROOT, NOW))
const cancelling = saved(requestCancel(confirmed, ADA, NOW))
const paid = newOrder(draft({ checkout: PAID }), uuid(9), AT)
const awaiting = saved(awaitPayment(paid, HELD, NOW))
const capturing = saved(capture(saved(confirmPayment(awaiting, NOW)), ROOT, NOW))
const IN: { [Status in OrderStatus]: Extract<Order, { status: Status }> } = {
  pending,
  awaiting_payment: awaiting,
  confirmed,
  capturing,
  rejected: saved(reject(pending, SHORT, NOW)),
  shipped,
  delivered: saved(deliver(shipped, ROOT, NOW)),
  cancelling,
  cancelled: saved(finishCancel(cancelling, NOW)),
}

/** Every transition, for calls without type checks. */
const TRANSITIONS: Record<string, (order: never) => Order> = {
  confirm: (order: Pending) => confirm(order, HELD, NOW),
  reject: (order: Pending) => reject(order, SHORT, NOW),
  requestCancel: (order: Pending) => requestCancel(order, ADA, NOW),
  finishCancel: (order: typeof cancelling) => finishCancel(order, NOW),
  ship: (order: typeof confirmed) => ship(order, ROOT, NOW),
  deliver: (order: typeof shipped) => deliver(order, ROOT, NOW),
  awaitPayment: (order: Pending) => awaitPayment(order, HELD, NOW),
  confirmPayment: (order: typeof awaiting) => confirmPayment(order, NOW),
  capture: (order: typeof confirmed) => capture(order, ROOT, NOW),
  captured: (order: typeof capturing) => captured(order, NOW),
}

/** The transition table, repeated literally: the status after each transition. */
const STATUS_AFTER: Record<OrderStatus, Partial<Record<keyof typeof TRANSITIONS, OrderStatus>>> = {
  pending: {
    ...{ confirm: 'confirmed', reject: 'rejected', requestCancel: 'cancelling' },
    // By their types alone the others of the same target are distinguished.
    ...{ awaitPayment: 'awaiting_payment', confirmPayment: 'confirmed' },
  },
  awaiting_payment: { confirmPayment: 'confirmed', confirm: 'confirmed', requestCancel: 'cancelling' },
  confirmed: { requestCancel: 'cancelling', ship: 'shipped', capture: 'capturing', captured: 'shipped' },
  capturing: { captured: 'shipped', ship: 'shipped', confirmPayment: 'confirmed', confirm: 'confirmed' },
  rejected: {},
  shipped: { deliver: 'delivered' },
  delivered: {},
  cancelling: { finishCancel: 'cancelled' },
  cancelled: {},
}

suite('the transition table', () => {
  for (const status of ORDER_STATUSES) {
    for (const [name, transition] of Object.entries(TRANSITIONS)) {
      const to = STATUS_AFTER[status][name]
      test(`${name} of a ${status} order ${to ? `makes it ${to}` : 'is refused'}`, () => {
        if (to === undefined) {
          assert.throws(() => transition(IN[status] as never), { code: 'illegal_transition' })
          return
        }
        const before = structuredClone(IN[status])
        const after = transition(IN[status] as never)
        assert.deepEqual(IN[status], before, 'the original is not changed')
        assert.equal(after.status, to)
        assert.equal(after.version, before.version, 'the store counts versions, not the transition')
        assert.deepEqual(after.history.slice(0, -1), before.history)
        assert.deepEqual(after.history.at(-1)?.at, NOW.toISOString())
      })
    }
    test(`${status} is ${isFinal(status) ? 'final' : 'not final'}`, () => {
      assert.equal(isFinal(status), Object.keys(STATUS_AFTER[status]).length === 0)
    })
  }

  test('the expected statuses, in this order', () => {
    assert.deepEqual(EXPECTED_STATUSES, ['pending', 'confirmed', 'shipped', 'delivered'])
  })

  for (const [status, order] of Object.entries(IN)) {
    test(`a ${status} order has as many history entries as versions`, () => {
      assert.equal(order.version, order.history.length)
    })
  }
})

suite('the schedule after a transition', () => {
  const due = later(SETTLE_AFTER_MS, NOW).toISOString()
  const before = { dueAt: undefined, attempts: 3, fence: 2 }
  const expected: Record<Exclude<OrderStatus, 'pending'>, string | undefined> = {
    awaiting_payment: due,
    confirmed: undefined,
    capturing: due,
    rejected: undefined,
    shipped: due,
    delivered: undefined,
    cancelling: due,
    cancelled: undefined,
  }
  test('a new order is due after SETTLE_AFTER_MS (invariant 5)', () => {
    const dueAt = later(SETTLE_AFTER_MS).toISOString()
    assert.deepEqual(scheduleNew(pending, AT), {
      order: pending,
      schedule: { dueAt, attempts: 0, fence: 0 },
    })
  })

  for (const [status, dueAt] of Object.entries(expected) as [keyof typeof expected, string | undefined][]) {
    test(`a ${status} order is due ${dueAt ?? 'never'} (invariant 5)`, () => {
      const order = IN[status]
      assert.deepEqual(scheduleChanged(order, before, NOW), {
        order,
        schedule: { dueAt, attempts: 0, fence: 2 },
      })
    })
  }

  test('an order delivered before its shipment was recorded stays unsettled (invariant 5)', () => {
    const { schedule } = scheduleChanged(IN.delivered, { ...before, dueAt: due }, later(9_000))
    assert.deepEqual(schedule, { dueAt: due, attempts: 0, fence: 2 })
  })
})

suite('confirm', () => {
  test('takes names and prices from the reservation', () => {
    assert.deepEqual(confirmed.lines, HELD)
  })

  const wrong: [string, typeof HELD][] = [
    ['other units', [{ ...HELD[0]!, quantity: 1 }]],
    ['another product', [{ ...HELD[0]!, productId: PEN }]],
    ['nothing', []],
    ['one line more', [...HELD, { productId: PEN, quantity: 1, name: 'Pen', unitPriceMinor: 0 }]],
    ['8: another price', [{ ...HELD[0]!, unitPriceMinor: 1998 }]],
  ]
  for (const [what, lines] of wrong) {
    test(`refuses a reservation that holds ${what} (invariant 6)`, () => {
      assert.throws(() => confirm(pending, lines, NOW), /not what the order asked for/)
    })
  }
})

suite('the same request', () => {
  const two = {
    lines: [
      { productId: MUG, quantity: 2 },
      { productId: PEN, quantity: 1 },
    ],
  }
  const order = (changes: object) => newOrder(draft({ ...two, ...changes }), uuid(9), AT)
  const cases: [string, object, boolean][] = [
    ['no difference', {}, true],
    ['lines in another order', { lines: two.lines.toReversed() }, true],
    ['another quantity', { lines: [{ productId: MUG, quantity: 1 }, two.lines[1]] }, false],
    [
      'quantities swapped',
      {
        lines: [
          { productId: MUG, quantity: 1 },
          { productId: PEN, quantity: 2 },
        ],
      },
      false,
    ],
    ['a line less', { lines: [two.lines[0]] }, false],
    ['another total', { totalMinor: 1 }, false],
    ['another currency', { currency: 'EUR' }, false],
  ]
  for (const [what, changes, same] of cases) {
    test(`${what}: ${same ? 'yes' : 'no'}`, () => {
      assert.equal(isSameRequest(order({}), order(changes)), same)
      assert.equal(isSameRequest(order(changes), order({})), same)
    })
  }
})

suite('an order at an earlier version', () => {
  const stages: [string, readonly Order[]][] = [
    ['delivered', [pending, confirmed, shipped, IN.delivered]],
    ['cancelled after it was confirmed', [pending, confirmed, cancelling, IN.cancelled]],
    ['rejected', [pending, IN.rejected]],
  ]
  const early = saved(requestCancel(pending, ADA, NOW))
  stages.push(['cancelled while pending', [pending, early, saved(finishCancel(early, later(2000)))]])
  for (const [what, versions] of stages) {
    test(`${what}: equals what was read at each version`, () => {
      const last = versions.at(-1)!
      for (const [i, then] of versions.entries()) assert.deepEqual(orderAtVersion(last, i + 1), then)
      assert.equal(orderAtVersion(last, versions.length), last)
      assert.equal(orderAtVersion(last, versions.length + 1), last)
    })
  }

  test('version 0 is version 1', () => {
    assert.equal(orderAtVersion(pending, 0), pending)
  })
})

suite('who may do what (invariant 10)', () => {
  const admin = { userId: ROOT, admin: true }
  const owner = { userId: ADA, admin: false }
  const other = { userId: BOB, admin: false }
  const expected: Record<OrderStatus, [OrderStatus[], OrderStatus[]]> = {
    pending: [['cancelled'], ['cancelled']],
    awaiting_payment: [['cancelled'], ['cancelled']],
    capturing: [[], []],
    confirmed: [['cancelled', 'shipped'], ['cancelled']],
    rejected: [[], []],
    shipped: [['delivered'], []],
    delivered: [[], []],
    cancelling: [[], []],
    cancelled: [[], []],
  }
  for (const status of ORDER_STATUSES) {
    const [asAdmin, asOwner] = expected[status]
    test(`a ${status} order: admin ${asAdmin.join(', ') || 'nothing'}; owner ${asOwner.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(allowedFor(admin, IN[status]), asAdmin)
      assert.deepEqual(allowedFor(owner, IN[status]), asOwner)
    })
  }

  for (const status of ORDER_STATUSES) {
    for (const to of ORDER_STATUSES) {
      const may = (REQUESTABLE[status] as readonly OrderStatus[]).includes(to)
      test(`a person ${may ? 'may' : 'may not'} request ${to} for a ${status} order`, () => {
        const changed = transitionTo(to, IN[status], ROOT, NOW)
        const wanted = to === 'cancelled' ? 'cancelling' : to
        assert.deepEqual(
          [changed?.status, changed?.history.at(-1)?.by],
          may ? [wanted, ROOT] : [undefined, undefined],
        )
      })
    }
  }

  test('it exists for its owner and for admins only', () => {
    const stored = scheduleNew(pending, AT)
    assert.equal(visibleTo(admin, stored), stored)
    assert.equal(visibleTo(owner, stored), stored)
    assert.throws(() => visibleTo(other, stored), { code: 'order_not_found' })
    assert.throws(() => visibleTo(admin, undefined), { code: 'order_not_found' })
  })
})
