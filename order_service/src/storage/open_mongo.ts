/** Opens the orders of a MongoDB server. */
import { type MongoStore, openMongo } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { StoreMoney } from '@shop/service_kit/storage/store_money'
import type { OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { createMongoOrderStore, ORDER_INDEXES } from './mongo_order_store.ts'

/** Its name, unless the URL names one. */
export const DATABASE = 'shop_orders'

export async function openMongoOrders(
  url: string,
  money: StoreMoney,
  runtime: Runtime,
  onUnreadable: OnUnreadable,
) {
  const store: MongoStore = await openMongo({
    url,
    database: DATABASE,
    service: 'order_service',
    indexes: ORDER_INDEXES,
    money,
    runtime,
  })
  return { orders: createMongoOrderStore(store, runtime, onUnreadable), madeAt: store.madeAt }
}
