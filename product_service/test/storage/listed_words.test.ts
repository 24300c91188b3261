/** Words that match more products than a list looks at: the newest are found, and no number claims to be all of them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createIndexHost, type FoundIds, type HostAnswer } from '../../src/domain/catalogue/index_host.ts'
import type { ListingFilter } from '../../src/domain/listings.ts'
import { createFoundWords } from '../../src/storage/mongo_found_words.ts'
import * as onMongo from '../../src/storage/mongo_listed_reads.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { currentIndex } from '../../src/storage/sqlite_index_file.ts'
import * as onSqlite from '../../src/storage/sqlite_listed_words.ts'
import { createSqliteListings } from '../../src/storage/sqlite_listings.ts'
import { add, folder } from '../worlds.ts'

const TEA: ListingFilter = {
  ...{ words: ['tea'], category: undefined, inStock: false, choices: [] },
  ...{ priceMinMinor: undefined, priceMaxMinor: undefined },
}
const PAGE = { ...TEA, sort: 'relevance', after: undefined, limit: 9 } as const

test('on SQLite the newest that words match are found; if there are more, numbers say "or more"', async (t) => {
  const path = join(folder(t), 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  const details = { attributes: { Colour: ['green'] } }
  const ids = []
  for (const name of ['Tea', 'Green tea', 'Black tea']) ids.push((await add(stores, { name, details })).id)
  const db = new DatabaseSync(path, { readOnly: true })
  t.after(() => db.close())
  db.prepare('ATTACH ? AS words').run(currentIndex(path)!.file)
  for (const [matchesMax, number, more] of [
    [2, 2, true],
    [3, 3, false],
  ] as const) {
    const answer = createSqliteListings(
      db,
      () => ({ db, behind: false }),
      () => 0,
      matchesMax,
    )
    const { page } = answer({ list: PAGE }) as Extract<ReturnType<typeof answer>, { page: object }>
    assert.deepEqual(
      page.items.map(({ id }) => id),
      ids.toReversed().slice(0, number),
    )
    const { facets } = answer({ facets: TEA }) as Extract<ReturnType<typeof answer>, { facets: object }>
    const count = { count: number, more }
    assert.deepEqual(
      [page.total, facets.total, facets.inStock, facets.facets[0]!.values],
      [count, count, count, [{ value: 'green', ...count }]],
    )
  }
  assert.equal(onSqlite.MATCHES_MAX, 100_000)
})

test('so they are on MongoDB', async () => {
  const ids = [3, 2, 1].map((n) => `0190aaaa-0000-7000-8000-00000000000${n}`)
  const host = createIndexHost(() => 0)
  const shown = { nameKey: 'tea', categories: [], attributes: {}, priceMinor: 1, inStock: true }
  const changes = ids.map((id) => ({ product: { ...shown, id, groupId: null, optionValues: [] } }))
  host({ sent: 0, changes })
  for (const [matchesMax, number, more] of [
    [2, 2, true],
    [3, 3, false],
  ] as const) {
    const reads = { found: async (_: unknown, limit: number) => ids.slice(0, limit) }
    const found: FoundIds | undefined = await createFoundWords(
      reads,
      systemRuntime,
      matchesMax,
    )(['tea'], 'newest')
    const { page } = host({ sent: 1, list: PAGE, found }) as Extract<HostAnswer, { page: object }>
    const { facets } = host({ sent: 1, facets: TEA, found }) as Extract<HostAnswer, { facets: object }>
    const count = { count: number, more }
    assert.deepEqual([page.items.length, page.total, facets.total], [number, count, count])
  }
  assert.equal(onMongo.MATCHES_MAX, 10_000)
})
