/** The checks are tested first: consistent stores pass, and each way of breaking them is found and named. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { brokenPromises, faultsOf, haveSettled, type SeenOrder, type StoreRecords } from './invariants.ts'

const KETTLE = { productId: 'kettle', quantity: 2, unitPriceMinor: 1999 }
const TWO_KETTLES = [KETTLE]
const KETTLES = { id: 'kettle', stock: 6, reserved: 2, version: 6, editVersion: 1, priceMinor: 1999 }

const order = (id: string, key: string | null, ...statuses: string[]) => ({
  id,
  userId: 'ada',
  key,
  status: statuses.at(-1)!,
  version: statuses.length,
  totalMinor: 3998,
  lines: TWO_KETTLES,
  history: statuses,
})

const consistent: StoreRecords = {
  products: [KETTLES],
  movements: [
    { productId: 'kettle', version: 1, delta: 10, stockAfter: 10, orderId: null },
    { productId: 'kettle', version: 2, delta: -2, stockAfter: 8, orderId: 'held' },
    { productId: 'kettle', version: 3, delta: -2, stockAfter: 6, orderId: 'sent' },
    { productId: 'kettle', version: 5, delta: -2, stockAfter: 4, orderId: 'undone' },
    { productId: 'kettle', version: 6, delta: 2, stockAfter: 6, orderId: 'undone' },
  ],
  reservations: [
    { orderId: 'held', status: 'held', lines: TWO_KETTLES },
    { orderId: 'sent', status: 'shipped', lines: TWO_KETTLES },
    { orderId: 'undone', status: 'released', lines: TWO_KETTLES },
    { orderId: 'refused', status: 'rejected', lines: [] },
  ],
  orders: [
    order('held', 'key 1', 'pending', 'confirmed'),
    order('sent', 'key 2', 'pending', 'confirmed', 'shipped'),
    order('undone', null, 'pending', 'confirmed', 'cancelling', 'cancelled'),
    order('refused', null, 'pending', 'rejected'),
  ],
}

/** The records above with one order, or one reservation, changed. */
const withOrder = (id: string, change: object): StoreRecords => ({
  ...consistent,
  orders: consistent.orders.map((one) => (one.id === id ? { ...one, ...change } : one)),
})
const withReservation = (id: string, change: object): StoreRecords => ({
  ...consistent,
  reservations: consistent.reservations.map((one) => (one.orderId === id ? { ...one, ...change } : one)),
})

