import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createMongoAuditLog } from '@shop/service_kit/audit/mongo_log'
import { type MongoStore, openMongo } from '@shop/service_kit/mongo/store'
import { withOption } from '@shop/service_kit/mongo/url'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { type MongoServer, refuseEntries } from '@shop/service_kit/test_support/mongo_server'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { statusChanged } from '../../src/domain/audit.ts'
import { ORDER_INDEXES } from '../../src/storage/mongo_order_documents.ts'
import { BACKLOG_COUNT_MAX } from '../../src/storage/mongo_order_queues.ts'
import { createMongoOrderStore } from '../../src/storage/mongo_order_store.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { auditAtomicityContract, auditLogContract } from '../audit_log_contract.ts'
import { casesContract } from '../cases_contract.ts'
import { checkoutSettingsContract } from '../checkout_settings_contract.ts'
import { endedOrdersContract } from '../ended_orders_contract.ts'
import { erasuresContract } from '../erasures_contract.ts'
import { guestOrdersContract } from '../guest_orders_contract.ts'
import { orderNumbersContract } from '../order_numbers_contract.ts'
import { orderStoreContract } from '../order_store_contract.ts'
import { AT, confirm, HELD, order, ROOT, requestCancel } from '../samples.ts'
import { unreadableContract } from '../unreadable_contract.ts'

const auditOf = (store: MongoStore) => createMongoAuditLog(store, systemRuntime, () => () => {})

