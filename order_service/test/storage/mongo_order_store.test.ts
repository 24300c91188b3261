import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type MongoServer, mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { openStores } from '../../src/storage/open_stores.ts'
import { orderStoreContract } from '../order_store_contract.ts'
import { order } from '../samples.ts'

mongoSuite('orders in MongoDB', (server) => {
  orderStoreContract('MongoDB, two connections', async (t) => {
    const database = server.newDatabase()
    return [await open(t, server, database), await open(t, server, database)]
  })

  test('another currency is refused', async (t) => {
    const database = server.newDatabase()
    const store = await open(t, server, database)
    const kept = order()
    await store.addOnce(kept)
    await assert.rejects(open(t, server, database, 'EUR'), /CURRENCY is EUR, but the prices in .* are USD/)
    assert.deepEqual(await (await open(t, server, database)).find(kept.id), kept)
  })
})

async function open(t: TestContext, server: MongoServer, database: string, CURRENCY = 'USD') {
  const DATABASE_URL = server.url(database)
  const stores = await openStores({ DATABASE_URL, DATA_DIR: '', CURRENCY })
  t.after(() => stores.close())
  return stores.orders
}
