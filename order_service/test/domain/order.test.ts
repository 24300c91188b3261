import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { allowedFor, visibleTo } from '../../src/domain/change_order.ts'
import {
  asksTheSame,
  asOf,
  cancelled,
  confirm,
  deliver,
  EXPECTED_STATUSES,
  isFinal,
  newOrder,
  ORDER_STATUSES,
  type Order,
  type OrderStatus,
  reject,
  requestCancel,
  SETTLE_AFTER_MS,
  ship,
} from '../../src/domain/order.ts'
import { ADA, AT, BOB, draft, HELD, later, MUG, PEN, ROOT, SHORT, uuid } from '../samples.ts'

const NOW = later(1000)

/** What the store does to a saved order. */
const saved = (order: Order): Order => ({ ...order, version: order.version + 1 })

const pending = newOrder(draft(), uuid(9), AT)
const confirmed = saved(confirm(pending, HELD, NOW))
const shipped = saved(ship(confirmed, ROOT, NOW))
const cancelling = saved(requestCancel(confirmed, ADA, NOW))
const IN: Record<OrderStatus, Order> = {
  pending,
  confirmed,
  rejected: saved(reject(pending, SHORT, NOW)),
  shipped,
  delivered: saved(deliver({ ...shipped, dueAt: undefined }, ROOT, NOW)),
  cancelling,
  cancelled: saved(cancelled(cancelling, NOW)),
}

const MOVES: Record<string, (order: Order) => Order> = {
  confirm: (order) => confirm(order, HELD, NOW),
  reject: (order) => reject(order, SHORT, NOW),
  requestCancel: (order) => requestCancel(order, ADA, NOW),
  cancelled: (order) => cancelled(order, NOW),
  ship: (order) => ship(order, ROOT, NOW),
  deliver: (order) => deliver(order, ROOT, NOW),
}

/** The whole table, written out a second time: where each move leads from each status. */
const LEADS_TO: Record<OrderStatus, Partial<Record<keyof typeof MOVES, OrderStatus>>> = {
  pending: { confirm: 'confirmed', reject: 'rejected', requestCancel: 'cancelling' },
  confirmed: { requestCancel: 'cancelling', ship: 'shipped' },
  rejected: {},
  shipped: { deliver: 'delivered' },
  delivered: {},
  cancelling: { cancelled: 'cancelled' },
  cancelled: {},
}

suite('the transition table', () => {
  for (const status of ORDER_STATUSES) {
    for (const [name, move] of Object.entries(MOVES)) {
      const to = LEADS_TO[status][name]
      test(`${name} of a ${status} order ${to ? `makes it ${to}` : 'is refused'}`, () => {
        if (to === undefined) {
          assert.throws(() => move(IN[status]), { code: 'illegal_transition' })
          return
        }
        const before = structuredClone(IN[status])
        const after = move(IN[status])
        assert.deepEqual(IN[status], before, 'the original is untouched')
        assert.equal(after.status, to)
        assert.equal(after.version, before.version, 'the store counts, not the move')
        assert.deepEqual(after.history.slice(0, -1), before.history)
        assert.deepEqual(after.history.at(-1)?.at, NOW.toISOString())
      })
    }
    test(`${status} is ${isFinal(status) ? 'final' : 'not final'}`, () => {
      assert.equal(isFinal(status), Object.keys(LEADS_TO[status]).length === 0)
    })
  }

  test('an order that goes well takes these steps', () => {
    assert.deepEqual(EXPECTED_STATUSES, ['pending', 'confirmed', 'shipped', 'delivered'])
  })

  for (const [status, order] of Object.entries(IN)) {
    test(`a ${status} order has as many history entries as versions`, () => {
      assert.equal(order.version, order.history.length)
    })
  }
})

suite('what is owed is written down', () => {
  const due = later(SETTLE_AFTER_MS, NOW).toISOString()
  const expected: Record<OrderStatus, string | undefined> = {
    pending: later(SETTLE_AFTER_MS).toISOString(),
    confirmed: undefined,
    rejected: undefined,
    shipped: due,
    delivered: undefined,
    cancelling: due,
    cancelled: undefined,
  }
  for (const status of ORDER_STATUSES) {
    test(`a ${status} order is due ${expected[status] ?? 'never'} (invariant 5)`, () => {
      assert.equal(IN[status].dueAt, expected[status])
    })
  }

  test('a parcel that arrives before its shipment was reported leaves the report owed (invariant 5)', () => {
    assert.equal(deliver(shipped, ROOT, NOW).dueAt, due)
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

suite('two requests ask for the same', () => {
  const two = {
    lines: [
      { productId: MUG, quantity: 2 },
      { productId: PEN, quantity: 1 },
    ],
  }
  const order = (changes: object) => newOrder(draft({ ...two, ...changes }), uuid(9), AT)
  const cases: [string, object, boolean][] = [
    ['all alike', {}, true],
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
      assert.equal(asksTheSame(order({}), order(changes)), same)
      assert.equal(asksTheSame(order(changes), order({})), same)
    })
  }
})

suite('an order as it was', () => {
  test('shows each version as it could have been read then', () => {
    const last = IN.cancelled
    assert.deepEqual(
      [1, 2, 3, 4].map((version) => asOf(last, version).status),
      ['pending', 'confirmed', 'cancelling', 'cancelled'],
    )
    assert.deepEqual(asOf(last, 1).lines, pending.lines)
    assert.deepEqual(asOf(last, 2).lines, HELD)
    assert.deepEqual(asOf(last, 2).history, confirmed.history)
    assert.equal(asOf(IN.rejected, 1).rejection, undefined)
    assert.equal(asOf(last, 4), last)
  })
})

suite('who may do what (invariant 10)', () => {
  const admin = { userId: ROOT, admin: true }
  const owner = { userId: ADA, admin: false }
  const other = { userId: BOB, admin: false }
  const expected: Record<OrderStatus, [OrderStatus[], OrderStatus[]]> = {
    pending: [['cancelled'], ['cancelled']],
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

  test('it exists for its owner and for admins only', () => {
    assert.equal(visibleTo(admin, pending), pending)
    assert.equal(visibleTo(owner, pending), pending)
    assert.throws(() => visibleTo(other, pending), { code: 'order_not_found' })
    assert.throws(() => visibleTo(admin, undefined), { code: 'order_not_found' })
  })
})
