/** The MongoDB stores: every contract. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type MongoServer, mongoSuite, needsHonest } from '@shop/service_kit/test_support/mongo_server'
import type { Stores } from '../src/domain/ports.ts'
import { openStores } from '../src/storage/open_stores.ts'
import { auditContract } from './audit_contract.ts'
import { catalogueContract } from './catalogue_contract.ts'
import { stockContract } from './stock_contract.ts'
import { add, type MakeStores } from './worlds.ts'

async function open(
  t: TestContext,
  server: MongoServer,
  database: string,
  CURRENCY = 'USD',
): Promise<Stores> {
  const stores = await openStores({ DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY })
  t.after(() => stores.close())
  return stores
}

mongoSuite('products in MongoDB', (server) => {
  const alone: MakeStores = async (t) => {
    const stores = await open(t, server, server.newDatabase())
    return [stores, stores]
  }
  const two: MakeStores = async (t) => {
    const database = server.newDatabase()
    return [await open(t, server, database), await open(t, server, database)]
  }

  for (const contract of [catalogueContract, stockContract, auditContract]) contract('MongoDB', alone)

  // Races of two processes are transactions that overlap.
  if (server.honest) {
    for (const contract of [catalogueContract, stockContract, auditContract]) {
      contract('MongoDB, two connections', two)
    }
  } else {
    test('the contracts on two connections', { skip: needsHonest(server) }, () => {})
  }

  test('what one replica wrote the other reads', async (t) => {
    const [here, there] = await two(t)
    const tea = await add(here)
    assert.deepEqual(await there.catalogue.find(tea.id), tea)
  })

  test('a store keeps the currency it was made with', async (t) => {
    const database = server.newDatabase()
    await open(t, server, database, 'EUR')
    await assert.rejects(open(t, server, database), /CURRENCY is USD, but the prices in .* are EUR/)
    await open(t, server, database, 'EUR')
  })
})
