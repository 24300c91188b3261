/** Finding orders: on a real store, against a scan of all of them. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { firstIdAt } from '../../src/domain/ended_orders.ts'
import type { OrderStatus } from '../../src/domain/order.ts'
import type { OrderStore } from '../../src/domain/ports.ts'
import type { StoredOrder } from '../../src/domain/schedule.ts'
import {
  type OrderFilter,
  READ_AT_ONCE,
  SEARCH_READS_MAX,
  searchByText,
  searchOrders,
} from '../../src/domain/search_orders.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { ADA, AT, BOB, later, MUG, order, PEN, reject, SHORT } from '../samples.ts'

const SECOND = 1_000
const atSecond = (n: number) => later(n * SECOND).toISOString()
const idAt = (n: number) => `${firstIdAt(atSecond(n))}-7000-8000-${String(n).padStart(12, '0')}`

/** Order n was placed at second n. */
async function shopWith(t: TestContext, count: number) {
  const config = { DATA_DIR: '', CURRENCY: 'USD', DATABASE_URL: 'sqlite::memory:' }
  const { orders, close } = await openStores(config, { runtime: systemRuntime })
  t.after(close)
  const all: StoredOrder[] = []
  for (let n = 0; n < count; n++) {
    const lines = [MUG, PEN]
      .filter((_, i) => i === 0 || n % 3 === 0)
      .map((productId) => ({ productId, quantity: 2 }))
    const { stored } = await orders.addOnce(order({ id: idAt(n), userId: n % 2 === 0 ? ADA : BOB, lines }))
    all.unshift(n % 5 === 0 ? await orders.save(reject(stored, SHORT, AT)) : stored)
  }
  return { orders, all }
}

const pause = async () => {}
async function allPages(orders: OrderStore, filter: OrderFilter, limit: number) {
  const found: StoredOrder[] = []
  let pages = 0
  for (let before: string | undefined; ; ) {
    const page = await searchOrders(orders, filter, { limit, before }, pause)
    assert.ok(page.orders.length <= limit)
    found.push(...page.orders)
    pages++
    before = page.next
    if (before === undefined) return { found, pages }
  }
}

suite('orders are found', () => {
  test('S1: by any filters together, each once, newest first', async (t) => {
    const { orders, all } = await shopWith(t, 60)
    const one = <Value>(...values: Value[]) => values
    for (const status of one<OrderStatus | undefined>(undefined, 'pending', 'rejected', 'shipped'))
      for (const userId of one(undefined, ADA))
        for (const productId of one(undefined, PEN))
          for (const [from, to] of one<[number?, number?]>([], [10], [undefined, 31], [12, 40], [40, 12])) {
            const filter: OrderFilter = {
              ...{ status, userId, productId },
              from: from === undefined ? undefined : atSecond(from),
              to: to === undefined ? undefined : atSecond(to),
            }
            const expected = all.filter(
              ({ order }, i) =>
                (status ?? order.status) === order.status &&
                (userId ?? order.userId) === order.userId &&
                (productId === undefined || order.lines.some((line) => line.productId === productId)) &&
                59 - i >= (from ?? 0) &&
                59 - i < (to ?? 60),
            )
            for (const limit of [4, 100]) {
              const { found } = await allPages(orders, filter, limit)
              assert.deepEqual(found, expected, JSON.stringify({ filter, limit }))
            }
          }
  })

  test('by their number, if the other filters fit too', async (t) => {
    const { orders, all } = await shopWith(t, 6)
    const [newest] = all
    const { number, userId } = newest!.order
    assert.deepEqual((await allPages(orders, { number }, 5)).found, [newest])
    assert.deepEqual((await allPages(orders, { number, userId }, 5)).found, [newest])
    assert.deepEqual((await allPages(orders, { number, userId: MUG }, 5)).found, [])
  })

  test('by a text: a number, or the id of an order, a user or a product', async (t) => {
    const { orders, all } = await shopWith(t, 12)
    const { id, number } = all[3]!.order
    const byText = async (text: string, filter: OrderFilter = {}) =>
      (await searchByText(orders, text, filter, { limit: 50 }, pause)).orders
    for (const text of [`#${number}`, `${number}`, id, id.toUpperCase()])
      assert.deepEqual(await byText(text), [all[3]])
    assert.deepEqual(
      await byText(ADA),
      all.filter(({ order }) => order.userId === ADA),
    )
    assert.deepEqual(
      await byText(PEN),
      all.filter(({ order }) => order.lines.length === 2),
    )
    assert.deepEqual(
      await byText(PEN, { status: 'rejected' }),
      all.filter(({ order }) => order.lines.length === 2 && order.status === 'rejected'),
    )
    assert.deepEqual(await byText(`#${number}`, { number: 1 }), [])
    assert.deepEqual(await byText(ADA, { userId: BOB }), [])
    assert.deepEqual(await byText('#1'), [])
  })

  test('S2: a page reads a bounded number of orders, in small steps, and the next one goes on', async () => {
    const reads: number[] = []
    const stored = order()
    const orders = {
      listByStatus: async (_: unknown, { limit }: { limit: number }) => {
        reads.push(limit)
        return Array<StoredOrder>(limit).fill(stored)
      },
    }
    let turns = 0
    const found = await searchOrders(
      orders as never,
      { status: 'shipped' },
      { limit: 20 },
      async () => void turns++,
    )
    assert.deepEqual(found, { orders: [], next: stored.order.id })
    assert.ok(Math.max(...reads) <= READ_AT_ONCE)
    const sum = reads.reduce((total, each) => total + each, 0)
    assert.ok(sum >= SEARCH_READS_MAX && sum < SEARCH_READS_MAX + READ_AT_ONCE)
    assert.equal(turns, reads.length)
  })
})
