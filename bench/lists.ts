/**
 * `node bench/lists.ts [products] [--mongo URL]` measures lists with filters and counts (default 1,000,000 products, SQLite), without
 * groups and with half of the products in groups: how long the catalogue is read into memory, how much it takes there, how late the
 * event loop of the main thread is meanwhile, and what a page, a late page and the counts cost by filter, in time and in processor
 * time of the process. The floor is a plain page of the catalogue in the same run. The database at URL is used, and must be empty.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import type { ListingFilter, ListingQuery } from '@shop/product_service/domain/listings'
import { openStores } from '@shop/product_service/storage/open_stores'
import { withDatabase } from '@shop/service_kit/mongo/url'
import { systemRuntime as runtime } from '@shop/service_kit/runtime/runtime'
import { CURRENCY } from './fill.ts'
import { fillLists, PRICE_MAX } from './fill_lists.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { mongo: { type: 'string' } } })
const COUNT = Number(positionals[0] ?? 1_000_000)
const ROUNDS = 9
const LATE_PAGE = 200
const MIB = 2 ** 20
const NS_PER_MS = 1_000_000

const EVERYTHING: ListingFilter = {
  ...{ words: [], category: undefined, inStock: false, choices: [] },
  ...{ priceMinMinor: undefined, priceMaxMinor: undefined },
}
const p50 = (all: readonly number[]) => all.toSorted((a, b) => a - b)[all.length >> 1]!
const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
type Cost = { readonly ms: number; readonly processor: number }

async function timed(work: (round: number) => Promise<unknown>): Promise<Cost> {
  const times: number[] = []
  const processor: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [startedAt, used] = [performance.now(), processorMs()]
    await work(round)
    times.push(performance.now() - startedAt)
    processor.push(processorMs() - used)
  }
  return { ms: p50(times), processor: p50(processor) }
}

const filtersOf = (categories: readonly string[]): Readonly<Record<string, Partial<ListingFilter>>> => ({
  'no filter': {},
  'in stock': { inStock: true },
  'a category at the top (10 %)': { category: categories[3]! },
  'a category (1 %)': { category: categories[33]! },
  'in stock, two colours': { inStock: true, choices: ['Colour:colour 3', 'Colour:colour 4'] },
  'half of all prices': { priceMaxMinor: PRICE_MAX / 2 },
  'price, size and brand': { priceMaxMinor: PRICE_MAX / 2, choices: ['Size:size 1', 'Brand:brand 7'] },
  'size, colour and material': { choices: ['Size:size 1', 'Colour:colour 3', 'Material:material 7'] },
  'twenty colours': { choices: Array.from({ length: 20 }, (_, i) => `Colour:colour ${i}`) },
  'category, stock, price, colour, size': {
    ...{ category: categories[3]!, inStock: true, priceMinMinor: PRICE_MAX / 10 },
    choices: ['Colour:colour 3', 'Size:size 1'],
  },
})

async function measure(count: number, grouped: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-lists-'))
  const database = `lists_${count}_${grouped ? 'groups' : 'products'}`
  const location = {
    DATA_DIR: folder,
    ...(values.mongo !== undefined && { DATABASE_URL: withDatabase(values.mongo, database) }),
  }
  const filledFrom = performance.now()
  const categories = await fillLists(location, count, grouped)
  const filled = performance.now() - filledFrom
  // Only what is there is read: the words would be indexed meanwhile.
  const stores = await openStores({ ...location, CURRENCY, existing: true }, { runtime })
  const { catalogue, listings } = stores
  try {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    const [before, readFrom, used] = [process.memoryUsage().rss, performance.now(), processorMs()]
    delay.enable()
    while (!(await listings.facets(EVERYTHING).catch(() => undefined))) await runtime.sleep(10)
    delay.disable()
    const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
    console.log(
      `\n${count} products${grouped ? ', half of them in groups' : ''}: filled in ${seconds(filled)}, read in ${seconds(performance.now() - readFrom)} (${seconds(processorMs() - used)} of processor time), ${((process.memoryUsage().rss - before) / MIB).toFixed(0)} MiB more in memory, event loop late by ${(delay.percentile(99) / NS_PER_MS).toFixed(0)} ms (p99), ${(delay.max / NS_PER_MS).toFixed(0)} ms at most`,
    )
    const plain = { sort: 'newest', words: [], inStock: false, after: undefined, limit: 24 } as const
    const floor = await timed(() => catalogue.list(plain))
    const show = (what: string, costs: readonly Cost[]) =>
      console.log(
        `| ${what} | ${costs.map(({ ms, processor }) => `${ms.toFixed(1)} (${processor.toFixed(1)}), ${(processor / floor.processor).toFixed(0)} x`).join(' | ')} |`,
      )
    console.log(
      `| ms (of processor time), ratio of it to the floor | first page | page ${LATE_PAGE} | counts |`,
    )
    show('a plain page of 24 (floor)', [floor])
    for (const [name, filter] of Object.entries(filtersOf(categories))) {
      const query: ListingQuery = { ...EVERYTHING, ...filter, sort: 'price', after: undefined, limit: 24 }
      const first = await timed(() => listings.list(query))
      let page = await listings.list(query)
      for (let i = 0; i < LATE_PAGE && page.next; i++)
        page = await listings.list({ ...query, after: page.next })
      const late = await timed(() => listings.list({ ...query, after: page.next }))
      // With a name of its own, so that no counts are used again.
      const counts = await timed((round) => {
        const named = { ...EVERYTHING, ...filter, round }
        return listings.facets(named)
      })
      show(name, [first, late, counts])
    }
  } finally {
    await stores.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await measure(Math.min(COUNT, 1_000), false)
for (const grouped of [false, true]) await measure(COUNT, grouped)
