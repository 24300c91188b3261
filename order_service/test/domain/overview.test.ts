/** The overview of orders, on a real store, against a scan of all of them. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { firstIdAt } from '../../src/domain/ended_orders.ts'
import {
  BEST_SELLING_MAX,
  overviewOf,
  PRODUCTS_MAX,
  READS_MAX,
  SLOTS_MAX,
} from '../../src/domain/overview.ts'
import type { StoredOrder } from '../../src/domain/schedule.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { AT, confirm, HELD, later, MUG, order, reject, SHORT } from '../samples.ts'

const HOUR = 3_600_000
const FROM = AT.getTime()
const idAt = (ms: number, n: number) =>
  `${firstIdAt(later(ms).toISOString())}-7000-8000-${String(n).padStart(12, '0')}`
const pause = async () => {}

async function storeOf(t: TestContext) {
  const config = { DATA_DIR: '', CURRENCY: 'USD', DATABASE_URL: 'sqlite::memory:' }
  const { orders, close } = await openStores(config, { runtime: systemRuntime })
  t.after(close)
  return orders
}

suite('the overview of orders', () => {
  test('O1: has each order of the range in its slot, by status and reason, with exact sums', async (t) => {
    const orders = await storeOf(t)
    const placed = [-1, 0, 1, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR]
    for (const [n, ms] of placed.entries()) {
      const { stored } = await orders.addOnce(order({ id: idAt(ms, n), totalMinor: 3998 }))
      if (n === 1 || n === 2 || n === 4) await orders.save(confirm(stored, HELD, AT))
      if (n === 3) await orders.save(reject(stored, SHORT, AT))
    }
    const found = await overviewOf(orders, { from: FROM, to: FROM + 2 * HOUR, slotMs: HOUR }, pause)
    const time = (ms: number) => later(ms).toISOString()
    const of = (status: string, count: number, reason?: string) => ({
      ...{ status, reason, count, totalMinor: BigInt(count * 3998) },
    })
    assert.deepEqual(found, {
      complete: true,
      slots: [
        {
          ...{ from: time(0), to: time(HOUR), complete: true },
          orders: [of('confirmed', 2), of('rejected', 1, 'insufficient_stock')],
        },
        {
          ...{ from: time(HOUR), to: time(2 * HOUR), complete: true },
          orders: [of('confirmed', 1), of('pending', 1)],
        },
      ],
      bestSelling: [{ productId: MUG, name: 'Mug', quantity: 6, totalMinor: 11994n }],
    })
  })

  test('O2: a slot with more orders than its share says so; one with just as many is complete', async (t) => {
    const orders = await storeOf(t)
    for (let n = 0; n < 15; n++) await orders.addOnce(order({ id: idAt(n < 7 ? n : HOUR + n, n) }))
    const range = { from: FROM, to: FROM + 2 * HOUR, slotMs: HOUR }
    const { slots, complete } = await overviewOf(orders, range, pause, 14)
    assert.deepEqual(
      slots.map((slot) => [slot.complete, slot.orders[0]!.count]),
      [
        [true, 7],
        [false, 7],
      ],
    )
    assert.equal(complete, false)
    const quiet = { from: FROM - HOUR, to: FROM + HOUR, slotMs: HOUR }
    assert.equal((await overviewOf(orders, quiet, pause, 8)).complete, true, 'a quiet slot leaves its share')
  })

  test('O2, O3: reads and remembered products are bounded, and sums exact, at any size', async () => {
    const line = { productId: '', quantity: 1, name: 'x', unitPriceMinor: 1 }
    const { order: pending, schedule } = order({ totalMinor: 1_000_000_000_000_000 })
    let made = 0
    let turns = 0
    const most = { read: 0, atOnce: 0 }
    const endless = {
      listBetween: async (_after: string, _end: string, limit: number) => {
        most.read += limit
        most.atOnce = Math.max(most.atOnce, limit)
        return Array.from({ length: limit }, () => {
          const lines = [{ ...line, productId: String(made++) }]
          return { order: { ...pending, status: 'confirmed', lines }, schedule } as unknown as StoredOrder
        })
      },
    }
    const day = { from: FROM, to: FROM + HOUR, slotMs: HOUR }
    const found = await overviewOf(endless, day, async () => void turns++)
    assert.equal(most.read, READS_MAX + 1)
    assert.equal(most.atOnce, 100)
    assert.equal(turns, READS_MAX / 100)
    assert.equal(found.slots[0]!.orders[0]!.totalMinor, BigInt(READS_MAX) * 1_000_000_000_000_000n)
    assert.equal(found.complete, false)
    assert.ok(made > PRODUCTS_MAX && found.bestSelling.length === BEST_SELLING_MAX)
    assert.ok(READS_MAX / SLOTS_MAX > 100, 'the share of a slot')
  })
})
