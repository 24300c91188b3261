/** With any failing SQLite call, each operation is answered, and correctly. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { failEveryCall, placesOf } from '@shop/service_kit/test_support/fault_runs'
import { SQLITE_ERRORS, sqliteEngine } from '@shop/service_kit/test_support/sqlite_faults'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { productRun } from '../engine_faults.ts'
import { AT, add, folder, inMemory, nextId } from '../worlds.ts'

/** With fewer the faults would not reach the engine. */
const CALLS_MIN = 60

suite('products on SQLite while engine calls fail', () => {
  for (const refusal of [false, true]) {
    const kind = refusal ? 'that run apart' : 'that run together'
    test(`in memory, writes ${kind}`, async (t) => {
      const makeRun = async () => productRun((await inMemory(t))[0], refusal)
      assert.ok((await failEveryCall(sqliteEngine, SQLITE_ERRORS, makeRun)) > CALLS_MIN)
    })
  }

  test('on one file, which survives all of them', async (t) => {
    const stores = await openSqliteStores(join(folder(t), 'products.db'), {
      CURRENCY: 'USD',
      runtime: systemRuntime,
    })
    t.after(() => stores.close())
    assert.ok((await failEveryCall(sqliteEngine, SQLITE_ERRORS, () => productRun(stores, true))) > CALLS_MIN)
  })

  test('while the file is opened: it opens, or reports why and opens the next time', async (t) => {
    const recorded = sqliteEngine.record()
    const first = await openSqliteStores(join(folder(t), 'products.db'), {
      CURRENCY: 'USD',
      runtime: systemRuntime,
    })
    const places = placesOf(recorded())
    await first.close()
    let failed = 0
    for (const moment of ['before', 'after'] as const) {
      for (const n of places) {
        const path = join(folder(t), 'products.db')
        sqliteEngine.failAt(n, moment, SQLITE_ERRORS[n % SQLITE_ERRORS.length]!)
        const [opened] = await Promise.allSettled([
          openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime }),
        ])
        const made = sqliteEngine.disarm()
        failed += Number(made)
        if (opened.status === 'fulfilled') await opened.value.close()
        const again = await openSqliteStores(path, { CURRENCY: 'USD', runtime: systemRuntime })
        // Without a product, which would start a thread each time.
        if (made) await again.stock.release([nextId()], AT)
        else await add(again)
        await again.check()
        await again.close()
      }
    }
    assert.ok(failed > 2 * CALLS_MIN, `${failed} of ${2 * places.length}`)
  })
})