suite('the records of the stores', () => {
  test('have no fault if they are consistent', () => {
    assert.deepEqual(faultsOf(consistent), [])
  })

  /** Everything before version 6 but the sale that is held. */
  const compacted = (...movements: StoreRecords['movements'][number][]): StoreRecords => ({
    ...consistent,
    movements: [
      { productId: 'kettle', version: 1, delta: 10, stockAfter: 10, orderId: null, opening: true },
      ...movements,
    ],
  })
  const held = { productId: 'kettle', version: 2, delta: -2, stockAfter: 8, orderId: 'held' }
  const later = { productId: 'kettle', version: 5, delta: -2, stockAfter: 6, orderId: null, opening: true }

  test('have no fault after older movements were replaced by opening balances', () => {
    assert.deepEqual(faultsOf(compacted(held, later)), [])
  })

  const broken: readonly [string, StoreRecords, RegExp][] = [
    [
      'a sale that is held went into an opening balance',
      compacted({ ...later, delta: -4 }),
      /^Invariant 2: the ledger moved 0 for order held of kettle/,
    ],
    [
      'an opening balance has another sum',
      compacted(held, { ...later, delta: -1, stockAfter: 7 }),
      /^Invariant 2: product kettle has stock 6, but its movements add up to 7/,
    ],
    [
      'stock below zero',
      { ...consistent, products: [{ ...KETTLES, stock: -1, reserved: 2 }] },
      /Invariant 1/,
    ],
    [
      'units sold past the ledger',
      { ...consistent, products: [{ ...KETTLES, stock: 7, reserved: 2 }] },
      /Invariant 2/,
    ],
    [
      'reserved units without a reservation',
      { ...consistent, products: [{ ...KETTLES, stock: 6, reserved: 3 }] },
      /Invariant 2/,
    ],
    ['a product without its movements', { ...consistent, movements: [] }, /Invariant 2/],
    [
      'a movement for an order that holds nothing',
      {
        ...consistent,
        products: [{ ...KETTLES, stock: 5, reserved: 2 }],
        movements: [
          ...consistent.movements,
          { productId: 'kettle', version: 7, delta: -1, stockAfter: 5, orderId: 'refused' },
        ],
      },
      /Invariant 2/,
    ],
    [
      'a movement that starts from what it did not see',
      {
        ...consistent,
        movements: consistent.movements.map((one) => (one.version === 3 ? { ...one, stockAfter: 8 } : one)),
      },
      /Invariant 2/,
    ],
    [
      'a change without its version',
      { ...consistent, products: [{ ...KETTLES, version: 5 }] },
      /Invariant 7/,
    ],
    ['one key with two orders', withOrder('sent', { key: 'key 1' }), /Invariant 4/],
    ['an order stuck pending', withOrder('refused', { status: 'pending' }), /Invariant 5/],
    [
      'a confirmed order whose stock was given back',
      withReservation('held', { status: 'released' }),
      /Invariant 6/,
    ],
    [
      'a shipped order whose stock is only held',
      withReservation('sent', { status: 'held' }),
      /Invariant 6: order sent is shipped, its reservation held/,
    ],
    [
      'a confirmed order whose stock has left',
      withReservation('held', { status: 'shipped' }),
      /Invariant 6: order held is confirmed, its reservation shipped/,
    ],
    ['a cancelled order that still holds', withReservation('undone', { status: 'held' }), /Invariant 6/],
    [
      'a confirmed order held for other lines',
      withReservation('held', { lines: [{ ...KETTLE, quantity: 1 }] }),
      /Invariant 6/,
    ],
    [
      'a confirmed order without a reservation',
      { ...consistent, reservations: consistent.reservations.filter(({ orderId }) => orderId !== 'held') },
      /Invariant 6/,
    ],
    [
      'stock held for an order that does not exist',
      { ...consistent, orders: consistent.orders.filter(({ id }) => id !== 'held') },
      /Invariant 6/,
    ],
    ['a version the history does not have', withOrder('held', { version: 3 }), /Invariant 7/],
    ['a history that lacks a change', withOrder('held', { history: ['confirmed'] }), /Invariant 7/],
    ['a total that is not the price of the lines', withOrder('held', { totalMinor: 3997 }), /Invariant 8/],
  ]
  for (const [what, records, expected] of broken) {
    test(`with ${what} are refused`, () => {
      assert.match(faultsOf(records).join('\n'), expected)
    })
  }
})

suite('orders', () => {
  test('have settled if nothing is under way for them (invariant 5)', () => {
    assert.equal(haveSettled(consistent), true)
  })
  const unsettled: readonly [string, StoreRecords][] = [
    ['one is pending', withOrder('refused', { status: 'pending' })],
    ['one is being cancelled', withOrder('undone', { status: 'cancelling' })],
    ['product_service has not heard of a shipment', withReservation('sent', { status: 'held' })],
  ]
  for (const [what, records] of unsettled) {
    test(`have not settled while ${what}`, () => assert.equal(haveSettled(records), false))
  }
})

suite('an answer that a buyer saw', () => {
  const seen: SeenOrder = {
    orderId: 'sent',
    userId: 'ada',
    key: 'key 2',
    status: 'confirmed',
    lines: TWO_KETTLES,
  }

  test('agrees with an order of the same or a later status', () => {
    assert.deepEqual(brokenPromises(consistent, [seen, { ...seen, status: 'pending' }]), [])
  })

  const broken: readonly [string, SeenOrder][] = [
    ['the order is gone', { ...seen, orderId: 'lost' }],
    ['it belongs to somebody else', { ...seen, userId: 'bob' }],
    ['it was made with another key', { ...seen, key: 'key 1' }],
    ['it has other lines', { ...seen, lines: [{ productId: 'kettle', quantity: 3 }] }],
    ['its status was rejected', { ...seen, status: 'rejected' }],
    ['its status was delivered', { ...seen, status: 'delivered' }],
  ]
  for (const [what, promise] of broken) {
    test(`contradicts the stores if ${what}`, () => {
      assert.equal(brokenPromises(consistent, [promise]).length, 1)
    })
  }
})
