/**
 * What an import of many rows costs on SQLite, and what it leaves for sales: `node bench/import_rows.ts [rows]`. It checks and applies
 * a file of new products in one process, then imports it again with other stock, while orders are held one after the other.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { requestedImport } from '@shop/product_service/domain/change_import'
import { IMPORT_PART_BYTES_MAX, newImport } from '@shop/product_service/domain/import'
import type { Stores } from '@shop/product_service/domain/ports'
import { createImportWorker, importPorts } from '@shop/product_service/imports/import_worker'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'

const rows = Number(process.argv[2] ?? 100_000)
const MIB = 1024 * 1024
const NS_PER_MS = 1_000_000

const folder = mkdtempSync(join(tmpdir(), 'shop-import-'))
const stores = await openStores({ DATA_DIR: folder, CURRENCY: 'USD' }, { runtime: systemRuntime })
const at = () => new Date().toISOString()
const worker = createImportWorker({
  ...importPorts(stores, 'USD'),
  runtime: systemRuntime,
  reached() {},
  onFailure: console.error,
})

try {
  await sell('without an import', async () => systemRuntime.sleep(5_000))
  await importFile('new products', 5)
  await sell('while an import runs', () => importFile('other stock', 7))
} finally {
  await stores.close()
  rmSync(folder, { recursive: true })
}

async function importFile(what: string, stock: number) {
  const { id } = await stores.imports.create(
    newImport(systemRuntime.newId(), 'bench.csv', { by: 'bench', at: at() }),
  )
  const lines = Array.from(
    { length: rows },
    (_, i) =>
      `B-${i},Product ${i} of a file,It is number ${i} and has a description of some words,19.99,${stock}`,
  )
  const file = Buffer.from(`sku,name,description,price,stock\n${lines.join('\n')}\n`)
  const parts = Math.ceil(file.length / IMPORT_PART_BYTES_MAX)
  for (let i = 0; i < parts; i++) {
    const part = file.subarray(i * IMPORT_PART_BYTES_MAX, (i + 1) * IMPORT_PART_BYTES_MAX)
    await stores.imports.putPart(id, i, part)
  }
  for (const state of ['checking', 'applying'] as const) {
    const job = (await stores.imports.find(id))!
    await stores.imports.save(requestedImport(job, { state, parts }, parts, at()))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const started = performance.now()
    await worker.work()
    const seconds = (performance.now() - started) / 1_000
    delay.disable()
    const { state: end } = (await stores.imports.find(id))!
    const ms = (ns: number) => (ns / NS_PER_MS).toFixed(1)
    console.log(
      `${what}, ${state}: ${rows} rows in ${seconds.toFixed(1)} s (${Math.round(rows / seconds)} a second), event loop p99 ${ms(delay.percentile(99))} ms, max ${ms(delay.max)} ms, ${Math.round(process.memoryUsage().rss / MIB)} MiB, ${end}`,
    )
  }
}

/** One order after the other, of a product that no file has. */
async function sell(what: string, meanwhile: () => Promise<unknown>) {
  const product = await addProduct(stores)
  let ended = false
  const took: number[] = []
  const selling = (async () => {
    while (!ended) {
      const started = performance.now()
      const lines = [{ productId: product, quantity: 1 }]
      await stores.stock.reserve([{ orderId: systemRuntime.newId(), lines, totalMinor: 100 }], at())
      took.push(performance.now() - started)
      await systemRuntime.sleep(5)
    }
  })()
  await meanwhile()
  ended = true
  await selling
  took.sort((a, b) => a - b)
  const p = (share: number) => took[Math.floor((took.length - 1) * share)]!.toFixed(1)
  console.log(`sales ${what}: ${took.length}, p50 ${p(0.5)} ms, p99 ${p(0.99)} ms, max ${p(1)} ms`)
}

async function addProduct({ catalogue }: Stores): Promise<string> {
  const fields = { name: 'Tea', description: '', priceMinor: 100, stock: 1_000_000 }
  return (await catalogue.create({ id: systemRuntime.newId(), fields }, { by: 'bench', at: at() })).id
}
