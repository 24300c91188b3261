/** Opens the orders of a MongoDB server. */
import { type MongoStore, openMongo } from '@shop/service_kit/mongo'
import { createMongoOrderStore, ORDER_INDEXES } from './mongo_order_store.ts'

export async function openMongoOrders(url: string, currency: string) {
  const store: MongoStore = await openMongo({
    url,
    database: 'shop_orders',
    service: 'order_service',
    indexes: ORDER_INDEXES,
    facts: {
      currency: {
        value: currency,
        refusal: (kept) =>
          `The database holds orders in ${kept}, but CURRENCY is ${currency}; amounts can't be relabelled.`,
      },
    },
  })
  return createMongoOrderStore(store)
}
