import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { PAYMENT_INDEXES } from '../../src/storage/mongo_payment_documents.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { unpublishedContract } from '../unpublished_contract.ts'

unpublishedContract('SQLite', async (t: TestContext) => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop_unpublished_'))
  const stores = await openStores({ DATA_DIR, CURRENCY: 'EUR' }, { runtime: systemRuntime })
  t.after(async () => {
    await stores.close()
    rmSync(DATA_DIR, { recursive: true, force: true })
  })
  return {
    stores,
    async corrupt(orderId) {
      const db = new DatabaseSync(join(DATA_DIR, 'payments.db'))
      db.prepare("UPDATE payments SET history = '[null]' WHERE order_id = ?").run(orderId)
      db.close()
    },
  }
})

mongoSuites('unpublished payments in MongoDB', (server) => {
  unpublishedContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'EUR' }
    const stores = await openStores(config, server.opening)
    t.after(() => stores.close())
    const plan = { service: 'payment_service', database, indexes: PAYMENT_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    return {
      stores,
      async corrupt(orderId) {
        const change = { $set: { history: [null] } }
        await raw.repeat(() =>
          raw.collection<{ _id: string }>('payments').updateOne({ _id: orderId }, change),
        )
      },
    }
  })
})
