/**
 * `node bench/edit_pieces.ts` compares how long a sale and an edit block the event loop of product_service in the store.
 * It counts only the CPU time of this thread, so other work on the machine has little effect.
 */
import { randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { CURRENCY, fillProducts } from './fill.ts'

const PRODUCTS = 60_000
const TURNS = 3_000
const PRICE_MINOR = 1999

let spentMs = 0
let depth = 0
for (const [prototype, methods] of [
  [DatabaseSync.prototype, ['exec']],
  [StatementSync.prototype, ['get', 'all', 'run']],
] as const) {
  for (const method of methods) {
    const original = Reflect.get(prototype, method) as (...values: unknown[]) => unknown
    Reflect.set(prototype, method, function (this: unknown, ...values: unknown[]) {
      if (depth > 0) return Reflect.apply(original, this, values)
      depth++
      const before = process.threadCpuUsage()
      try {
        return Reflect.apply(original, this, values)
      } finally {
        const { user, system } = process.threadCpuUsage(before)
        spentMs += (user + system) / 1000
        depth--
      }
    })
  }
}

const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-bench-'))
process.on('exit', () => rmSync(DATA_DIR, { recursive: true, force: true }))
console.log(`Filling a catalogue of ${PRODUCTS} …`)
const ids = await fillProducts({ DATA_DIR }, PRODUCTS, { priceMinor: PRICE_MINOR, stock: TURNS }, console.log)
const { catalogue, stock, close } = await openStores({ DATA_DIR, CURRENCY }, { runtime: systemRuntime })
const at = new Date().toISOString()
const spent: Record<'sale' | 'edit', number[]> = { sale: [], edit: [] }
const take = async (what: 'sale' | 'edit', work: () => Promise<unknown>) => {
  spentMs = 0
  await work()
  spent[what].push(spentMs)
}
for (let i = 0; i < TURNS; i++) {
  const id = ids[(i * 7919) % ids.length]!
  const lines = [{ productId: id, quantity: 1 }]
  await take('sale', () => stock.reserve([{ orderId: randomUUIDv7(), lines, totalMinor: PRICE_MINOR }], at))
  const description = `Made to be used every day, and repaired ${i} times by hand number ${i % 97}.`
  await take('edit', () => catalogue.edit(id, { description }, undefined, { by: 'bench', at }))
}
await close()

const of = (what: 'sale' | 'edit', share: number) =>
  spent[what].toSorted((a, b) => a - b)[Math.min(TURNS - 1, Math.floor(TURNS * share))]!
for (const [name, share] of [
  ['median', 0.5],
  ['p99', 0.99],
  ['longest', 1],
] as const) {
  const [sale, edit] = [of('sale', share), of('edit', share)]
  console.log(
    `${name}: sale ${sale.toFixed(2)} ms, edit ${edit.toFixed(2)} ms, ratio ${(edit / sale).toFixed(2)}`,
  )
}
