/** One call of the MongoDB driver fails in each run: every operation still ends, and with the truth. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failEveryCall } from '@shop/service_kit/test_support/fault_runs'
import { MONGO_ERRORS, MONGO_OPTIONS, mongoDriver } from '@shop/service_kit/test_support/mongo_driver_faults'
import { mongoDriverSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { orderRun } from '../engine_faults.ts'

/** Fewer runs mean that the faults do not reach the driver. */
const CALLS_MIN = 20

mongoDriverSuites('orders in MongoDB while calls of the driver fail', (server) => {
  test('3, 4: one call fails in each run', async (t) => {
    const DATABASE_URL = server.url(server.newDatabase())
    const { orders, close } = await openStores(
      { DATABASE_URL, DATA_DIR: '', CURRENCY: 'USD' },
      server.opening,
    )
    t.after(close)
    const failed = await failEveryCall(mongoDriver, MONGO_ERRORS, () => orderRun(orders), MONGO_OPTIONS)
    assert.ok(failed > CALLS_MIN, `${failed} calls`)
  })
})
