/** With any failing call of the MongoDB driver, each operation is answered, and correctly. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failEveryCall } from '@shop/service_kit/test_support/fault_runs'
import { MONGO_ERRORS, MONGO_OPTIONS, mongoDriver } from '@shop/service_kit/test_support/mongo_driver_faults'
import { mongoDriverSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { accountRun } from '../engine_faults.ts'

/** With fewer the faults would not reach the driver. */
const CALLS_MIN = 20

mongoDriverSuites('accounts in MongoDB while calls of the driver fail', (server) => {
  test('one in each run', async (t) => {
    const stores = await openStores(
      { DATABASE_URL: server.url(server.newDatabase()), DATA_DIR: '' },
      server.opening,
    )
    t.after(() => stores.close())
    const failed = await failEveryCall(mongoDriver, MONGO_ERRORS, () => accountRun(stores), MONGO_OPTIONS)
    assert.ok(failed > CALLS_MIN, `${failed} calls`)
  })
})
