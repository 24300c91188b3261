import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { noteStatements, slowSteps } from '@shop/service_kit/test_support/sqlite_plans'
import { claimOf } from '../../src/domain/schedule.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import {
  auditAtomicityContract,
  paymentStoreContract,
  unreadableContract,
} from '../payment_store_contract.ts'
import { AT, entry, stored } from '../samples.ts'

function folder(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'shop-payments-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function open(t: TestContext, DATA_DIR: string, changes: object = {}) {
  const stores = await openStores({ DATA_DIR, CURRENCY: 'EUR', ...changes }, { runtime: systemRuntime })
  t.after(() => stores.close())
  return stores
}

paymentStoreContract('SQLite in memory', async (t) => {
  const stores = await open(t, '', { DATABASE_URL: 'sqlite::memory:' })
  return [stores, stores]
})

paymentStoreContract('SQLite on file, two connections', async (t) => {
  const path = folder(t)
  return [await open(t, path), await open(t, path)]
})

auditAtomicityContract('SQLite', async (t) => {
  const path = folder(t)
  return {
    stores: await open(t, path),
    async refuseEntries() {
      const db = new DatabaseSync(join(path, 'payments.db'))
      db.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'refused'); END")
      db.close()
    },
  }
})

unreadableContract('SQLite', async (t) => {
  const path = folder(t)
  const reported: string[] = []
  const stores = await openStores(
    { DATA_DIR: path, CURRENCY: 'EUR' },
    { runtime: systemRuntime, unreadableOf: () => (id) => reported.push(id) },
  )
  t.after(() => stores.close())
  return {
    stores,
    reported,
    async corrupt(orderId) {
      const db = new DatabaseSync(join(path, 'payments.db'))
      db.prepare("UPDATE payments SET history = '[null]' WHERE order_id = ?").run(orderId)
      db.close()
    },
  }
})

test('M1, M5, M7: the checks of the file refuse sums that cannot be, an entry twice, and entries that change', async (t) => {
  const path = folder(t)
  const { payments } = await open(t, path)
  const [one, two] = [stored(), stored()]
  for (const each of [one, two]) await payments.addOnce(each)
  const entries = [entry('ch_1#authorised', 'authorisation'), entry('ch_1#captured', 'capture')]
  const save = (of: typeof one, fields: object) =>
    payments.save(claimOf(of), { ...of, payment: { ...of.payment, ...fields } })
  await assert.rejects(save(one, { entries: [entry('ch_2#captured', 'capture', 4_201)] }), /CHECK/)
  const refund = {
    id: 'r',
    amountMinor: 1,
    reason: 'x',
    state: 'requested',
    key: 'k',
    by: 'b',
    at: AT.toISOString(),
  }
  await assert.rejects(save(one, { refunds: [refund] }), /CHECK/)
  await save(one, { entries })
  await assert.rejects(save(two, { entries }), /UNIQUE/)
  const db = new DatabaseSync(join(path, 'payments.db'))
  t.after(() => db.close())
  assert.throws(() => db.exec('UPDATE entries SET amount_minor = 1'), /never changed/)
  assert.throws(() => db.exec('DELETE FROM entries'), /never removed/)
})

test('no statement scans a growing table or sorts its rows', async (t) => {
  const path = folder(t)
  const statements = noteStatements(t)
  await open(t, path)
  const plans = statements.plans(join(path, 'payments.db'))
  assert.deepEqual(statements.unusedIndexes(join(path, 'payments.db')), [])
  assert.ok(plans.length > 12)
  // The subquery of the backlog of events has a limit.
  assert.deepEqual(slowSteps(plans, ['(subquery-1)']), [])
})
