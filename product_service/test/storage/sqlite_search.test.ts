/** Searches of a SQLite file during sales: on a separate thread, a few at a time, with an index that is built again. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { READS_OF_CLIENT_MAX } from '@shop/service_kit/runtime/reader_thread'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { Stores } from '../../src/domain/ports.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { REINDEXED_FIRST } from '../../src/storage/sqlite_indexer.ts'
import { AT, folder, nextId, openShop, order, STAMP } from '../worlds.ts'

const UNSEEN = undefined
const query = (words: readonly string[], sort: 'newest' | 'price' = 'newest') => ({
  ...{ sort, words, inStock: false, after: undefined, limit: 100 },
})

async function aShopOf(t: TestContext, count: number) {
  const path = join(folder(t), 'products.db')
  const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
  t.after(() => stores.close())
  const description = Array.from({ length: 20 }, (_, i) => `apple${i}`).join(' ')
  for (let done = 0; done < count; done += 250) {
    const drafts = Array.from({ length: 250 }, (_, i) => ({
      id: nextId(),
      fields: { name: `Thing ${done + i}`, description, priceMinor: (i * 7919) % 1_000, stock: 1_000 },
    }))
    await stores.catalogue.importProducts(drafts, STAMP)
  }
  const { items } = await stores.catalogue.list({ ...query([]), limit: 1 })
  return { stores, path, id: items[0]!.id, priceMinor: items[0]!.priceMinor }
}

suite('searches during sales', () => {
  test('delay no sale, and beyond a few concurrent ones are refused', async (t) => {
    const { stores, id, priceMinor } = await aShopOf(t, 3_000)
    await stores.catalogue.list(query(['a'], 'price'))
    const ended: string[] = []
    const searches = Array.from({ length: READS_OF_CLIENT_MAX + 24 }, () =>
      stores.catalogue.list(query(['a'], 'price')).finally(() => ended.push('search')),
    )
    const sales = Array.from({ length: 20 }, async () => {
      const [held] = await stores.stock.reserve([order({ [id]: 1 }, priceMinor)], AT)
      assert.equal(held!.status, 'held')
      ended.push('sale')
    })
    const outcomes = await Promise.allSettled(searches)
    await Promise.all(sales)
    const answered = outcomes.filter(({ status }) => status === 'fulfilled')
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(answered.length, READS_OF_CLIENT_MAX + 1)
    for (const { reason } of refused) assert.equal(reason.code, 'overloaded')
    assert.ok(
      ended.lastIndexOf('sale') < ended.lastIndexOf('search'),
      'sales do not wait for the last search',
    )
  })

  test('see what was written before they started', async (t) => {
    const { stores, id } = await aShopOf(t, 250)
    for (let i = 0; i < 30; i++) {
      await stores.catalogue.edit(id, { name: `Renamed r${i}x` }, UNSEEN, STAMP)
      const { items } = await stores.catalogue.list(query([`r${i}x`]))
      assert.equal(items.length, 1)
    }
  })

  test('a search beyond the limit is 503 with Retry-After', async (t) => {
    const { admin, anonymous, stores } = await openShop(t)
    const { list } = stores.catalogue
    const refusing = { ...stores.catalogue, list: async () => Promise.reject(await overloaded(t)) }
    Object.assign(stores.catalogue, refusing)
    const answer = await anonymous('GET', '/products?q=a')
    assert.deepEqual(
      [answer.statusCode, answer.json().code, answer.headers['retry-after']],
      [503, 'overloaded', '1'],
    )
    Object.assign(stores.catalogue, { list })
    assert.equal((await anonymous('GET', '/products?q=a')).statusCode, 200)
    assert.equal((await admin('GET', '/products')).statusCode, 200)
  })
})

/** The error of a real store. */
async function overloaded(t: TestContext): Promise<unknown> {
  const { stores } = await aShopOf(t, 250)
  const all = Array.from({ length: READS_OF_CLIENT_MAX + 2 }, () => stores.catalogue.list(query(['a'])))
  const refused = (await Promise.allSettled(all)).find((outcome) => outcome.status === 'rejected')
  return refused!.reason
}

