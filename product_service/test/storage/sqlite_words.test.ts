/**
 * The search index during sales: with any renames, new descriptions and removals, each write is answered as it was
 * written.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import type { Stores } from '../../src/domain/ports.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { currentIndex } from '../../src/storage/sqlite_index_file.ts'
import { AT, add, folder, nextId, onOneFile, openShop, order, STAMP } from '../worlds.ts'

const UNSEEN = undefined

suite('edits through the API', () => {
  test('four concurrent renames, repeatedly', async (t) => {
    const { admin, stores } = await openShop(t)
    const products = await Promise.all(Array.from({ length: 4 }, () => add(stores)))
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        products.map(({ id }, i) => admin('PATCH', `/products/${id}`, { name: `Tea ${round} of ${i}` })),
      )
      assert.deepEqual(
        answers.map(({ statusCode, body }) => [statusCode, JSON.parse(body).name]),
        products.map((_, i) => [200, `Tea ${round} of ${i}`]),
      )
    }
  })

  test('dozens of descriptions in a row', async (t) => {
    const { admin, stores } = await openShop(t)
    const products = [await add(stores), await add(stores), await add(stores)]
    for (let i = 0; i < 36; i++) {
      const { id } = products[i % 3]!
      const { statusCode, body } = await admin('PATCH', `/products/${id}`, { description: `Text ${i}` })
      assert.deepEqual([statusCode, JSON.parse(body).description], [200, `Text ${i}`])
    }
  })

  test('three removals during an order', async (t) => {
    const { admin, service, stores } = await openShop(t)
    const sold = await add(stores, { stock: 100 })
    for (let round = 0; round < 20; round++) {
      const doomed = [await add(stores), await add(stores), await add(stores)]
      const line = { product_id: sold.id, quantity: 1 }
      const reservation = { order_id: nextId(), lines: [line], total_price: '1.00' }
      const [held, ...removed] = await Promise.all([
        service('POST', '/internal/reservations', { reservations: [reservation] }),
        ...doomed.map(({ id }) => admin('DELETE', `/products/${id}`)),
      ])
      assert.equal(held.statusCode, 200)
      assert.equal(JSON.parse(held.body).results[0].status, 'held')
      assert.deepEqual(
        removed.map(({ statusCode }) => statusCode),
        [204, 204, 204],
      )
    }
  })
})

/** Runs many works concurrently, started in the order of their numbers. */
async function atOnce(count: number, width: number, work: (i: number) => Promise<void>) {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

suite('thousands of concurrent edits, removals, sales, adjustments and refusals', () => {
  test('are each answered as written, and the ledger balances (1, 2, 7)', async (t) => {
    const [stores, other] = await onOneFile(t)
    const products = await Promise.all(
      Array.from({ length: 40 }, (_, i) => add(stores, { name: `Lamp l${i}x`, stock: 1_000 })),
    )
    const sold = new Map(products.map(({ id }) => [id, 0]))
    const counted = new Map(products.map(({ id }) => [id, 0]))
    const names = new Map<string, Set<string>>(products.map(({ id }) => [id, new Set()]))
    const doings: ((i: number, id: string, here: Stores) => Promise<void>)[] = [
      async (i, id, here) => {
        const name = `Renamed r${i}x`
        assert.equal((await here.catalogue.edit(id, { name }, UNSEEN, STAMP)).name, name)
        names.get(id)!.add(name)
      },
      async (i, id, here) => {
        const description = `Made of parts d${i} and light`
        assert.equal((await here.catalogue.edit(id, { description }, UNSEEN, STAMP)).description, description)
      },
      async (i, _id, here) => {
        const { id } = await add(here, { name: `Passing p${i}` })
        assert.equal((await here.catalogue.find(id))?.name, `Passing p${i}`)
        await here.catalogue.remove(id, UNSEEN, STAMP)
        assert.equal(await here.catalogue.find(id), undefined)
        await assert.rejects(here.catalogue.remove(id, UNSEEN, STAMP), { code: 'product_not_found' })
      },
      async (_i, id, here) => {
        const [held] = await here.stock.reserve([order({ [id]: 2 })], AT)
        assert.ok(held?.status === 'held')
        assert.equal(held.lines[0]?.quantity, 2)
        sold.set(id, sold.get(id)! + 2)
      },
      async (_i, id, here) => {
        const [refused] = await here.stock.reserve([order({ [id]: 9_000 })], AT)
        assert.ok(refused?.status === 'rejected')
        assert.equal(refused.reason, 'insufficient_stock')
      },
      async (i, id, here) => {
        const adjustment = { productId: id, delta: 3, note: 'counted', attempt: undefined }
        const { movement, replayed } = await here.stock.adjust(adjustment, { ...STAMP, by: `counter ${i}` })
        assert.deepEqual([movement.delta, movement.by, replayed], [3, `counter ${i}`, false])
        counted.set(id, counted.get(id)! + 3)
      },
      async (_i, id, here) => {
        const adjustment = { productId: id, delta: -1_000_000, note: 'lost', attempt: undefined }
        await assert.rejects(here.stock.adjust(adjustment, STAMP), { code: 'insufficient_stock' })
      },
      async (_i, id, here) => {
        const stale = [0]
        await assert.rejects(here.catalogue.edit(id, { name: 'Stale' }, stale, STAMP), {
          code: 'version_conflict',
        })
      },
    ]
    await atOnce(4_000, 64, (i) =>
      doings[i % doings.length]!(
        i,
        products[Math.floor(i / doings.length) % products.length]!.id,
        i % 5 === 0 ? other : stores,
      ),
    )

    for (const { id } of products) {
      const { name, stock, reserved } = (await other.catalogue.find(id))!
      assert.deepEqual([stock, reserved], [1_000 - sold.get(id)! + counted.get(id)!, sold.get(id)])
      assert.ok(names.get(id)!.size === 0 || names.get(id)!.has(name))
      const found = await stores.catalogue.list({
        sort: 'newest',
        words: name.toLowerCase().split(' '),
        inStock: false,
        after: undefined,
        limit: 10,
      })
      assert.deepEqual(
        found.items.map((product) => product.id),
        [id],
      )
    }
    const gone = { sort: 'newest', words: ['passing'], inStock: false, after: undefined, limit: 1 } as const
    assert.deepEqual((await stores.catalogue.list(gone)).items, [])
    const { mismatches, checked } = await stores.audit.ledgerMismatches(undefined, 10_000)
    assert.deepEqual([mismatches, checked], [[], 40 + 500])
  })
})

/** A store of the first version of this service: three products, two removed ones, and rowids beyond 2^53. */
function makeFirstStore(path: string) {
  const db = new DatabaseSync(path)
  const first = '0001_products.sql'
  db.exec(readFileSync(join(import.meta.dirname, '..', '..', 'src', 'storage', 'migrations', first), 'utf8'))
  db.exec('CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT')
  db.exec(`INSERT INTO schema_migrations VALUES ('${first}', '${AT}')`)
  const ids = Array.from({ length: 5 }, nextId)
  ids.forEach((id, i) => {
    db.exec(`
      INSERT INTO products VALUES (${i + 1}, '${id}', 5, 0, 1, 1, 100, 1, '${AT}', '${AT}', NULL, 'old lamp', 'Old lamp', 'v${i}');
      INSERT INTO product_words (rowid, words) VALUES (-${i + 1}, 'old lamp v${i}');
      INSERT INTO movements VALUES (${i + 1}, 1, 5, 5, 'initial', NULL, NULL, 'root', '${AT}', NULL, NULL);`)
  })
  db.exec("INSERT INTO product_words (product_words) VALUES ('optimize')")
  for (const i of [1, 2]) {
    db.exec(`UPDATE products SET deleted_at = '${AT}' WHERE seq = ${i};
      DELETE FROM product_words WHERE rowid = -${i}`)
  }
  assert.throws(
    () => db.prepare('BEGIN').run(),
    /too large/,
    'this store is in the state that has to be repaired',
  )
  db.close()
  return ids
}

suite('a store of the first version', () => {
  test('is migrated when it is opened: everything is found, and it can be edited', async (t) => {
    const path = join(folder(t), 'products.db')
    const ids = makeFirstStore(path)
    const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
    t.after(() => stores.close())
    const found = async (word: string) => {
      const query = { sort: 'newest', words: [word], inStock: false, after: undefined, limit: 10 } as const
      return (await stores.catalogue.list(query)).items.map(({ id }) => id)
    }
    assert.deepEqual(await found('lamp'), [ids[4], ids[3], ids[2]])
    for (let i = 0; i < 20; i++) {
      const edited = await stores.catalogue.edit(ids[3]!, { name: `Chair ${i}` }, UNSEEN, STAMP)
      assert.equal(edited.name, `Chair ${i}`)
    }
    assert.deepEqual(await found('chair'), [ids[3]])
    assert.deepEqual(await found('lamp'), [ids[4], ids[2]])
    await stores.catalogue.remove(ids[4]!, UNSEEN, STAMP)
    assert.deepEqual(await found('v4'), [])
    assert.deepEqual((await stores.audit.ledgerMismatches(undefined, 10)).mismatches, [])
  })
})

suite('the index of words', () => {
  test('writes no rowid that JavaScript cannot hold', async (t) => {
    const path = join(folder(t), 'products.db')
    const stores = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
    t.after(() => stores.close())
    const products = await Promise.all(Array.from({ length: 20 }, () => add(stores)))
    for (let i = 0; i < 200; i++) {
      await stores.catalogue.edit(products[i % 20]!.id, { description: `round ${i}` }, UNSEEN, STAMP)
    }
    for (const { id } of products) await stores.catalogue.remove(id, UNSEEN, STAMP)
    const db = new DatabaseSync(currentIndex(path)!.file, { readOnly: true })
    t.after(() => db.close())
    const tables = db
      .prepare(
        `SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE ''product_words%' AND sql NOT LIKE '%WITHOUT ROWID%'`,
      )
      .all()
      .map(({ name }) => String(name))
    assert.deepEqual(tables, ['product_words_data', 'product_words_content'])
    for (const table of tables) {
      const { largest } = db.prepare(`SELECT CAST(max(abs(rowid)) AS TEXT) AS largest FROM ${table}`).get()!
      assert.ok(BigInt((largest as string) ?? 0) <= BigInt(Number.MAX_SAFE_INTEGER), `${table}: ${largest}`)
    }
  })
})
