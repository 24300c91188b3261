import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { openMongo } from '@shop/service_kit/mongo/store'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { ORDER_INDEXES } from '../../src/storage/mongo_order_documents.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { unpublishedContract } from '../unpublished_contract.ts'

unpublishedContract('SQLite', async (t: TestContext) => {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop_unpublished_'))
  const stores = await openStores({ DATA_DIR, CURRENCY: 'USD' }, { runtime: systemRuntime })
  t.after(async () => {
    await stores.close()
    rmSync(DATA_DIR, { recursive: true, force: true })
  })
  const change = (sql: string, id: string) => {
    const db = new DatabaseSync(join(DATA_DIR, 'orders.db'))
    db.prepare(sql).run(id)
    db.close()
  }
  return {
    stores,
    forget: async (id) => change('UPDATE orders SET published_version = NULL WHERE id = ?', id),
    corrupt: async (id) => change(`UPDATE orders SET lines = '[1]' WHERE id = ?`, id),
  }
})

mongoSuites('unpublished orders in MongoDB', (server) => {
  unpublishedContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
    const stores = await openStores(config, server.opening)
    t.after(() => stores.close())
    const plan = { service: 'order_service', database, indexes: ORDER_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    const update = async (id: string, change: object) => {
      await raw.repeat(() => raw.collection<{ _id: string }>('orders').updateOne({ _id: id }, change))
    }
    return {
      stores,
      forget: (id) => update(id, { $unset: { publishDue: '', publishedVersion: '' } }),
      corrupt: (id) => update(id, { $set: { lines: [1] } }),
    }
  })
})
