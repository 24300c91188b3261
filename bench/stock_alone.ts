/**
 * `node bench/stock_alone.ts` measures the stock of a checkout in the mix of Online Marketplace without anything around it: no HTTP, no
 * other service, no client. Reservations of 1 to 10 lines, and as many shipments, go through the store of product_service, and
 * in rounds between as bare statements that write the same rows. Both sync each commit, so the bare rate is the most that one
 * file of SQLite allows here.
 */
import { randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createChance } from '../tests/system/until.ts'
import { CURRENCY, fillProducts } from './fill.ts'
import { uniform } from './marketplace/mix.ts'
import { median } from './report.ts'

const PRODUCTS = 100_000
const UNITS = 10_000
const PRICE_MINOR = 1999
/** As many orders share a commit in the row `marketplace`. */
const ORDERS_AT_ONCE = 8
const COMMITS = 500
const ROUNDS = 5

const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-bench-'))
process.on('exit', () => rmSync(DATA_DIR, { recursive: true, force: true }))
console.log(`Filling a catalogue of ${PRODUCTS} …`)
const ids = await fillProducts({ DATA_DIR }, PRODUCTS, { priceMinor: PRICE_MINOR, stock: UNITS }, console.log)
const { stock, close } = await openStores({ DATA_DIR, CURRENCY }, { runtime: systemRuntime })
const chance = createChance(1)
const choose = uniform(PRODUCTS)

const orders = Array.from({ length: ORDERS_AT_ONCE }).fill(undefined)
const nextOrders = () => orders.map(nextOrder)
function nextOrder() {
  const chosen = new Set<number>()
  const count = chance.between(1, 11)
  while (chosen.size < count) chosen.add(choose(chance))
  const lines = [...chosen].map((at) => ({ productId: ids[at]!, quantity: chance.between(1, 11) }))
  const totalMinor = lines.reduce((sum, { quantity }) => sum + quantity * PRICE_MINOR, 0)
  return { orderId: randomUUIDv7(), lines, totalMinor }
}

async function throughStore() {
  const requests = nextOrders()
  const at = new Date().toISOString()
  const decided = await stock.reserve(requests, at)
  if (decided.some(({ status }) => status !== 'held')) throw new Error('An order was not held.')
  await stock.ship(
    requests.map(({ orderId }) => orderId),
    at,
  )
}

const db = new DatabaseSync(join(DATA_DIR, 'products.db'))
db.exec('PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
const sell = db.prepare(
  `UPDATE products SET stock = stock - ?1, reserved = reserved + ?1, version = version + 1, updated_at = ?2
    WHERE id = ?3 RETURNING seq, version, stock`,
)
const addMovement = db.prepare(
  `INSERT INTO movements (product_seq, version, delta, stock_after, reason, order_id, at)
    VALUES (?, ?, ?, ?, 'sale', ?, ?)`,
)
const hold = db.prepare(
  `INSERT INTO reservations (order_id, status, lines, total_minor, shortages, unknown_products, created_at, updated_at)
    VALUES (?1, 'held', ?2, ?3, '[]', '[]', ?4, ?4)`,
)
const leave = db.prepare(
  'UPDATE products SET reserved = reserved - ?, version = version + 1, updated_at = ? WHERE id = ?',
)
const end = db.prepare("UPDATE reservations SET status = 'shipped', updated_at = ? WHERE order_id = ?")

function inOneCommit(work: () => void) {
  db.exec('BEGIN IMMEDIATE')
  work()
  db.exec('COMMIT')
}

async function bare() {
  const requests = nextOrders()
  const at = new Date().toISOString()
  inOneCommit(() => {
    for (const { orderId, lines, totalMinor } of requests) {
      for (const { productId, quantity } of lines) {
        const { seq, version, stock } = sell.get(quantity, at, productId) as Record<string, number>
        addMovement.run(seq!, version!, -quantity, stock!, orderId, at)
      }
      hold.run(orderId, JSON.stringify(lines), totalMinor, at)
    }
  })
  inOneCommit(() => {
    for (const { orderId, lines } of requests) {
      for (const { productId, quantity } of lines) leave.run(quantity, at, productId)
      end.run(at, orderId)
    }
  })
}

type Round = { readonly cpuUs: number; readonly perSecond: number }

async function measured(work: () => Promise<void>): Promise<Round> {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  for (let commit = 0; commit < COMMITS; commit++) await work()
  const { user, system } = process.cpuUsage(cpu)
  const checkouts = COMMITS * ORDERS_AT_ONCE
  return { cpuUs: (user + system) / checkouts, perSecond: checkouts / ((performance.now() - start) / 1000) }
}

const contenders = { 'product_service, its store': throughStore, 'bare statements': bare }
const rounds = Object.entries(contenders).map(([name, work]) => ({ name, work, done: [] as Round[] }))
for (const { work } of rounds) await measured(work)
for (let round = 0; round < ROUNDS; round++) {
  for (const { work, done } of rounds) done.push(await measured(work))
}
db.close()
await close()
for (const { name, done } of rounds) {
  const of = (figure: keyof Round) => median(done.map((round) => round[figure])).toFixed(0)
  console.log(`${name}: ${of('perSecond')} checkouts a second, ${of('cpuUs')} us of CPU time each`)
}