mongoSuites('orders in MongoDB', (server) => {
  const twoConnections = async (t: TestContext) => {
    const database = server.newDatabase()
    return [await open(t, server, database), await open(t, server, database)] as const
  }
  orderStoreContract('MongoDB, two connections', twoConnections)
  guestOrdersContract('MongoDB, two connections', twoConnections, server.honest)

  erasuresContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    return [await openAll(t, server, database), await openAll(t, server, database)]
  })

  endedOrdersContract('MongoDB', async (t) => {
    const config = { DATABASE_URL: server.url(server.newDatabase()), DATA_DIR: '', CURRENCY: 'USD' }
    const open = async () => {
      const stores = await openStores(config, server.opening)
      t.after(() => stores.close())
      return stores
    }
    return [await open(), await open()]
  })

  orderNumbersContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const open = () => openAll(t, server, database)
    const plan = { service: 'order_service', database, indexes: ORDER_INDEXES }
    return {
      open,
      async forget(id) {
        const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
        await raw.repeat(() =>
          raw.collection<{ _id: string }>('orders').updateOne({ _id: id }, { $unset: { number: '' } }),
        )
        await raw.close()
      },
    }
  })

  for (const contract of [auditLogContract, casesContract, checkoutSettingsContract])
    contract('MongoDB, two connections', async (t) => {
      const database = server.newDatabase()
      return [await openAll(t, server, database), await openAll(t, server, database)]
    })
  auditAtomicityContract('MongoDB', async (t) => {
    const database = server.newDatabase()
    const stores = await openAll(t, server, database)
    const plan = { service: 'order_service', database, indexes: ORDER_INDEXES }
    const raw = await openMongo({ ...server.opening, ...plan, url: server.url(database) })
    t.after(() => raw.close())
    return { stores, refuseEntries: () => refuseEntries(raw) }
  })

  unreadableContract('MongoDB', async (t) => {
    const url = server.url(server.newDatabase())
    const reported: string[] = []
    const stores = await openStores(
      { DATABASE_URL: url, DATA_DIR: '', CURRENCY: 'USD' },
      { ...server.opening, unreadableOf: () => (id) => reported.push(id) },
    )
    t.after(() => stores.close())
    const raw = await openMongo({
      ...server.opening,
      url,
      database: 'unused',
      service: 'order_service',
      indexes: ORDER_INDEXES,
    })
    t.after(() => raw.close())
    return {
      store: stores.orders,
      reported,
      async corrupt(id, field, json) {
        await raw
          .collection<{ _id: string }>('orders')
          .updateOne({ _id: id }, { $set: { [field]: JSON.parse(json) } })
      },
    }
  })

  test('a claim that got all due orders does not query again', async (t) => {
    const store = await openMongo({
      ...server.opening,
      url: withOption(server.url(server.newDatabase()), 'monitorCommands=true'),
      ...{ database: 'unused', service: 'order_service', indexes: ORDER_INDEXES },
    })
    t.after(() => store.close())
    const orders = createMongoOrderStore(store, systemRuntime, auditOf(store), () => {})
    await orders.addOnce(order())
    const sent: string[] = []
    store.client.on('commandStarted', ({ commandName }) => sent.push(commandName))
    const claim = () => orders.claimDue('9000-01-01', '9000-01-02', 5)
    assert.equal((await claim()).length, 1)
    assert.deepEqual(sent, ['find', 'update', 'find'])
    sent.length = 0
    assert.deepEqual(await claim(), [])
    assert.deepEqual(sent, ['find'])
  })

  test("the audit log costs a buyer's order no command; an admin's change is a transaction", async (t) => {
    const store = await openMongo({
      ...server.opening,
      url: withOption(server.url(server.newDatabase()), 'monitorCommands=true'),
      ...{ database: 'unused', service: 'order_service', indexes: ORDER_INDEXES },
    })
    t.after(() => store.close())
    const orders = createMongoOrderStore(store, systemRuntime, auditOf(store), () => {})
    const sent: string[] = []
    store.client.on('commandStarted', ({ commandName, command }) =>
      sent.push(
        `${commandName} ${command[commandName]}${command.txnNumber && command.autocommit === false ? ' in it' : ''}`,
      ),
    )
    const placed = order()
    await orders.addOnce(placed)
    const stored = await orders.save(confirm(placed, HELD, AT))
    assert.deepEqual(sent.splice(0), ['insert orders', 'update orders'])
    const audited = { by: ROOT, record: statusChanged(stored.order.id, 'confirmed', 'cancelling') }
    await orders.save(requestCancel(stored as never, ROOT, AT), audited)
    assert.deepEqual(sent, ['update orders in it', 'insert audit_log in it', 'commitTransaction 1 in it'])
  })

  test('a backlog of any size is counted up to a limit', async (t) => {
    const store = await openMongo({
      ...server.opening,
      url: withOption(server.url(server.newDatabase()), 'monitorCommands=true'),
      ...{ database: 'unused', service: 'order_service', indexes: ORDER_INDEXES },
    })
    t.after(() => store.close())
    const limits: unknown[] = []
    store.client.on('commandStarted', ({ command }) => {
      if (command.aggregate) limits.push(command.pipeline.find((stage: object) => '$limit' in stage)?.$limit)
    })
    await createMongoOrderStore(store, systemRuntime, auditOf(store), () => {}).backlog()
    assert.deepEqual([limits, BACKLOG_COUNT_MAX], [[100_000], 100_000])
  })

  test('a claim that always loses against others stops after CLAIM_ROUNDS_MAX rounds', async (t) => {
    const url = server.url(server.newDatabase())
    const store = await openMongo({
      ...server.opening,
      url,
      database: 'unused',
      service: 'order_service',
      indexes: ORDER_INDEXES,
    })
    t.after(() => store.close())
    let rounds = 0
    const orders = createMongoOrderStore(
      {
        ...store,
        collection(name) {
          const collection = store.collection<never>(name)
          // As if each had another fence by now.
          t.mock.method(collection, 'bulkWrite', async () => assert.ok(++rounds <= 20))
          return collection as never
        },
      },
      systemRuntime,
      auditOf(store),
      () => {},
    )
    await orders.addOnce(order())
    assert.deepEqual(await orders.claimDue('9000-01-01', '9000-01-02', 1), [])
    assert.equal(rounds, 20)
  })

  test('another currency is refused', async (t) => {
    const database = server.newDatabase()
    const store = await open(t, server, database)
    const kept = order()
    await store.addOnce(kept)
    await assert.rejects(open(t, server, database, 'EUR'), /CURRENCY is EUR, but the prices in .* are USD/)
    assert.deepEqual(await (await open(t, server, database)).find(kept.order.id), kept)
  })
})

async function openAll(t: TestContext, server: MongoServer, database: string, CURRENCY = 'USD') {
  const DATABASE_URL = server.url(database)
  const stores = await openStores({ DATABASE_URL, DATA_DIR: '', CURRENCY }, server.opening)
  t.after(() => stores.close())
  return stores
}

const open = async (...given: Parameters<typeof openAll>) => (await openAll(...given)).orders
