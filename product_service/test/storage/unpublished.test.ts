import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openMongo } from '@shop/service_kit/mongo/store'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { PRODUCT_INDEXES } from '../../src/storage/mongo_documents.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { unpublishedContract } from '../unpublished_contract.ts'
import { folder } from '../worlds.ts'

unpublishedContract('SQLite', async (t) => {
  const DATA_DIR = folder(t)
  const stores = await openStores({ DATA_DIR, CURRENCY: 'USD' }, { runtime: systemRuntime })
  t.after(() => stores.close())
  const update = async (id: string, set: string) => {
    const db = new DatabaseSync(join(DATA_DIR, 'products.db'))
    db.prepare(`UPDATE products SET ${set} WHERE id = ?`).run(id)
    db.close()
  }
  return {
    stores,
    forget: (id) =>
      update(
        id,
        'published_version = NULL, published_edit_version = NULL, product_publish_due = NULL, stock_publish_due = NULL',
      ),
    editAsBefore: (id) => update(id, `name = 'Old', version = version + 1, edit_version = version + 1`),
    corrupt: (id) => update(id, `details = '{"media":[1]}'`),
  }
})

mongoSuites('unpublished products in MongoDB', (server) => {
  unpublishedContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
    const stores = await openStores(config, server.opening)
    t.after(() => stores.close())
    const plan = { service: 'product_service', database, indexes: PRODUCT_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    const update = async (id: string, change: object) => {
      await raw.repeat(() => raw.collection<{ _id: string }>('products').updateOne({ _id: id }, change))
    }
    return {
      stores,
      forget: (id) =>
        update(id, { $unset: { publishedEdit: '', publishedVersion: '', productDue: '', stockDue: '' } }),
      editAsBefore: (id) => update(id, { $set: { name: 'Old', version: 2, editVersion: 2 } }),
      corrupt: (id) => update(id, { $set: { details: { media: [1] } } }),
    }
  })
})
