/** Records that were changed from outside and are unreadable do not affect others. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MongoStore, openMongo } from '@shop/service_kit/mongo/store'
import { Unreadable } from '@shop/service_kit/storage/unreadable'

import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import type { PageKey } from '../../src/domain/page.ts'
import type { CatalogueQuery, Stores } from '../../src/domain/ports.ts'
import type { Product } from '../../src/domain/product.ts'
import { SORTS } from '../../src/domain/sorts.ts'
import { answerEach } from '../../src/http/answer_each.ts'
import { movementId, PRODUCT_INDEXES } from '../../src/storage/mongo_documents.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { AT, add, order, STAMP } from '../worlds.ts'

/** One field of each kind. */
const UNREADABLE: readonly Record<string, unknown>[] = [
  { priceMinor: 'cheap' },
  { name: 7 },
  { description: null },
  { stock: 2.5 },
  { createdAt: new Date(0) },
]

mongoSuites('documents in MongoDB that cannot be read', (server) => {
  const world = async (t: TestContext) => {
    const database = server.newDatabase()
    const reported: string[] = []
    const stores = await openStores(
      { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' },
      { ...server.opening, unreadableOf: (what) => (id) => reported.push(`${what} ${id}`) },
    )
    t.after(() => stores.close())
    const plan = { service: 'product_service', database, indexes: PRODUCT_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    return { stores, raw, reported }
  }

  test('a movement stays, with what follows it, and stops the compaction of no other product', async (t) => {
    const { stores, raw, reported } = await world(t)
    const [broken, whole] = [await add(stores), await add(stores)]
    for (const { id } of [broken, whole]) {
      for (let n = 0; n < 5; n++) {
        await stores.stock.adjust({ productId: id, delta: 1, note: 'counted', attempt: undefined }, STAMP)
      }
    }
    await corrupt(raw, 'movements', movementId(broken.id, 4), { delta: 'many' })
    const [old] = stores.old.movements
    for (let after: string | undefined, more = true; more; ) {
      const { items, next } = await old!.due('9000-01-01', after, 10)
      await old!.remove(items as never[])
      after = next
      more = next !== undefined
    }
    const left = await raw.collection<{ _id: string }>('movements').find().sort({ _id: 1 }).toArray()
    assert.deepEqual(
      left.map(({ _id }) => _id),
      [...[3, 4, 5, 6].map((version) => movementId(broken.id, version)), movementId(whole.id, 6)],
    )
    assert.deepEqual([...new Set(reported)], [`a movement of stock ${movementId(broken.id, 4)}`])
  })

  test('every list and search has the others, each once, in full pages', async (t) => {
    const { stores, raw, reported } = await world(t)
    const all: Product[] = []
    for (let i = 0; i < 12; i++) all.push(await add(stores, { name: `Tea ${i}`, priceMinor: 100 + (i % 4) }))
    const bad = [0, 3, 4, 7, 11].map((i) => all[i]!.id)
    for (const [i, id] of bad.entries()) await corrupt(raw, 'products', id, UNREADABLE[i]!)
    const good = all.flatMap(({ id }) => (bad.includes(id) ? [] : [id]))
    for (const words of [[], ['te']]) {
      for (const sort of [...SORTS, 'relevance'] as const) {
        for (const inStock of [false, true]) {
          const pages = await read(stores, { sort, words, inStock, limit: 3 })
          assert.deepEqual(
            pages.map((page) => page.length),
            [3, 3, 1],
            `${sort} ${words}`,
          )
          assert.deepEqual(pages.flat().toSorted(), good, `${sort} ${words}`)
        }
      }
    }
    assert.deepEqual([...new Set(reported)].toSorted(), bad.map((id) => `a product ${id}`).toSorted())
    await assert.rejects(stores.catalogue.find(bad[0]!), Unreadable)
  })

  test('2: other sales, edits and audits continue; operations that need it fail alone, and never treat it as absent', async (t) => {
    const { stores, raw } = await world(t)
    const [tea, mug, lamp] = [await add(stores), await add(stores), await add(stores)]
    const held = [order({ [tea.id]: 1 }), order({ [tea.id]: 2 })]
    await stores.stock.reserve(held, AT)
    await corrupt(raw, 'products', mug.id, { stock: 'many' })
    await corrupt(raw, 'reservations', held[0]!.orderId, { lines: 'gone' })

    const asked = [order({ [tea.id]: 1 }), order({ [mug.id]: 1 }), order({ [lamp.id]: 1 })]
    const answers = await answerEach(
      asked,
      (some) => stores.stock.reserve(some, AT),
      () => {},
    )
    assert.deepEqual(
      answers.map((each) => (each.ok ? each.value.status : each.error instanceof Unreadable)),
      ['held', true, 'held'],
    )
    const ends = await answerEach(
      held.map(({ orderId }) => orderId),
      (some) => stores.stock.release(some, AT),
      () => {},
    )
    assert.deepEqual(
      ends.map((each) => (each.ok ? each.value.status : each.error instanceof Unreadable)),
      [true, 'released'],
    )
    // Decided in one transaction of this process.
    const edits = await Promise.allSettled(
      [tea, mug, lamp].map(({ id }) => stores.catalogue.edit(id, { name: 'New' }, undefined, STAMP)),
    )
    assert.deepEqual(
      edits.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    const { checked, mismatches } = await stores.audit.ledgerMismatches(undefined, 10)
    assert.equal(checked, 3)
    assert.ok(mismatches.some(({ productId }) => productId === mug.id))
    assert.deepEqual((await stores.audit.heldReservations(undefined, 10)).unreadable, [held[0]!.orderId])
  })

  test('a page of the ledger continues after what it read', async (t) => {
    const { stores, raw } = await world(t)
    const tea = await add(stores)
    for (let delta = 1; delta <= 7; delta++) {
      await stores.stock.adjust({ productId: tea.id, delta, note: 'x', attempt: undefined }, STAMP)
    }
    // Versions 2 to 8; the last one claims another version, which would start the ledger again.
    await corrupt(raw, 'movements', movementId(tea.id, 8), { stockAfter: null })
    await corrupt(raw, 'movements', movementId(tea.id, 5), { version: 8 })
    const versions: number[][] = []
    let after: PageKey | undefined
    do {
      const page = (await stores.stock.movements(tea.id, { after, limit: 3 }))!
      versions.push(page.items.map(({ version }) => version))
      after = page.next
    } while (after && versions.length < 9)
    assert.deepEqual(versions, [
      [7, 6, 4],
      [3, 2, 1],
    ])
  })

  test('a product whose words cannot be made does not block the others', async (t) => {
    const { stores, raw } = await world(t)
    const [bad, tea] = [await add(stores), await add(stores)]
    await corrupt(raw, 'products', bad.id, { name: null, words: [7] })
    await corrupt(raw, 'products', tea.id, { words: ['old'] })
    const settings = raw.collection<{ _id: string }>('settings')
    await until(async () => (await settings.deleteOne({ _id: 'words_version' })).deletedCount === 1)
    const again = await openStores(
      {
        DATABASE_URL: server.url(raw.collection('x').dbName),
        DATA_DIR: '',
        CURRENCY: 'USD',
      },
      server.opening,
    )
    t.after(() => again.close())
    await until(async () => (await settings.findOne({ _id: 'words_version' })) !== null)
    // The vocabulary, which a misspelt word needs, contains the invalid word.
    const query = { sort: 'relevance', inStock: false, after: undefined, limit: 5 } as const
    const found = await again.catalogue.list({ ...query, words: ['tea'] })
    assert.deepEqual(
      found.items.map(({ id }) => id),
      [tea.id],
    )
  })
})

async function until(done: () => Promise<boolean>) {
  for (const deadline = performance.now() + 120_000; !(await done()); await sleep(20)) {
    assert.ok(performance.now() < deadline)
  }
}

const corrupt = (store: MongoStore, collection: string, _id: string, $set: Record<string, unknown>) =>
  store.repeat(() => store.collection<{ _id: string }>(collection).updateOne({ _id }, { $set }))

async function read({ catalogue }: Stores, query: Omit<CatalogueQuery, 'after'>): Promise<string[][]> {
  const pages: string[][] = []
  let after: PageKey | undefined
  do {
    const page = await catalogue.list({ ...query, after })
    pages.push(page.items.map(({ id }) => id))
    after = page.next
  } while (after && pages.length < 9)
  return pages
}
