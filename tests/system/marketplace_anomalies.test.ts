/** The search for anomalies is tested first: a run without any has none, and each kind that is planted is found and named. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { anomaliesOf, countAnomalies } from '../../bench/marketplace/anomalies.ts'
import { createRecord, type MarketRecord, type Sale, type Window } from '../../bench/marketplace/record.ts'
import type { StoreRecords } from './invariants.ts'

const during = (calledAt: number, returnedAt: number): Window => ({ calledAt, returnedAt })
const LINES = [{ productId: 'mug', quantity: 2, unitPriceMinor: 300 }]
const TWO_MUGS = [{ productId: 'mug', quantity: 2, unitPriceMinor: 300 }]

/** A mug at 3.00, later at 4.00; `a` is bought and shipped, `b` is refused since the price had changed, and a cup leaves. */
function run(): { record: MarketRecord; stores: StoreRecords } {
  const record = createRecord()
  record.stocked.set('mug', 10).set('cup', 5)
  const filled = during(0, 0)
  record.prices.push(
    { productId: 'mug', priceMinor: 300, version: 1, ...filled },
    { productId: 'cup', priceMinor: 200, version: 1, ...filled },
    { productId: 'mug', priceMinor: 400, version: 4, ...during(60, 70) },
  )
  record.removals.push({ productId: 'cup', ...during(80, 90) })
  const sale = { userId: 'ada', lines: LINES }
  record.sales.set('a', { ...sale, id: 'a', key: 'key a', placed: during(10, 20), shipped: during(40, 50) })
  record.sales.set('b', {
    ...sale,
    id: 'b',
    key: 'key b',
    placed: during(71, 79),
    rejection: 'price_changed',
  })
  record.reads.push({ productId: 'mug', priceMinor: 400, version: 4, ...during(65, 66) })
  record.pages.push(
    { status: 'confirmed', ids: ['a'], full: false, ...during(21, 30) },
    { status: 'shipped', ids: ['a'], full: false, ...during(51, 55) },
  )
  const order = { userId: 'ada', totalMinor: 600, lines: TWO_MUGS }
  const shipped = ['pending', 'confirmed', 'shipped']
  const stores: StoreRecords = {
    products: [
      { id: 'mug', stock: 8, reserved: 0, version: 4, editVersion: 4, priceMinor: 400 },
      { id: 'cup', stock: 5, reserved: 0, version: 2, editVersion: 2, priceMinor: 200 },
    ],
    movements: [
      { productId: 'mug', version: 1, delta: 10, stockAfter: 10, orderId: null },
      { productId: 'mug', version: 2, delta: -2, stockAfter: 8, orderId: 'a' },
      { productId: 'cup', version: 1, delta: 5, stockAfter: 5, orderId: null },
    ],
    reservations: [
      { orderId: 'a', status: 'shipped', lines: TWO_MUGS },
      { orderId: 'b', status: 'rejected', lines: [] },
    ],
    orders: [
      { ...order, id: 'a', key: 'key a', status: 'shipped', version: 3, history: shipped },
      { ...order, id: 'b', key: 'key b', status: 'rejected', version: 2, history: ['pending', 'rejected'] },
    ],
  }
  return { record, stores }
}

const changed = (record: MarketRecord, id: string, change: Partial<Sale>) =>
  record.sales.set(id, { ...record.sales.get(id)!, ...change })

suite('anomalies of the marketplace', () => {
  test('a run without any has none', () => {
    const { record, stores } = run()
    assert.deepEqual(anomaliesOf(record, stores), [])
  })

  const planted: readonly [what: string, plant: (record: MarketRecord) => void, kind: string][] = [
    ['an answer that was wrong by itself', ({ wrong }) => wrong.push('500'), 'wrong answer'],
    [
      'an answered order that is not stored',
      (record) => changed(record, 'a', { id: 'c' }),
      'promise, invariant 3',
    ],
    ['a stored order that no client was answered', ({ sales }) => sales.delete('b'), 'order of no client'],
    ['fewer units missing than were sold', ({ stocked }) => stocked.set('mug', 11), 'stock'],
    [
      'units still reserved by the answers',
      (record) => changed(record, 'a', { shipped: undefined! }),
      'stock',
    ],
    [
      'a sale at a price that had ended',
      (record) => changed(record, 'a', { placed: during(71, 79) }),
      'price',
    ],
    [
      'a sale after the product had left',
      ({ removals }) => removals.push({ productId: 'mug', ...during(1, 9) }),
      'product that had left',
    ],
    ['a refusal without a reason', (record) => changed(record, 'b', { placed: during(21, 30) }), 'refusal'],
    [
      'a refusal of products that were on sale',
      (record) => changed(record, 'b', { rejection: 'product_not_found' }),
      'refusal',
    ],
    [
      'a product shown at a price it did not have yet',
      ({ reads }) => reads.push({ productId: 'mug', priceMinor: 400, version: 4, ...during(21, 30) }),
      'read',
    ],
    [
      'a product shown as it was before an answered edit',
      ({ reads }) => reads.push({ productId: 'mug', priceMinor: 400, version: 3, ...during(71, 75) }),
      'read',
    ],
    [
      'an edit that is not stored',
      ({ prices }) => prices.push({ productId: 'mug', priceMinor: 500, version: 5, ...during(91, 92) }),
      'lost update',
    ],
    [
      'two edits of one version',
      ({ prices }) => prices.push({ productId: 'mug', priceMinor: 400, version: 4, ...during(61, 69) }),
      'lost update',
    ],
    [
      'a page without an order that was answered before it',
      ({ pages }) => pages.push({ status: 'confirmed', ids: [], full: false, ...during(25, 30) }),
      'missing in a page',
    ],
    [
      'a page with an order that had moved on',
      ({ pages }) => pages.push({ status: 'confirmed', ids: ['a'], full: false, ...during(51, 55) }),
      'stale page',
    ],
  ]
  for (const [what, plant, kind] of planted) {
    test(`${what} is found`, () => {
      const { record, stores } = run()
      plant(record)
      assert.ok(countAnomalies(anomaliesOf(record, stores)).has(kind), String(anomaliesOf(record, stores)))
    })
  }

  test('a broken invariant of the stores is found', () => {
    const { record, stores } = run()
    const [mug, cup] = stores.products
    const broken = { ...stores, products: [{ ...mug!, stock: 9 }, cup!] }
    assert.ok(countAnomalies(anomaliesOf(record, broken)).has('stores, invariant 2'))
  })

  test('an edit without an answer may have been applied, or not', () => {
    const { record, stores } = run()
    record.prices.push({ productId: 'mug', priceMinor: 500, version: undefined, ...during(91, 99) })
    record.reads.push({ productId: 'mug', priceMinor: 500, version: 5, ...during(100, 101) })
    assert.deepEqual(anomaliesOf(record, stores), [])
  })
})
