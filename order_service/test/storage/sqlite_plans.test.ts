/** Every statement of the store uses an index. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { noteStatements, slowSteps } from '@shop/service_kit/test_support/sqlite_plans'
import { openStores } from '../../src/storage/open_stores.ts'

test('no statement scans a growing table or sorts its rows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-plans-'))
  const statements = noteStatements(t)
  const stores = await openStores({ DATA_DIR: folder, CURRENCY: 'USD' }, { runtime: systemRuntime })
  t.after(async () => {
    await stores.close()
    rmSync(folder, { recursive: true, force: true })
  })
  for (const kind of ['return', 'withdrawal'] as const) stores.cases.unpublished(kind)
  const plans = statements.plans(join(folder, 'orders.db'))
  assert.deepEqual(statements.unusedIndexes(join(folder, 'orders.db')), [])
  assert.ok(plans.length > 15)
  // json_each reads the list of ids in a parameter; line is json_each of one order.
  // The subquery of the backlog of events has a limit.
  assert.deepEqual(slowSteps(plans, ['json_each', 'line', '(subquery-1)']), [])
  const unsettled = plans.find(({ sql }) => sql.includes('due_at IS NOT NULL AND id >'))
  assert.match(unsettled!.steps.join(), /INDEX orders_owed \(id>\?\)/)
})
