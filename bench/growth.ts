/**
 * `node bench/growth.ts` measures what a record takes on the disk (SQLite), what is left of it after old records were removed,
 * and what a sale costs while they are removed.
 */
import { randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { scheduleChanged, scheduleNew } from '@shop/order_service/domain/schedule'
import { confirm, deliver, newOrder, reject, ship } from '@shop/order_service/domain/transitions'
import { openStores as openOrders } from '@shop/order_service/storage/open_stores'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { systemRuntime as runtime } from '@shop/service_kit/runtime/runtime'
import { BATCH_PAUSE_MS, RECORDS_AT_ONCE, type RetentionSource } from '@shop/service_kit/storage/retention'
import { CURRENCY, fillProducts } from './fill.ts'

const RECORDS = 20_000
const AT_ONCE = 1_000
const SALES = 600
const ROUNDS = 7
const FAR_AHEAD = '9000-01-01T00:00:00.000Z'
const PRICE_MINOR = 1999
const USERS = Array.from({ length: 200 }, () => randomUUIDv7())

const folder = mkdtempSync(join(tmpdir(), 'shop-growth-'))
const config = { DATA_DIR: folder, CURRENCY }
const orders = await openOrders(config, { runtime })
const products = await openProducts(config, { runtime })
const pagesOf = (file: string) => {
  const db = new DatabaseSync(join(folder, file), { readOnly: true })
  try {
    const { page_count: count } = db.prepare('PRAGMA page_count').get() as { page_count: number }
    const { freelist_count: free } = db.prepare('PRAGMA freelist_count').get() as { freelist_count: number }
    return { total: count * 4096, used: (count - free) * 4096 }
  } finally {
    db.close()
  }
}

/** Adds RECORDS of them, and prints the bytes of one. */
async function measure(what: string, file: string, add: (n: number) => Promise<unknown>): Promise<void> {
  const before = pagesOf(file).used
  for (let n = 0; n < RECORDS; n += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => add(n + i)))
  }
  const bytes = (pagesOf(file).used - before) / RECORDS
  console.log(`${what.padEnd(52)} ${bytes.toFixed(0).padStart(5)} bytes`)
}

const at = () => new Date().toISOString()
const newPending = (n: number, now: Date) => {
  const id = randomUUIDv7()
  const lines = [{ productId: USERS[(n * 7) % USERS.length]!, quantity: 1 }]
  const draft = { userId: USERS[n % USERS.length]!, idempotencyKey: id, lines, totalMinor: PRICE_MINOR }
  return newOrder({ ...draft, currency: CURRENCY }, id, now)
}
const addOrder = async (n: number, ended: 'delivered' | 'rejected') => {
  const now = new Date()
  const pending = newPending(n, now)
  const { schedule } = scheduleNew(pending, now)
  const priced = pending.lines.map((line) => ({ ...line, name: 'blue oak mug', unitPriceMinor: PRICE_MINOR }))
  const [last, version] =
    ended === 'rejected'
      ? [
          reject(
            pending,
            { reason: 'product_not_found', unknownProducts: [pending.lines[0]!.productId] },
            now,
          ),
          2,
        ]
      : [deliver(ship(confirm(pending, priced, now), 'system', now), 'system', now), 4]
  const { order } = scheduleChanged({ ...last, version }, schedule, now)
  await orders.orders.addOnce({ order, schedule: { ...schedule, dueAt: undefined } } as never)
}

async function removeAll(source: RetentionSource<unknown>, pauseMs: number, stop = () => false) {
  let removed = 0
  for (let after: string | undefined, more = true; more && !stop(); ) {
    const { items, next } = await source.due(FAR_AHEAD, after, RECORDS_AT_ONCE)
    removed += await source.remove(items)
    after = next
    more = next !== undefined
    if (pauseMs > 0) await runtime.sleep(pauseMs)
  }
  return removed
}

const p99 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!

try {
  console.log(`Bytes on the disk of one record, with its indexes: mean of ${RECORDS}`)
  await measure('order, one line, delivered, with key', 'orders.db', (n) => addOrder(n, 'delivered'))
  await measure('order, one line, rejected, with key', 'orders.db', (n) => addOrder(n, 'rejected'))
  const stock = { priceMinor: PRICE_MINOR, stock: 500_000 }
  const ids = await fillProducts(config, 100, stock, () => {})
  const productOf = (n: number) => ids[n % ids.length]!
  const request = (n: number, quantity = 1) => ({
    orderId: randomUUIDv7(),
    lines: [{ productId: productOf(n), quantity }],
    totalMinor: PRICE_MINOR,
  })
  await measure('reservation of one line, and its movement', 'products.db', async (n) => {
    const held = request(n)
    await products.stock.reserve([held], at())
    await products.stock.ship([held.orderId], at())
  })
  await measure('rejected reservation', 'products.db', (n) =>
    products.stock.reserve([request(n, 1_000_000)], at()),
  )
  await measure('release that came first', 'products.db', () =>
    products.stock.release([randomUUIDv7()], at()),
  )
  await measure('movement of an adjustment with key', 'products.db', (n) =>
    products.stock.adjust(
      {
        ...{ productId: productOf(n), delta: 1, note: 'counted' },
        attempt: { key: randomUUIDv7(), fingerprint: 'f'.repeat(64) },
      },
      { by: USERS[0]!, at: at() },
    ),
  )

  const sell = async (n: number) => {
    const start = performance.now()
    await products.stock.reserve([request(n)], at())
    return performance.now() - start
  }
  const sales = async () => {
    const times: number[] = []
    for (let n = 0; n < SALES; n++) times.push(await sell(n))
    return p99(times)
  }
  // In turns, so that whatever else the machine does affects both.
  const [alone, beside]: [number[], number[]] = [[], []]
  let removed = 0
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await sales())
    let sold = false
    const removing = (async () => {
      for (const source of [...products.old.reservations, ...products.old.movements])
        removed += await removeAll(source as RetentionSource<unknown>, BATCH_PAUSE_MS, () => sold)
    })()
    beside.push(await sales())
    sold = true
    await removing
  }
  const [quiet, busy] = [alone, beside].map((p99s) => p99s.toSorted((a, b) => a - b)[ROUNDS >> 1]!)
  console.log(
    `\np99 of a sale (median of ${ROUNDS} rounds): ${quiet!.toFixed(2)} ms alone, ${busy!.toFixed(2)} ms while ${removed} records were removed: ratio ${(busy! / quiet!).toFixed(2)}\n`,
  )

  for (const source of [...products.old.reservations, ...products.old.movements, ...orders.ended])
    await removeAll(source as RetentionSource<unknown>, 0)
  for (const file of ['orders.db', 'products.db']) {
    const { total, used } = pagesOf(file)
    console.log(
      `${file} after everything old was removed: ${(total / 1e6).toFixed(1)} MB, used ${(used / 1e6).toFixed(1)} MB`,
    )
  }
} finally {
  await orders.close()
  await products.close()
  rmSync(folder, { recursive: true, force: true })
}
