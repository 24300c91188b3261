/**
 * `node bench/lists.ts [products]` measures lists with filters and counts (default 1,000,000 products, SQLite): how long the first
 * reading takes, what a page and the counts cost by filter, the first page and a late one, and the same with 1,000
 * products. The floor is a plain page of the catalogue in the same run.
 */
import { randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ListingFilter, ListingQuery } from '@shop/product_service/domain/listings'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime as runtime } from '@shop/service_kit/runtime/runtime'
import { CURRENCY } from './fill.ts'

const COUNT = Number(process.argv[2] ?? 1_000_000)
const SMALL = 1_000
const AT_ONCE = 500
const ROUNDS = 15
const LATE_PAGE = 200
const CATEGORIES = 100
const STAMP = { by: 'bench', at: new Date().toISOString() }

const EVERYTHING: ListingFilter = {
  ...{ words: [], category: undefined, inStock: false, choices: [] },
  ...{ priceMinMinor: undefined, priceMaxMinor: undefined },
}
const p50 = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!

async function timed(work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now()
    await work(round)
    times.push(performance.now() - startedAt)
  }
  return p50(times)
}

async function measure(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-lists-'))
  const stores = await openStores({ DATA_DIR: folder, CURRENCY }, { runtime })
  const { catalogue, categories, listings } = stores
  try {
    const ids: string[] = []
    for (let i = 0; i < CATEGORIES; i++) {
      const parentId = i < 10 ? null : ids[i % 10]!
      const fields = { name: `Category ${i}`, description: '', parentId }
      ids.push((await categories.create({ id: randomUUIDv7(), fields }, STAMP)).id)
    }
    for (let made = 0; made < count; made += AT_ONCE) {
      const drafts = Array.from({ length: AT_ONCE }, (_, i) => {
        const n = made + i
        const attributes = {
          Colour: [`colour ${n % 20}`],
          Material: [`material ${(n * 7) % 50}`],
          Size: [`size ${(n * 3) % 8}`],
          Brand: [`brand ${(n * 13) % 500}`],
        }
        const details = { categories: [ids[10 + (n % (CATEGORIES - 10))]!], attributes }
        const priceMinor = (n * 7_919) % 100_000
        return {
          id: randomUUIDv7(),
          fields: { name: `Thing ${n}`, description: '', priceMinor, stock: n % 10, details },
        }
      })
      await catalogue.importProducts(drafts, STAMP)
    }
    const startedAt = performance.now()
    const before = process.memoryUsage().rss
    for (;;) {
      const read = await listings.facets(EVERYTHING).catch(() => undefined)
      if (read) break
    }
    const readMs = performance.now() - startedAt
    const mib = (process.memoryUsage().rss - before) / 2 ** 20
    console.log(
      `\n${count} products: read in ${(readMs / 1_000).toFixed(1)} s, ${mib.toFixed(0)} MiB more in memory`,
    )

    const floor = await timed(() =>
      catalogue.list({ sort: 'newest', words: [], inStock: false, after: undefined, limit: 24 }),
    )
    console.log(`${'plain page of 24 (floor)'.padEnd(46)} ${floor.toFixed(2).padStart(7)} ms`)
    const filters: Readonly<Record<string, Partial<ListingFilter>>> = {
      'no filter': {},
      'a category of all (10 %)': { category: ids[3]! },
      'a category (1 %)': { category: ids[33]! },
      'in stock, two colours': { inStock: true, choices: ['Colour:colour 3', 'Colour:colour 4'] },
      'price, size and brand': { priceMaxMinor: 50_000, choices: ['Size:size 1', 'Brand:brand 7'] },
    }
    const all: number[] = []
    for (const [name, filter] of Object.entries(filters)) {
      const query: ListingQuery = { ...EVERYTHING, ...filter, sort: 'price', after: undefined, limit: 24 }
      const first = await timed(() => listings.list(query))
      let page = await listings.list(query)
      for (let i = 0; i < LATE_PAGE && page.next; i++)
        page = await listings.list({ ...query, after: page.next })
      const late = await timed(() => listings.list({ ...query, after: page.next }))
      // Another price each time, so that nothing is used again.
      const counts = await timed((round) =>
        listings.facets({ ...EVERYTHING, ...filter, priceMinMinor: round + (count % 7) }),
      )
      all.push(first, late, counts)
      const figures = [first, late, counts].map((ms) => `${ms.toFixed(2)} ms`).join(', ')
      console.log(`${name.padEnd(46)} first page, page ${LATE_PAGE}, counts: ${figures}`)
    }
    console.log(`p50 of all: ${p50(all).toFixed(2)} ms, ${(p50(all) / floor).toFixed(1)} times the floor`)
  } finally {
    await stores.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await measure(SMALL)
await measure(COUNT)
