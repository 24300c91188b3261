/** The figures of the overview are exact, of the range they name, and say what they do not know. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  countOrders,
  countOutcomes,
  countReason,
  revenueOf,
  runningOut,
} from '../../web/src/admin/dashboard/figures.ts'
import { DAY_MS, MONTH_DAYS, rangeIn, rangeOf } from '../../web/src/admin/dashboard/ranges.ts'
import { forEach } from '../../web/src/admin/orders/for_each.ts'
import { pagesOf } from '../../web/src/admin/pages_of.ts'
import {
  changed,
  EVERYTHING,
  type ProductView,
  queryOf,
  searchOf,
  viewIn,
} from '../../web/src/admin/products/product_view.ts'
import type { Overview, Product } from '../../web/src/api/types.ts'

const NOW = new Date('2030-05-05T12:20:00Z')
const HOUR = 3_600_000

type Counted = Overview['slots'][number]['orders'][number]
const counted = (
  status: Counted['status'],
  count: number,
  total_price: string,
  reason?: Counted['reason'],
) => ({
  ...{ status, count, total_price },
  ...(reason ? { reason } : {}),
})
const product = (id: string, stock: number): Product => ({
  id,
  name: id,
  description: '',
  price: '10.10',
  currency: 'USD',
  currency_digits: 2,
  stock,
  reserved: 0,
  version: 1,
  created_at: NOW.toISOString(),
  updated_at: NOW.toISOString(),
  ...{ slug: id, status: 'published', publish_at: null, media: [], categories: [], attributes: {} },
  ...{
    sku: null,
    gtin: null,
    weight_grams: null,
    tax_class: 'standard' as const,
    compare_at_price: null,
    lowest_price_30_days: null,
  },
  ...{ group_id: null, option_values: [] },
})

suite('the range', () => {
  const clock = (date: Date) => [
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    date.getMilliseconds(),
  ]
  test('of a day is from midnight to midnight of the visitor, whatever the season', () => {
    for (let day = 0; day < 366; day += 1) {
      const now = new Date(2030, 0, 1 + day, 23, 59, 59)
      const [today, yesterday] = [rangeOf('today', now), rangeOf('yesterday', now)]
      assert.deepEqual([clock(today.from), clock(today.to)], [Array(4).fill(0), Array(4).fill(0)])
      assert.ok(today.from <= now && now < today.to)
      assert.deepEqual(yesterday.to, today.from)
    }
  })
  test('of a month ends with today, and is what the service takes', () => {
    const { from, to, slot } = rangeOf('month', NOW)
    assert.deepEqual(to, rangeOf('today', NOW).to)
    assert.deepEqual([to.getTime() - from.getTime(), slot], [MONTH_DAYS * DAY_MS, 'day'])
  })
  test('is in the address', () => {
    assert.equal(rangeIn(new URLSearchParams('range=month')), 'month')
    assert.equal(rangeIn(new URLSearchParams('range=eternity')), 'today')
  })
})

suite('figures', () => {
  const slots = [
    { orders: [counted('shipped', 3, '0.30'), counted('confirmed', 1, '9007199254740993.01')] },
    { orders: [] },
    {
      orders: [
        counted('pending', 2, '99.00'),
        counted('rejected', 1, '99.00', 'price_changed'),
        counted('rejected', 4, '99.00', 'insufficient_stock'),
        counted('cancelled', 1, '99.00'),
      ],
    },
  ]
  test('count each order once; revenue is exact, and only of sold ones (invariant 9)', () => {
    assert.equal(countOrders(slots), 12)
    assert.deepEqual(countOutcomes(slots), { sold: 4, open: 2, called_off: 1, declined: 5 })
    assert.equal(revenueOf(slots), '9007199254740993.31')
    assert.equal(revenueOf([]), '0')
    assert.equal(countReason(slots, 'insufficient_stock'), 4)
  })
})

suite('stock running out', () => {
  const range = { from: new Date(NOW.getTime() - 10 * HOUR), to: new Date(NOW.getTime() + 14 * HOUR) }
  const sold = (product_id: string, quantity: number) => ({
    product_id,
    name: 'x',
    quantity,
    total_price: '1',
  })
  test('is listed at the pace of the range so far, sold out first, without what lasts', () => {
    const best = [sold('plenty', 2), sold('kettle', 10)]
    const found = runningOut(
      [product('plenty', 900), product('kettle', 20), product('gone', 0)],
      best,
      range,
      NOW,
    )
    assert.deepEqual(
      found.map(({ product, sold, hoursLeft }) => [product.id, sold, hoursLeft]),
      [
        ['gone', 0, undefined],
        ['kettle', 10, 20],
      ],
    )
  })
})

suite('the list of products', () => {
  test('is in its address, with every filter', () => {
    const category = '0190aaaa-0000-7000-8000-000000000001'
    const view: ProductView = {
      ...{ q: 'red mug', status: 'published', stock: 'low', category, reduced: true },
      ...{ sort: '-price', cursor: 'abc' },
    }
    assert.deepEqual(viewIn(new URLSearchParams(searchOf(view))), view)
    assert.deepEqual(viewIn(new URLSearchParams('status=x&stock=y&category=z&sort=w')), EVERYTHING)
    assert.deepEqual(queryOf(view), {
      ...{ q: 'red mug', status: 'published', stock_min: 1, stock_max: 5, category, reduced: true },
      ...{ sort: '-price', cursor: 'abc' },
    })
  })
  test('has another order for what is on sale alone, and a change begins at the first page', () => {
    const sorted = changed({ ...EVERYTHING, cursor: 'abc' }, { sort: 'name' })
    assert.deepEqual(sorted, { ...EVERYTHING, sort: 'name', status: 'published' })
    assert.deepEqual(changed(sorted, { status: 'draft' }), { ...EVERYTHING, status: 'draft' })
    assert.deepEqual(changed(sorted, { stock: 'out' }), { ...sorted, stock: 'out' })
  })
})

suite('pagesOf', () => {
  const page = async (cursor: string | null) => {
    const n = Number(cursor ?? 0)
    return { items: [n], next_cursor: n < 3 ? String(n + 1) : null }
  }
  test('reads at most `pagesMax` pages, and says whether that was all', async () => {
    assert.deepEqual(await pagesOf(2, page), { items: [0, 1], complete: false })
    assert.deepEqual(await pagesOf(9, page), { items: [0, 1, 2, 3], complete: true })
  })
})

suite('many calls', () => {
  const ids = ['a', 'b', 'c', 'd', 'e']
  test('a failure stops no other, and concurrency is limited', async () => {
    let now = 0
    let most = 0
    const work = async (id: string) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 1))
      now--
      if (id === 'b') throw new Error('no')
    }
    const seen: number[] = []
    const { signal } = new AbortController()
    const end = await forEach(ids, work, {
      concurrency: 2,
      signal,
      onProgress: ({ done, failures }) => seen.push(done + failures.length),
    })
    assert.deepEqual([end.done, end.failures.map(({ id }) => id), most], [4, ['b'], 2])
    assert.deepEqual(seen, [1, 2, 3, 4, 5])
  })
  test('after an abort no more start', async () => {
    const stopping = new AbortController()
    const begun: string[] = []
    const work = async (id: string) => {
      begun.push(id)
      stopping.abort()
    }
    const end = await forEach(ids, work, { concurrency: 1, signal: stopping.signal, onProgress: () => {} })
    assert.deepEqual([begun, end.done, end.total], [['a'], 1, 5])
  })
})