/** A store of the first version, without its index, which is no longer used. */
function makeFirstStore(path: string, count: number): string[] {
  const db = new DatabaseSync(path)
  const first = '0001_products.sql'
  db.exec(readFileSync(join(import.meta.dirname, '..', '..', 'src', 'storage', 'migrations', first), 'utf8'))
  db.exec('CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT')
  db.exec(`INSERT INTO schema_migrations VALUES ('${first}', '${AT}'); BEGIN`)
  const ids = Array.from({ length: count }, nextId)
  const insert = db.prepare(
    `INSERT INTO products VALUES (?, ?, 0, 0, 1, 1, 100, 0, '${AT}', '${AT}', NULL, 'lamp', 'Lamp', ?)`,
  )
  ids.forEach((id, i) => {
    insert.run(i + 1, id, `v${i}x`)
  })
  db.exec('COMMIT')
  db.close()
  return ids
}

async function allFound({ catalogue }: Stores, word: string): Promise<string[]> {
  const found: string[] = []
  for (let after: readonly (string | number)[] | undefined; ; ) {
    const page = await catalogue.list({ ...query([word]), after })
    found.push(...page.items.map(({ id }) => id))
    after = page.next
    if (!after) return found
  }
}

suite('a large store of the first version', () => {
  test('is served while it is indexed, and reports it; a stop meanwhile loses nothing', async (t) => {
    const path = join(folder(t), 'products.db')
    const ids = makeFirstStore(path, REINDEXED_FIRST + 3_000)
    const notices: string[] = []
    const first = await openSqliteStores(path, {
      CURRENCY: 'USD',
      runtime: systemRuntime,
      notice: (text) => notices.push(text),
    })
    const left = '3000 products are being indexed again; until that is done a search may miss some.'
    assert.deepEqual(notices, [left], 'it is not done yet')
    const newest = (await first.catalogue.list(query(['lamp']))).items.map(({ id }) => id)
    assert.deepEqual(newest, ids.slice(-100).reverse())
    // Meanwhile, edits of products that are not indexed yet.
    await first.catalogue.edit(ids[0]!, { name: 'Chair' }, UNSEEN, STAMP)
    await first.catalogue.remove(ids[1]!, UNSEEN, STAMP)
    assert.deepEqual(await allFound(first, 'chair'), [ids[0]])
    await first.close()

    const second = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
    t.after(() => second.close())
    const expected = ids.slice(2).reverse()
    const deadline = performance.now() + 120_000
    while ((await allFound(second, 'lamp')).length < expected.length && performance.now() < deadline)
      await sleep(20)
    assert.deepEqual(await allFound(second, 'lamp'), expected)
    assert.deepEqual(await allFound(second, 'chair'), [ids[0]])
    assert.deepEqual(await allFound(second, 'v1x'), [])
  })

  test('can be closed while it is indexed, also when nothing else keeps the process alive', (t) => {
    const path = join(folder(t), 'products.db')
    makeFirstStore(path, REINDEXED_FIRST + 3_000)
    const program = `
      const { systemRuntime } = await import(${JSON.stringify(import.meta.resolve('@shop/service_kit/runtime/runtime'))})
      const { openSqliteStores } = await import(${JSON.stringify(new URL('../../src/storage/open_stores.ts', import.meta.url).href)})
      const stores = await openSqliteStores(${JSON.stringify(path)}, { CURRENCY: 'USD', runtime: systemRuntime })
      await new Promise((resolve) => setTimeout(resolve, 50))
      await stores.close()
      console.log('closed')`
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    })
    assert.deepEqual({ stdout, status }, { stdout: 'closed\n', status: 0 })
    assert.equal(existsSync(`${path}-wal`), false, 'the WAL was brought home')
  })
})
