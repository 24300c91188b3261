/** The audit log and the stores of a history: what agrees, and what is missing. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ChangeRecords, changeFaults, type Entry } from '../../shop/changes.ts'

const entry = (action: string, subjectId: string, ...changes: Entry['changes'][number][]): Entry => ({
  ...{ id: `entry ${action} ${changes[0]?.after}`, by: 'admin', action, subjectId, changes },
})
const change = (field: string, before: string | number | null, after: string | number | null) => ({
  ...{ field, before, after },
})
const movement = (version: number, delta: number, stockAfter: number, reason: string) => ({
  ...{ productId: 'mug', version, delta, stockAfter, orderId: null, reason, note: reason, by: 'admin' },
})

/** One that was sold, changed and removed. */
const PRODUCTS = [
  entry('product.created', 'mug', change('priceMinor', null, 100), change('stock', null, 5)),
  // As a clock that jumped sorts them.
  entry('product.price_changed', 'mug', change('priceMinor', 200, 100)),
  entry('product.price_changed', 'mug', change('priceMinor', 100, 200)),
  entry('stock.adjusted', 'mug', change('stock', 5, 8)),
  entry('product.deleted', 'mug'),
]
const RECORDS: ChangeRecords = {
  entries: {
    accounts: [entry('account.role_changed', 'bob', change('role', 'customer', 'admin'))],
    products: PRODUCTS,
    orders: [entry('order.status_changed', 'order', change('status', 'confirmed', 'shipped'))],
  },
  accounts: [{ id: 'bob', role: 'admin', roleChanges: 1 }],
  products: [{ id: 'mug', stock: 8, priceMinor: 100, editVersion: 6, removed: true }],
  movements: [movement(1, 5, 5, 'initial'), movement(3, 3, 8, 'adjustment'), movement(7, 1, 9, 'release')],
  orders: [
    {
      id: 'order',
      userId: 'ada',
      history: [
        { status: 'pending', by: 'ada' },
        { status: 'confirmed', by: 'system' },
        { status: 'shipped', by: 'admin' },
      ],
    },
  ],
}

suite('changes of admins', () => {
  test('that are all in the audit log are no fault, in whatever order', () => {
    assert.deepEqual(changeFaults(RECORDS), [])
  })

  for (const at of PRODUCTS.keys()) {
    const { action } = PRODUCTS[at]!
    test(`without an entry are faults: ${action}, ${at}`, () => {
      const products = PRODUCTS.filter((_, index) => index !== at)
      assert.notDeepEqual(changeFaults({ ...RECORDS, entries: { ...RECORDS.entries, products } }), [])
    })
    test(`with an entry twice are faults: ${action}, ${at}`, () => {
      const products = [...PRODUCTS, PRODUCTS[at]!]
      assert.notDeepEqual(changeFaults({ ...RECORDS, entries: { ...RECORDS.entries, products } }), [])
    })
  }

  for (const log of ['accounts', 'orders'] as const)
    test(`without their entries are faults: ${log}`, () => {
      assert.notDeepEqual(changeFaults({ ...RECORDS, entries: { ...RECORDS.entries, [log]: [] } }), [])
    })

  test('of a removed product are faults, but what was held comes back', () => {
    const sold = { ...RECORDS, movements: [...RECORDS.movements, movement(8, -1, 8, 'sale')] }
    assert.match(changeFaults(sold).join(), /movement \(sale\) at version 8, after it was removed at 6/)
  })

  test('that are made twice by one request are faults', () => {
    const twice = [...RECORDS.movements, movement(4, 3, 11, 'adjustment')]
    const products = [...PRODUCTS, entry('stock.adjusted', 'mug', change('stock', 8, 11))]
    const records = { ...RECORDS, movements: twice, entries: { ...RECORDS.entries, products } }
    assert.match(changeFaults(records).join(), /^4: the request to adjust .* was applied twice$/)
  })
})
