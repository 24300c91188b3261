/** Old records are removed by short writes, between which those of buyers run. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { RECORDS_AT_ONCE } from '@shop/service_kit/storage/retention'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { countRemovals } from '@shop/service_kit/test_support/sqlite_writes'
import { MIGRATIONS } from '../../src/storage/sqlite_migrations.ts'
import {
  createSqliteOldMovements,
  createSqliteOldReservations,
  WRITE_BATCH_MAX,
} from '../../src/storage/sqlite_retention.ts'
import { prepareWrites } from '../../src/storage/sqlite_rows.ts'
import { createSqliteStockStore } from '../../src/storage/sqlite_stock_store.ts'
import { AT, nextId, STAMP } from '../worlds.ts'

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
  const [id, stamp] = [nextId(), { createdAt: AT, updatedAt: AT, deletedAt: null }]
  const tea = { id, name: 'Tea', description: '', priceMinor: 1, stock: 0, reserved: 0 }
  await store.write(() =>
    prepareWrites(store.writer).addProduct({ ...tea, version: 1, editVersion: 1, ...stamp }),
  )
  const count = RECORDS_AT_ONCE + 50
  for (let n = 0; n < count; n++) {
    await stock.adjust({ productId: id, delta: 1, note: 'counted', attempt: undefined }, STAMP)
  }
  const old = createSqliteOldMovements(store)
  for (let after: string | undefined, more = true; more; ) {
    const { items, next } = await old.due(FAR_AHEAD, after, RECORDS_AT_ONCE)
    await old.remove(items)
    after = next
    more = next !== undefined
  }
  // One more is the row that names the run. The second run begins with the opening balance of the first.
  assert.deepEqual(removals, [RECORDS_AT_ONCE + 1, 51 + 1])
})
