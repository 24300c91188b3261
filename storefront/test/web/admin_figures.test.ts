/** The figures of the overview are complete and exact, and say which window they cover. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  countOutcomes,
  momentOf,
  revenueOf,
  runningOut,
  slotsOf,
  windowOf,
} from '../../web/src/admin/dashboard/figures.ts'
import { forEach } from '../../web/src/admin/orders/for_each.ts'
import { pagesOf } from '../../web/src/admin/pages_of.ts'
import type { Order, OrderStatus, Product } from '../../web/src/api/types.ts'

const NOW = new Date('2030-05-05T12:20:00Z')
const HOUR = 3_600_000

const order = (hoursAgo: number, status: OrderStatus, total = '10.10', quantity = 1): Order => ({
  id: `order ${hoursAgo}`,
  user_id: 'ada',
  status,
  allowed: [],
  total_price: total,
  currency: 'USD',
  currency_digits: 2,
  version: 1,
  created_at: new Date(NOW.getTime() - hoursAgo * HOUR).toISOString(),
  updated_at: NOW.toISOString(),
  lines: [{ product_id: 'kettle', quantity, name: null, unit_price: null }],
  history: [],
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
  ...{ sku: null, gtin: null, weight_grams: null, compare_at_price: null, lowest_price_30_days: null },
  ...{ group_id: null, option_values: [] },
})

suite('the window', () => {
  test('is a day at most', () => {
    const { orders, cut } = windowOf([order(1, 'confirmed'), order(25, 'confirmed')], true, NOW)
    assert.deepEqual([orders.length, cut], [1, false])
  })
  test('says that it is cut when there were older orders of that day that were not read', () => {
    const { from, cut } = windowOf([order(1, 'confirmed'), order(2, 'confirmed')], false, NOW)
    assert.deepEqual([from, cut], [new Date(NOW.getTime() - 2 * HOUR), true])
  })
  test('is not cut when what was read reaches beyond the day', () => {
    assert.equal(windowOf([order(1, 'confirmed'), order(30, 'confirmed')], false, NOW).cut, false)
  })
  test('is the whole day as soon as the shop is older, however late its first order came', () => {
    const { from } = windowOf([order(1, 'confirmed'), order(30, 'confirmed')], true, NOW)
    assert.deepEqual(from, new Date(NOW.getTime() - 24 * HOUR))
  })
})

suite('slots', () => {
  const all = [order(0.01, 'confirmed'), order(3, 'rejected'), order(20, 'delivered'), order(20.5, 'pending')]
  test('every order of the window is in exactly one', () => {
    const { slots, sizeMs } = slotsOf(windowOf(all, true, NOW), NOW)
    assert.equal(sizeMs, HOUR)
    const sum = (outcome: 'sold' | 'open' | 'called_off' | 'declined') =>
      slots.reduce((total, { counts }) => total + counts[outcome], 0)
    assert.deepEqual([sum('sold'), sum('open'), sum('called_off'), sum('declined')], [2, 1, 0, 1])
    assert.equal(slots.at(-1)?.counts.sold, 1, 'the newest is in the last')
  })
  test("leave no order out when the visitor's clock is slow", () => {
    const now = momentOf(all, new Date(NOW.getTime() - 2 * HOUR))
    const { slots } = slotsOf(windowOf(all, true, now), now)
    assert.equal(slots.at(-1)?.counts.sold, 1)
  })
  test('are finer in a short window', () => {
    const { slots, sizeMs } = slotsOf(windowOf([order(0.5, 'confirmed')], true, NOW), NOW)
    assert.deepEqual([sizeMs, slots.length], [HOUR / 12, 12])
  })
})

suite('revenue', () => {
  test('is exact, and only of sold orders (invariant 9)', () => {
    const orders = [
      ...Array.from({ length: 3 }, () => order(1, 'shipped', '0.10')),
      order(1, 'rejected', '99.00'),
      order(1, 'pending', '99.00'),
    ]
    assert.equal(revenueOf(orders), '0.30')
    assert.deepEqual(countOutcomes(orders), { sold: 3, open: 1, called_off: 0, declined: 1 })
  })
})

suite('stock running out', () => {
  const window = windowOf([order(1, 'confirmed', '1', 6), order(10, 'confirmed', '1', 4)], true, NOW)
  test('is listed at the pace of the window, sold out first, without what lasts', () => {
    const found = runningOut([product('plenty', 900), product('kettle', 20), product('gone', 0)], window, NOW)
    assert.deepEqual(
      found.map(({ product, sold, hoursLeft }) => [product.id, sold, hoursLeft]),
      [
        ['gone', 0, undefined],
        ['kettle', 10, 20],
      ],
    )
  })
  test('uses the pace of a whole day, not of the hours since its first order', () => {
    const quiet = windowOf([order(1, 'confirmed', '1', 6), order(40, 'confirmed', '1', 9)], true, NOW)
    const [kettle] = runningOut([product('kettle', 6)], quiet, NOW)
    assert.deepEqual([kettle?.sold, kettle?.hoursLeft], [6, 24])
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
    assert.deepEqual(await pagesOf(9, page, (items) => items.length === 3), {
      items: [0, 1, 2],
      complete: false,
    })
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
