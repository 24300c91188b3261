/** Stored reservations: they are read as they were written, and invalid records are refused. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Held, Rejected, Rejection, Reservation } from '../../src/domain/reservation.ts'
import { type ReservationRecord, readReservation, recordOf } from '../../src/domain/reservation_record.ts'

const [AT, LATER] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z']
const decided = { orderId: 'o', createdAt: AT, updatedAt: LATER }
const lines = [{ productId: 'a', name: 'Tea', unitPriceMinor: 100, quantity: 2 }]
const shortages = [{ productId: 'a', requested: 2, available: 1 }]
const held: Held = { ...decided, status: 'held', lines, totalMinor: 200 }
const rejected = (rejection: Rejection): Rejected => ({ ...decided, status: 'rejected', ...rejection })

const RESERVATIONS: Record<string, Reservation> = {
  held,
  shipped: { ...held, status: 'shipped' },
  released: { ...decided, status: 'released', holding: { lines, totalMinor: 200 } },
  'a tombstone': { ...decided, status: 'released', holding: null },
  'of an unknown product': rejected({ reason: 'product_not_found', unknownProducts: ['a'] }),
  'without stock': rejected({ reason: 'insufficient_stock', shortages, totalMinor: 200 }),
  'without stock, and dearer than an order may be': rejected({
    reason: 'insufficient_stock',
    shortages,
    totalMinor: null,
  }),
  'at another price': rejected({ reason: 'price_changed', totalMinor: 0 }),
}
const of = (name: string) => recordOf(RESERVATIONS[name]!)

suite('a reservation is read as it was written', () => {
  for (const [what, reservation] of Object.entries(RESERVATIONS)) {
    test(what, () => assert.deepEqual(readReservation(recordOf(reservation)), reservation))
  }
})

test('the record has the format of existing stores', () => {
  const empty = { ...decided, lines: [], totalMinor: null, reason: null, shortages: [], unknownProducts: [] }
  assert.deepEqual(of('held'), { ...empty, status: 'held', lines, totalMinor: 200 })
  assert.deepEqual(of('shipped'), { ...empty, status: 'shipped', lines, totalMinor: 200 })
  assert.deepEqual(of('released'), { ...empty, status: 'released', lines, totalMinor: 200 })
  assert.deepEqual(of('a tombstone'), { ...empty, status: 'released' })
  const refused = { ...empty, status: 'rejected' }
  assert.deepEqual(of('of an unknown product'), {
    ...refused,
    reason: 'product_not_found',
    unknownProducts: ['a'],
  })
  assert.deepEqual(of('without stock'), {
    ...refused,
    reason: 'insufficient_stock',
    shortages,
    totalMinor: 200,
  })
  assert.deepEqual(of('at another price'), { ...refused, reason: 'price_changed', totalMinor: 0 })
})

suite('an invalid record is refused, and the wrong part is named', () => {
  const line = lines[0]!
  const cases: [string, string, { [Field in keyof ReservationRecord]: unknown }][] = [
    ['lines that are no list', 'lines', { ...of('held'), lines: {} }],
    ['a line that is nothing', 'lines', { ...of('held'), lines: [null] }],
    ['a line of no product', 'lines', { ...of('held'), lines: [{ ...line, productId: 1 }] }],
    ['a line without a name', 'lines', { ...of('held'), lines: [{ ...line, name: undefined }] }],
    ['half a unit', 'lines', { ...of('held'), lines: [{ ...line, quantity: 0.5 }] }],
    ['fewer than no units', 'lines', { ...of('held'), lines: [{ ...line, quantity: -1 }] }],
    ['a price that is a text', 'lines', { ...of('held'), lines: [{ ...line, unitPriceMinor: '1' }] }],
    ['shortages of a held one', 'reasons', { ...of('held'), shortages: [7] }],
    [
      'units asked that are a text',
      'reasons',
      { ...of('held'), shortages: [{ ...shortages[0], requested: '' }] },
    ],
    [
      'units left that are nothing',
      'reasons',
      { ...of('held'), shortages: [{ ...shortages[0], available: null }] },
    ],
    [
      'a shortage of no product',
      'reasons',
      { ...of('held'), shortages: [{ ...shortages[0], productId: 1 }] },
    ],
    ['unknown products that are no list', 'reasons', { ...of('held'), unknownProducts: {} }],
    ['an unknown product that is a number', 'reasons', { ...of('held'), unknownProducts: [1] }],
    ['a total that is a text', 'fields', { ...of('held'), totalMinor: '1' }],
    ['a held one without a total', 'fields', { ...of('held'), totalMinor: null }],
    ['a released one with lines and no total', 'fields', { ...of('released'), totalMinor: null }],
    ['no order', 'fields', { ...of('held'), orderId: null }],
    ['no time of making', 'fields', { ...of('held'), createdAt: null }],
    ['no time of change', 'fields', { ...of('held'), updatedAt: 1 }],
    ['another status', 'fields', { ...of('held'), status: 'lost' }],
    ['a rejected one without a reason', 'fields', { ...of('without stock'), reason: null }],
  ]
  for (const [what, part, record] of cases) {
    test(what, () => {
      assert.throws(() => readReservation(record), { message: `its ${part} are not those of a reservation` })
    })
  }
})

/** What the compiler refuses; see order_service/test/domain/order_types.test.ts. None of it runs. */
export function types(reservation: Reservation, refused: Rejected) {
  // @ts-expect-error a tombstone has no lines
  reservation.lines
  // @ts-expect-error a held one has no reason
  held.reason
  // @ts-expect-error what is held has a total
  const without: Held = { ...held, totalMinor: null }
  // @ts-expect-error shortages belong to another reason
  if (refused.reason === 'price_changed') refused.shortages
  if (refused.reason === 'insufficient_stock') refused.shortages
  return without
}
