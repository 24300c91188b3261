/** With any failing SQLite call, each operation is answered, and correctly. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { failEveryCall } from '@shop/service_kit/test_support/fault_runs'
import { SQLITE_ERRORS, sqliteEngine } from '@shop/service_kit/test_support/sqlite_faults'
import { accountRun } from '../engine_faults.ts'
import { inMemory } from '../support.ts'

/** With fewer the faults would not reach the engine. */
const CALLS_MIN = 40

suite('accounts in SQLite', () => {
  test('one engine call fails in each run', async (t) => {
    const makeRun = async () => accountRun((await inMemory(t))[0])
    assert.ok((await failEveryCall(sqliteEngine, SQLITE_ERRORS, makeRun)) > CALLS_MIN)
  })
})
