/** Records of orders: what is written is read back unchanged, and an invalid record is refused. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Checkout } from '../../src/domain/checkout.ts'
import { type OrderRecord, readOrder, recordOf } from '../../src/domain/order_record.ts'
import type { StoredOrder } from '../../src/domain/schedule.ts'
import { ADA, AT, BUYER, HELD, later, MUG, PEN, SHORT } from '../samples.ts'
import { pending, rejected, STORED } from '../stored_orders.ts'

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
    number: mine.number,
    userId: ADA,
    linkedTo: undefined,
    idempotencyKey: 'k',
    status: 'rejected',
    lines: [{ productId: MUG, quantity: 2 }],
    totalMinor: 3998,
    currency: 'USD',
    checkout: undefined,
    tracking: undefined,
    isOwnerless: false,
    erasedAt: undefined,
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
  const { rejection } = recordOf(STORED.rejected!)
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
  const checkout = of('quoted').checkout!
  const [line] = checkout.lines as [Checkout['lines'][number]]
  const quoted = (changes: Partial<Checkout>) => ({ ...of('quoted'), checkout: { ...checkout, ...changes } })
  const cases: [string, string, Record<keyof OrderRecord, unknown> | OrderRecord][] = [
    ['an id that is a number', 'ids', { ...of('pending'), id: 1 }],
    ['an id that is empty', 'ids', { ...of('pending'), id: '' }],
    ['a number that is text', 'ids', { ...of('pending'), number: '10001' }],
    ['no user', 'ids', { ...of('pending'), userId: undefined }],
    ['an erasure at no time', 'times', { ...of('pending'), erasedAt: '' }],
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
    ['a rejected order without a rejection', 'reasons', { ...of('rejected'), rejection: undefined }],
    ['a rejection of another status', 'reasons', { ...of('confirmed'), rejection: of('rejected').rejection }],
    ['a rejection that is not an object', 'reasons', { ...of('rejected'), rejection: 1 }],
    ['another reason', 'reasons', { ...of('rejected'), rejection: { reason: 'mood' } }],
    [
      'a shortage that is not a number',
      'reasons',
      {
        ...of('rejected'),
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
    ['a checkout that is no object', 'amounts', { ...of('quoted'), checkout: 'x' }],
    ['an address without a city', 'addresses', quoted({ address: { ...BUYER.address, city: '' } })],
    ['another language', 'addresses', quoted({ language: 'xx' as never })],
    [
      'a tax that does not fit its gross amount',
      'taxes',
      quoted({ lines: [{ ...line, taxMinor: line.taxMinor + 1 }] }),
    ],
    ['a total that is not that of its lines', 'taxes', quoted({ totalMinor: 1 })],
    ['a checkout without shipping or null', 'taxes', quoted({ shipping: undefined as never })],
    [
      'a checkout of other lines',
      'taxes',
      { ...of('quoted'), lines: [...HELD, { ...HELD[0], productId: PEN }] },
    ],
    ['no creation time', 'times', { ...of('pending'), createdAt: null }],
    ['no time of the last change', 'times', { ...of('pending'), updatedAt: '' }],
    ['a due time that is a number', 'times', { ...of('pending'), dueAt: 1 }],
    ['a pending order that is never due', 'times', { ...of('pending'), dueAt: undefined }],
    ['a cancelling order that is never due', 'times', { ...of('cancelling'), dueAt: undefined }],
    ['a confirmed order that is due', 'times', { ...of('confirmed'), dueAt: AT.toISOString() }],
    ['a rejected order that is due', 'times', { ...of('rejected'), dueAt: AT.toISOString() }],
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
