/** One call into SQLite fails in each run: every operation still ends, and with the truth. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { failEveryCall } from '@shop/service_kit/test_support/fault_runs'
import { SQLITE_ERRORS, sqliteEngine } from '@shop/service_kit/test_support/sqlite_faults'
import { openStores } from '../../src/storage/open_stores.ts'
import { orderRun } from '../engine_faults.ts'

/** Fewer runs mean that the faults do not reach the engine. */
const CALLS_MIN = 30

suite('orders in SQLite', () => {
  test('3, 4: one call into the engine fails in each run', async (t) => {
    const makeRun = async () => {
      const stores = await openStores(
        {
          DATABASE_URL: 'sqlite::memory:',
          DATA_DIR: '',
          CURRENCY: 'USD',
        },
        { runtime: systemRuntime },
      )
      t.after(() => stores.close())
      return orderRun(stores.orders)
    }
    assert.ok((await failEveryCall(sqliteEngine, SQLITE_ERRORS, makeRun)) > CALLS_MIN)
  })
})
