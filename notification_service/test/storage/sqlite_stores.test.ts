import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { noteStatements, slowSteps } from '@shop/service_kit/test_support/sqlite_plans'
import { openStores } from '../../src/storage/open_stores.ts'
import { eventLogContract } from '../event_log_contract.ts'
import { mailStoreContract } from '../mail_store_contract.ts'
import { AT, event } from '../samples.ts'
import { webhookStoreContract } from '../webhook_store_contract.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop_notifications_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function open(t: TestContext, DATA_DIR: string, reported: string[] = []) {
  const stores = await openStores(
    { DATA_DIR },
    { runtime: systemRuntime, unreadableOf: () => (id) => reported.push(id) },
  )
  t.after(() => stores.close())
  return stores
}

eventLogContract('SQLite, two processes', async (t) => {
  const folder = folderOf(t)
  return [await open(t, folder), await open(t, folder)]
})

webhookStoreContract('SQLite, two processes', async (t) => {
  const folder = folderOf(t)
  return [await open(t, folder), await open(t, folder)]
})

mailStoreContract('SQLite, two processes', async (t) => {
  const folder = folderOf(t)
  return [await open(t, folder), await open(t, folder)]
})

test('no statement scans a growing table, sorts its rows, or reads all deliveries of an endpoint', async (t) => {
  const folder = folderOf(t)
  const statements = noteStatements(t)
  await open(t, folder)
  const path = join(folder, 'notifications.db')
  assert.deepEqual(statements.unusedIndexes(path), [])
  const plans = statements.plans(path)
  assert.ok(plans.length > 8)
  // json_each reads a list in a parameter. Of endpoints there are at most ENDPOINTS_MAX.
  assert.deepEqual(slowSteps(plans, ['json_each', 'endpoints', '(subquery-1)']), [])
})

test('an event that was changed from outside is reported, and no other waits for it', async (t) => {
  const folder = folderOf(t)
  const reported: string[] = []
  const { events } = await open(t, folder, reported)
  await events.record([event('order:a', 1), event('order:a', 2), event('order:a', 3)], AT)
  const db = new DatabaseSync(join(folder, 'notifications.db'))
  db.exec("UPDATE events SET type = 'no type' WHERE position = 2")
  db.close()
  const found = await events.between(0, 9, 2)
  assert.deepEqual([found.map(({ position }) => position), reported], [[1, 3], ['2']])
})
