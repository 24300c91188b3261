/** Old records are removed by short writes, between which those of buyers run. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { RECORDS_AT_ONCE } from '@shop/service_kit/storage/retention'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { countRemovals } from '@shop/service_kit/test_support/sqlite_writes'
import { NO_DETAILS } from '../../src/domain/details.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { MIGRATIONS } from '../../src/storage/sqlite_migrations.ts'
import {
  createSqliteOldMovements,
  createSqliteOldReservations,
  WRITE_BATCH_MAX,
} from '../../src/storage/sqlite_retention.ts'
import { prepareWrites } from '../../src/storage/sqlite_rows.ts'
import { createSqliteStockStore } from '../../src/storage/sqlite_stock_store.ts'
import { AT, add, folder, nextId, STAMP } from '../worlds.ts'

const FAR_AHEAD = '9000-01-01'

function world(t: TestContext) {
  const opened = openSqlite({ path: ':memory:', migrations: MIGRATIONS, runtime: systemRuntime })
  t.after(() => opened.close())
  const { store, removals } = countRemovals(t, opened)
  const auditLog = createSqliteAuditLog(store, systemRuntime, IGNORE_UNREADABLE)
  return { store, removals, stock: createSqliteStockStore(store, auditLog) }
}

test(`reservations are removed ${WRITE_BATCH_MAX} at once`, async (t) => {
  const { store, removals, stock } = world(t)
  await stock.release(
    Array.from({ length: 2 * WRITE_BATCH_MAX + 1 }, () => nextId()),
    AT,
  )
  const old = createSqliteOldReservations(store, IGNORE_UNREADABLE)
  const { items } = await old.due(FAR_AHEAD, undefined, 100)
  assert.equal(await old.remove(items), items.length)
  assert.deepEqual(removals, [WRITE_BATCH_MAX, WRITE_BATCH_MAX, 1])
})

test('a run of movements is never longer than the limit', async (t) => {
  const { store, removals, stock } = world(t)
  const [id, stamp] = [nextId(), { createdAt: AT, updatedAt: AT, deletedAt: null, details: NO_DETAILS }]
  const tea = { id, name: 'Tea', description: '', priceMinor: 1, stock: 0, reserved: 0 }
  await store.write(() =>
    prepareWrites(store.writer).addProduct({ ...tea, version: 1, editVersion: 1, ...stamp }),
  )
  const count = RECORDS_AT_ONCE + 50
  for (let n = 0; n < count; n++) {
    await stock.adjust({ productId: id, delta: 1, note: 'counted', attempt: undefined }, STAMP)
  }
  const old = createSqliteOldMovements(store, IGNORE_UNREADABLE)
  for (let after: string | undefined, more = true; more; ) {
    const { items, next } = await old.due(FAR_AHEAD, after, RECORDS_AT_ONCE)
    await old.remove(items)
    after = next
    more = next !== undefined
  }
  // One more is the row that names the run. The second run begins with the opening balance of the first.
  assert.deepEqual(removals, [RECORDS_AT_ONCE + 1, 51 + 1])
})

test('a movement that cannot be read stays, with what follows it, is reported, and stops no other product', async (t) => {
  const path = join(folder(t), 'products.db')
  const reported: string[] = []
  const stores = await openSqliteStores(path, {
    CURRENCY: 'USD',
    runtime: systemRuntime,
    unreadableOf: (what) => (id) => reported.push(`${what} ${id}`),
  })
  t.after(() => stores.close())
  const [broken, whole] = [await add(stores), await add(stores)]
  for (const { id } of [broken, whole]) {
    for (let n = 0; n < 5; n++) {
      await stores.stock.adjust({ productId: id, delta: 1, note: 'counted', attempt: undefined }, STAMP)
    }
  }
  const raw = new DatabaseSync(path)
  raw.exec(`DROP TRIGGER movements_are_not_changed;
    UPDATE movements SET delta = ${2n ** 60n} WHERE version = 4 AND product_seq = 1`)
  const [old] = stores.old.movements
  for (let after: string | undefined, more = true; more; ) {
    const { items, next } = await old!.due(FAR_AHEAD, after, 10)
    await old!.remove(items)
    after = next
    more = next !== undefined
  }
  const left = raw.prepare('SELECT product_seq, version FROM movements ORDER BY product_seq, version').all()
  raw.close()
  assert.deepEqual(
    left.map(({ product_seq, version }) => [product_seq, version]),
    [
      [1, 3],
      [1, 4],
      [1, 5],
      [1, 6],
      [2, 6],
    ],
  )
  assert.deepEqual([...new Set(reported)], [`a movement of stock ${broken.id} 4`])
})
