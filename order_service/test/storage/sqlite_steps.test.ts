/** Long reads and writes are done in steps; other work runs between them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StatementSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { createSqliteAuditLog } from '@shop/service_kit/audit/sqlite_log'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { countRemovals } from '@shop/service_kit/test_support/sqlite_writes'
import { claimOf, type PendingOrder } from '../../src/domain/schedule.ts'
import { CLAIMS_MAX, correctClockSkew } from '../../src/domain/settle_due.ts'
import { createOrderWatch, POLL_BATCH_MAX } from '../../src/http/order_watch.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { createSqliteEndedOrders } from '../../src/storage/sqlite_ended_orders.ts'
import { MIGRATIONS } from '../../src/storage/sqlite_migrations.ts'
import { COUNT_BATCH_MAX, WRITE_BATCH_MAX } from '../../src/storage/sqlite_order_queues.ts'
import { createSqliteOrderStore } from '../../src/storage/sqlite_order_store.ts'
import { AT, order, reject, SHORT } from '../samples.ts'

const updated = ({ order, schedule }: PendingOrder, updatedAt: string): PendingOrder => ({
  order: { ...order, updatedAt },
  schedule,
})

/** A store with so many due orders. */
async function world(t: TestContext, count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-steps-'))
  const { orders, close } = await openStores(
    { DATA_DIR: folder, CURRENCY: 'USD' },
    { runtime: systemRuntime },
  )
  t.after(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  const later = (i: number) => new Date(AT.getTime() + i).toISOString()
  const all = Array.from({ length: count }, (_, i) =>
    updated(order({ dueAt: later((i + 1) >> 1) }), later(count - i)),
  )
  await Promise.all(all.map((each) => orders.addOnce(each)))
  return { orders, all }
}

/** Turns of the event loop while `work` ran. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let over = false
  const ended = work().finally(() => {
    over = true
  })
  for (; !over; turns++) await new Promise((turn) => setImmediate(turn))
  await ended
  return turns
}

test(`a backlog is counted in steps of ${COUNT_BATCH_MAX}; orders due at the same time are in one step`, async (t) => {
  const count = 2 * COUNT_BATCH_MAX + 1
  const { orders, all } = await world(t, count)
  const oldest = all.at(-1)!.order.updatedAt
  assert.ok(
    (await turnsDuring(async () => {
      assert.deepEqual(await orders.backlog(), { count, oldestUpdatedAt: oldest })
    })) >= 2,
  )
})

test(`claims and reschedules write ${WRITE_BATCH_MAX} orders at once`, async (t) => {
  const claims: number[] = []
  const { all: call } = StatementSync.prototype
  t.mock.method(StatementSync.prototype, 'all', function (this: StatementSync, ...values: never[]) {
    const rows = Reflect.apply(call, this, values)
    if (this.sourceSQL.includes('RETURNING')) claims.push(rows.length)
    return rows
  })
  const { orders, all } = await world(t, 2 * WRITE_BATCH_MAX + 1)
  const now = new Date(AT.getTime() + 60_000).toISOString()
  const claimed = await orders.claimDue(now, '2027-01-01T00:00:00.000Z', all.length)
  assert.deepEqual(
    claimed.map(({ order: { id } }) => id).sort(),
    all.map(({ order: { id } }) => id),
    'each once',
  )
  assert.deepEqual(claims, [WRITE_BATCH_MAX, WRITE_BATCH_MAX, 1])
  await orders.reschedule(claimed.map((each) => ({ ...claimOf(each), dueAt: now })))
  assert.deepEqual(
    (await orders.listUnsettled({ limit: all.length })).map(({ schedule: { dueAt } }) => dueAt),
    all.map(() => now),
  )
})

test(`old orders are removed ${WRITE_BATCH_MAX} at once`, async (t) => {
  const opened = openSqlite({ path: ':memory:', migrations: MIGRATIONS, runtime: systemRuntime })
  t.after(() => opened.close())
  const { store, removals } = countRemovals(t, opened)
  const auditLog = createSqliteAuditLog(store, systemRuntime, IGNORE_UNREADABLE)
  const orders = createSqliteOrderStore(store, systemRuntime, auditLog, () => {})
  for (let n = 0; n < 2 * WRITE_BATCH_MAX + 1; n++) {
    const pending = order()
    await orders.addOnce(pending)
    await orders.save(reject(pending, SHORT, AT))
  }
  const ended = createSqliteEndedOrders(store, () => {}, 'rejected')
  const { items } = await ended.due('9000-01-01', undefined, 100)
  assert.equal(await ended.remove(items), items.length)
  assert.deepEqual(removals, [WRITE_BATCH_MAX, WRITE_BATCH_MAX, 1])
})

test('correctClockSkew lets other work run between pages', async (t) => {
  const { orders } = await world(t, 3 * CLAIMS_MAX)
  assert.ok((await turnsDuring(() => correctClockSkew({ ...systemRuntime, orders, now: () => AT }))) >= 3)
})

test('checks of watched orders let other work run, also when all changed at once', async (t) => {
  const { orders, all } = await world(t, POLL_BATCH_MAX + 1)
  const asked: number[] = []
  const seen = Promise.withResolvers<void>()
  let changes = 0
  let most = 0
  const { find, versionsOf } = orders
  const watch = createOrderWatch(
    {
      find,
      versionsOf: async (ids) => {
        asked.push(ids.length)
        return versionsOf(ids)
      },
    },
    systemRuntime,
    (fault) => seen.reject(fault),
    1,
  )
  t.after(() => watch.close())
  for (const each of all) {
    watch.watch({ ...each.order, version: 0 }, () => {
      changes += 1
      if (changes === all.length) seen.resolve()
    })
  }
  let before = 0
  let over = false
  const ended = seen.promise.finally(() => {
    over = true
  })
  while (!over) {
    await new Promise((turn) => setImmediate(turn))
    most = Math.max(most, changes - before)
    before = changes
  }
  await ended
  assert.deepEqual(asked.slice(0, 2), [POLL_BATCH_MAX, 1])
  assert.ok(most <= 1, `${most} in one turn`)
})
