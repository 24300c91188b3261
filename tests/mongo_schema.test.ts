/** Each service runs its migrations on MongoDB, and refuses a database that needs a newer release. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTH_MIGRATIONS } from '@shop/auth_service/storage/mongo_migrations'
import { openStores as openAuth } from '@shop/auth_service/storage/open_stores'
import { NOTIFICATION_MIGRATIONS } from '@shop/notification_service/storage/mongo_migrations'
import { openStores as openNotifications } from '@shop/notification_service/storage/open_stores'
import { ORDER_MIGRATIONS } from '@shop/order_service/storage/mongo_migrations'
import { openStores as openOrders } from '@shop/order_service/storage/open_stores'
import { PAYMENT_MIGRATIONS } from '@shop/payment_service/storage/mongo_migrations'
import { openStores as openPayments } from '@shop/payment_service/storage/open_stores'
import { PRODUCT_MIGRATIONS } from '@shop/product_service/storage/mongo_migrations'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { MongoClient } from 'mongodb'

type Opened = { check(): Promise<void>; close(): Promise<void> }
type Config = { DATABASE_URL: string; DATA_DIR: string; CURRENCY: string }

const options = { runtime: systemRuntime }
const orders = async (config: Config) => {
  const stores = await openOrders(config, options)
  return { check: () => stores.orders.check(), close: () => stores.close() }
}
const payments = async (config: Config) => {
  const stores = await openPayments(config, options)
  return { check: () => stores.payments.check(), close: () => stores.close() }
}
const SERVICES = {
  auth_service: {
    migrations: AUTH_MIGRATIONS,
    open: (config: Config): Promise<Opened> => openAuth(config, options),
  },
  product_service: {
    migrations: PRODUCT_MIGRATIONS,
    open: (config: Config): Promise<Opened> => openProducts(config, options),
  },
  notification_service: {
    migrations: NOTIFICATION_MIGRATIONS,
    open: (config: Config): Promise<Opened> => openNotifications(config, options),
  },
  order_service: { migrations: ORDER_MIGRATIONS, open: orders },
  payment_service: { migrations: PAYMENT_MIGRATIONS, open: payments },
}

mongoSuite('the schemas of the services on MongoDB', (server) => {
  for (const [service, { migrations, open }] of Object.entries(SERVICES)) {
    test(`${service} records its migrations, and refuses a newer database`, async (t) => {
      const database = server.newDatabase()
      const config = { DATABASE_URL: server.url(database), DATA_DIR: '', CURRENCY: 'USD' }
      const opened = await open(config)
      t.after(() => opened.close())
      await opened.check()
      const client = new MongoClient(server.url(database))
      t.after(() => client.close())
      const schema = client
        .db(database)
        .collection<{ _id: string; generation: number; value: string }>('settings')
      const recorded = await schema.findOne({ _id: 'schema' })
      assert.deepEqual([recorded?.generation, recorded?.value], [migrations.length, migrations.at(-1)!.name])
      await schema.updateOne({ _id: 'schema' }, { $set: { needs: migrations.length + 1 } })
      const refused = await open(config)
      t.after(() => refused.close())
      await assert.rejects(refused.check(), /It needs a release that knows schema/)
    })
  }
})
