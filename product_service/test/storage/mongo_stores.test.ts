/** The MongoDB stores: all contracts. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openMongo } from '@shop/service_kit/mongo/store'
import { type MongoServer, needsRealServer, refuseEntries } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { collectionsOf, PRODUCT_INDEXES } from '../../src/storage/mongo_documents.ts'
import { SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX } from '../../src/storage/mongo_search.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { auditContract } from '../audit_contract.ts'
import { auditAtomicityContract, auditLogContract } from '../audit_log_contract.ts'
import { catalogueContract } from '../catalogue_contract.ts'
import { importsContract } from '../imports_contract.ts'
import { compactionRaceContract, retentionContract } from '../retention_contract.ts'
import { shopContract, shopRaceContract } from '../shop_contract.ts'
import { stockContract } from '../stock_contract.ts'
import { type AuditedStores, add, type MakeStores, nextId, STAMP } from '../worlds.ts'

async function open(
  t: TestContext,
  server: MongoServer,
  database: string,
  CURRENCY = 'USD',
): Promise<AuditedStores> {
  const stores = await openStores(
    { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY },
    server.opening,
  )
  t.after(() => stores.close())
  return stores
}

const aloneOn =
  (server: MongoServer): MakeStores =>
  async (t) => {
    const stores = await open(t, server, server.newDatabase())
    return [stores, stores]
  }

const twoOn =
  (server: MongoServer): MakeStores =>
  async (t) => {
    const database = server.newDatabase()
    return [await open(t, server, database), await open(t, server, database)]
  }

const CONTRACTS = {
  catalogueContract,
  stockContract,
  importsContract,
  shopContract,
  auditContract,
  auditLogContract,
}

/** Each has a server of its own: the wire-compatible one copies all its documents for each transaction. */
for (const [name, contract] of Object.entries(CONTRACTS)) {
  mongoSuites(`products in MongoDB: ${name}`, (server) => {
    contract('MongoDB', aloneOn(server))
    // Races of two processes are overlapping transactions.
    if (server.honest) contract('MongoDB, two connections', twoOn(server))
    else test('on two connections', { skip: needsRealServer(server) }, () => {})
  })
}

mongoSuites('compaction in MongoDB', (server) => {
  retentionContract('MongoDB', aloneOn(server), { random: server.honest })
  if (!server.honest) return
  retentionContract('MongoDB, two connections', twoOn(server))
  compactionRaceContract('MongoDB, two connections', twoOn(server))
})

mongoSuites('products in MongoDB', (server) => {
  const alone = aloneOn(server)
  const two = twoOn(server)

  if (server.honest) {
    shopRaceContract('MongoDB, two connections', two)
  } else {
    test('the races of two connections', { skip: needsRealServer(server) }, () => {})
  }

  auditAtomicityContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const stores = await open(t, server, database)
    const plan = { service: 'product_service', database, indexes: PRODUCT_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    return { stores, refuseEntries: () => refuseEntries(raw) }
  })

  test('one replica reads what the other wrote', async (t) => {
    const [here, there] = await two(t)
    const tea = await add(here)
    assert.deepEqual(await there.catalogue.find(tea.id), tea)
  })

  test('a store keeps its currency', async (t) => {
    const database = server.newDatabase()
    await open(t, server, database, 'EUR')
    await assert.rejects(open(t, server, database), /CURRENCY is USD, but the prices in .* are EUR/)
    await open(t, server, database, 'EUR')
  })

  test('products indexed by an earlier version are indexed again, except those removed meanwhile', async (t) => {
    const database = server.newDatabase()
    const first = await open(t, server, database)
    const teas = Array.from({ length: 250 }, (_, i) => ({
      id: nextId(),
      fields: { name: `Tea t${i}x`, description: '', priceMinor: 1, stock: 0 },
    }))
    await first.catalogue.importProducts(teas, STAMP)
    const gone = await add(first, { name: 'Gone' })
    await first.catalogue.remove(gone.id, undefined, STAMP)
    const plan = { service: 'product_service', database, indexes: PRODUCT_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    const { products } = collectionsOf(raw)
    const settings = raw.collection<{ _id: string }>('settings')
    await until(async () => (await settings.findOne({ _id: 'words_version' })) !== null)
    await products.updateMany({ listed: true }, { $set: { words: ['old'] } })
    await settings.deleteOne({ _id: 'words_version' })
    const find = async (word: string) => {
      const query = { sort: 'relevance', words: [word], inStock: false, after: undefined, limit: 1 } as const
      return (await first.catalogue.list(query)).items[0]?.id
    }
    assert.equal(await find('t249x'), undefined)

    const notices: string[] = []
    const stores = await openStores(
      { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' },
      { ...server.opening, notice: (text) => notices.push(text) },
    )
    t.after(() => stores.close())
    await until(async () => (await settings.findOne({ _id: 'words_version' })) !== null)
    assert.deepEqual(
      [await find('t0x'), await find('t249x'), await find('old'), await find('gone')],
      [teas[0]!.id, teas[249]!.id, undefined, undefined],
    )
    assert.equal((await products.findOne({ _id: gone.id }))?.words, undefined)
    assert.equal(notices.length, 2)
  })

  test('a new store reports no reindexing', async (t) => {
    const notices: string[] = []
    const database = server.newDatabase()
    const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
    const stores = await openStores(config, { ...server.opening, notice: (text) => notices.push(text) })
    t.after(() => stores.close())
    const raw = await openMongo({
      ...server.opening,
      ...{ service: 'product_service', database, indexes: PRODUCT_INDEXES },
      url: server.url(database),
    })
    t.after(() => raw.close())
    const settings = raw.collection<{ _id: string }>('settings')
    await until(async () => (await settings.findOne({ _id: 'words_version' })) !== null)
    await stores.close()
    assert.deepEqual(notices, [])
  })

  test('a few concurrent and a few waiting searches are served, the rest are refused', async (t) => {
    const [stores] = await alone(t)
    await add(stores)
    const query = { sort: 'price', words: ['te'], inStock: false, after: undefined, limit: 1 } as const
    const all = Array.from({ length: 40 }, () => stores.catalogue.list(query))
    const outcomes = await Promise.allSettled(all)
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(refused.length, 40 - SEARCHES_AT_ONCE - SEARCHES_WAITING_MAX)
    for (const { reason } of refused) assert.equal(reason.code, 'overloaded')
    assert.equal((await stores.catalogue.list(query)).items.length, 1)
  })
})

async function until(done: () => Promise<boolean>) {
  for (const deadline = performance.now() + 120_000; !(await done()); await sleep(50)) {
    assert.ok(performance.now() < deadline)
  }
}
