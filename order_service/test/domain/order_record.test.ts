/** Records of orders: what is written is read back unchanged, and an invalid record is refused. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Rejection } from '../../src/domain/order.ts'
import { type OrderRecord, readOrder, recordOf } from '../../src/domain/order_record.ts'
import { nextVersion as next, type StoredOrder } from '../../src/domain/schedule.ts'
import {
  ADA,
  AT,
  confirm,
  deliver,
  finishCancel,
  HELD,
  later,
  MUG,
  order,
  PEN,
  ROOT,
  reject,
  requestCancel,
  SHORT,
  settled,
  ship,
} from '../samples.ts'

const pending = order({ idempotencyKey: 'k', attempts: 2, fence: 3 })
const confirmed = next(confirm(pending, HELD, later(1)))
const shipped = next(ship(confirmed, ROOT, later(2)))
const cancelling = next(requestCancel(pending, ADA, later(1)))
const rejected = (rejection: Rejection) => next(reject(pending, rejection, later(1)))

const STORED: Record<string, StoredOrder> = {
  pending,
  'without a key': order(),
  confirmed,
  shipped,
  'shipped and settled': settled(shipped),
  delivered: next(deliver(shipped, ROOT, later(3))),
  'delivered and settled': next(deliver(settled(shipped), ROOT, later(3))),
  cancelling,
  'cancelling after it was confirmed': next(requestCancel(confirmed, ADA, later(2))),
  cancelled: next(finishCancel(cancelling, later(2))),
  'cancelled after it was confirmed': next(
    finishCancel(next(requestCancel(confirmed, ADA, later(2))), later(3)),
  ),
  'without stock': rejected(SHORT),
  'without stock, and above the largest amount': rejected({ ...SHORT, totalMinor: undefined }),
  'of an unknown product': rejected({ reason: 'product_not_found', unknownProducts: [PEN] }),
  'at another price': rejected({ reason: 'price_changed', totalMinor: 1 }),
}

suite('a written order is read back unchanged', () => {
  for (const [what, stored] of Object.entries(STORED)) {
    test(what, () => assert.deepEqual(readOrder(recordOf(stored)), stored))
  }
})

test('the format of stored records does not change', () => {
  const at = AT.toISOString()
  const { order: mine, schedule } = STORED['of an unknown product']!
  assert.deepEqual(recordOf({ order: mine, schedule } as StoredOrder), {
    id: mine.id,
    userId: ADA,
    idempotencyKey: 'k',
    status: 'rejected',
    lines: [{ productId: MUG, quantity: 2 }],
    totalMinor: 3998,
    currency: 'USD',
    rejection: { reason: 'product_not_found', shortages: [], unknownProducts: [PEN] },
    history: [
      { status: 'pending', at, by: ADA },
      { status: 'rejected', at: later(1).toISOString(), by: 'system' },
    ],
    version: 2,
    createdAt: at,
    updatedAt: later(1).toISOString(),
    dueAt: undefined,
    attempts: 0,
    fence: 3,
  })
  const { rejection } = recordOf(STORED['without stock']!)
  assert.deepEqual(rejection, { ...SHORT, unknownProducts: [] })
  assert.deepEqual(Object.keys(recordOf(rejected({ ...SHORT, totalMinor: undefined })).rejection!), [
    'reason',
    'shortages',
    'unknownProducts',
  ])
})

suite('an invalid record is refused, and the message names the part', () => {
  const of = (name: string) => recordOf(STORED[name]!)
  const entries = of('confirmed').history
  const cases: [string, string, Record<keyof OrderRecord, unknown> | OrderRecord][] = [
    ['an id that is a number', 'ids', { ...of('pending'), id: 1 }],
    ['an id that is empty', 'ids', { ...of('pending'), id: '' }],
    ['no user', 'ids', { ...of('pending'), userId: undefined }],
    ['a key that is empty', 'ids', { ...of('pending'), idempotencyKey: '' }],
    ['another status', 'statuses', { ...of('pending'), status: 'lost' }],
    ['no lines', 'lines', { ...of('pending'), lines: [] }],
    ['lines that are not a list', 'lines', { ...of('pending'), lines: {} }],
    ['a line that is not an object', 'lines', { ...of('pending'), lines: [1] }],
    ['a line without a product', 'lines', { ...of('pending'), lines: [{ quantity: 1 }] }],
    ['half a unit', 'lines', { ...of('pending'), lines: [{ productId: MUG, quantity: 0.5 }] }],
    ['a negative quantity', 'lines', { ...of('pending'), lines: [{ productId: MUG, quantity: -1 }] }],
    ['a quantity as text', 'lines', { ...of('pending'), lines: [{ productId: MUG, quantity: '1' }] }],
    ['a confirmed line without a price', 'lines', { ...of('confirmed'), lines: pending.order.lines }],
    ['a shipped line without a price', 'lines', { ...of('shipped'), lines: pending.order.lines }],
    ['a delivered line without a price', 'lines', { ...of('delivered'), lines: pending.order.lines }],
    ['a line without a name', 'lines', { ...of('confirmed'), lines: [{ ...HELD[0], name: '' }] }],
    [
      'a line without a price that was confirmed before it was cancelled',
      'lines',
      { ...of('cancelled after it was confirmed'), lines: pending.order.lines },
    ],
    ['a total as text', 'amounts', { ...of('pending'), totalMinor: '1' }],
    ['no currency', 'amounts', { ...of('pending'), currency: '' }],
    ['a rejected order without a rejection', 'reasons', { ...of('without stock'), rejection: undefined }],
    [
      'a rejection of another status',
      'reasons',
      { ...of('confirmed'), rejection: of('without stock').rejection },
    ],
    ['a rejection that is not an object', 'reasons', { ...of('without stock'), rejection: 1 }],
    ['another reason', 'reasons', { ...of('without stock'), rejection: { reason: 'mood' } }],
    [
      'a shortage that is not a number',
      'reasons',
      {
        ...of('without stock'),
        rejection: { ...SHORT, shortages: [{ productId: MUG, requested: 1, available: null }] },
      },
    ],
    [
      'a current total as text',
      'reasons',
      { ...of('at another price'), rejection: { reason: 'price_changed', totalMinor: '' } },
    ],
    [
      'an unknown product that is a number',
      'reasons',
      { ...of('of an unknown product'), rejection: { reason: 'product_not_found', unknownProducts: [1] } },
    ],
    ['no history', 'changes', { ...of('pending'), history: [], version: 0 }],
    ['a history that is not a list', 'changes', { ...of('pending'), history: null }],
    ['another version than its history', 'changes', { ...of('confirmed'), version: 3 }],
    ['a history that begins elsewhere', 'changes', { ...of('confirmed'), history: [entries[1], entries[1]] }],
    ['a history that leads elsewhere', 'changes', { ...of('confirmed'), status: 'shipped' }],
    [
      'a transition that does not exist',
      'changes',
      {
        ...of('confirmed'),
        history: [entries[0], { ...entries[1], status: 'delivered' }],
        status: 'delivered',
      },
    ],
    [
      'an entry without a time',
      'changes',
      { ...of('confirmed'), history: [entries[0], { ...entries[1], at: '' }] },
    ],
    [
      'an entry whose author is not a text',
      'changes',
      { ...of('confirmed'), history: [entries[0], { ...entries[1], by: 1 }] },
    ],
    [
      'an entry of another status',
      'changes',
      { ...of('pending'), history: [{ ...entries[0], status: 'x' }] },
    ],
    ['no creation time', 'times', { ...of('pending'), createdAt: null }],
    ['no time of the last change', 'times', { ...of('pending'), updatedAt: '' }],
    ['a due time that is a number', 'times', { ...of('pending'), dueAt: 1 }],
    ['a pending order that is never due', 'times', { ...of('pending'), dueAt: undefined }],
    ['a cancelling order that is never due', 'times', { ...of('cancelling'), dueAt: undefined }],
    ['a confirmed order that is due', 'times', { ...of('confirmed'), dueAt: AT.toISOString() }],
    ['a rejected order that is due', 'times', { ...of('without stock'), dueAt: AT.toISOString() }],
    ['a cancelled order that is due', 'times', { ...of('cancelled'), dueAt: AT.toISOString() }],
    ['attempts beyond what can be counted', 'counts', { ...of('pending'), attempts: 2 ** 60 }],
    ['no fence', 'counts', { ...of('pending'), fence: undefined }],
  ]
  for (const [what, part, record] of cases) {
    test(what, () => {
      assert.throws(() => readOrder(record), { message: `its ${part} are not those of an order` })
    })
  }
})
