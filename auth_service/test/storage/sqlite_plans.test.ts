/** Each statement of the stores finds its rows by an index, for any number of accounts and sessions. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { noteStatements, slowSteps } from '@shop/service_kit/test_support/sqlite_plans'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { folder } from '../support.ts'

test('no statement scans a growing table or sorts its result', async (t) => {
  const path = join(folder(t), 'auth.db')
  const statements = noteStatements(t)
  const stores = openSqliteStores(path, { runtime: systemRuntime })
  t.after(() => stores.close())
  const plans = statements.plans(path)
  assert.deepEqual(statements.unusedIndexes(path), [])
  assert.ok(plans.length > 25)
  assert.deepEqual(slowSteps(plans, ['signing_keys', 'json_each']), [])
  const named = plans.find(({ sql }) => sql.includes('canonical_name >= ?'))
  assert.match(named!.steps.join(), /INDEX \S+ \(canonical_name>\? AND canonical_name<\?\)/)
  const clampFutureStarts = plans.find(({ sql }) => sql.includes(':endsAfter'))
  assert.match(clampFutureStarts!.steps.join(), /INDEX sessions_begun \(created_at>\?\)/)
})
