/** Opens the orders of a MongoDB server. */
import { type MongoStore, openMongo } from '@shop/service_kit/mongo'
import type { StoreMoney } from '@shop/service_kit/store_money'
import type { OnUnreadable } from '@shop/service_kit/unreadable'
import { createMongoOrderStore, ORDER_INDEXES } from './mongo_order_store.ts'

export async function openMongoOrders(url: string, money: StoreMoney, onUnreadable: OnUnreadable) {
  const store: MongoStore = await openMongo({
    url,
    database: 'shop_orders',
    service: 'order_service',
    indexes: ORDER_INDEXES,
    money,
  })
  return createMongoOrderStore(store, onUnreadable)
}
