/** How the processes of this release open their stores on MongoDB. */
import { openMongoStores as openAuth } from '@shop/auth_service/storage/open_mongo'
import { openMongoStores as openOrders } from '@shop/order_service/storage/open_mongo'
import { openMongoStores as openProducts } from '@shop/product_service/storage/open_mongo'
import type { WithClient } from '@shop/service_kit/mongo/client'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createStoreMoney } from '@shop/service_kit/storage/store_money'
import { CURRENCY } from './services.ts'

type Opening = Required<WithClient> & { readonly runtime: Runtime }

const money = () => createStoreMoney({ CURRENCY }, 'the database')

export const OPENERS = {
  auth: (url: string, opening: Opening) => openAuth(url, opening),
  products: (url: string, opening: Opening) => openProducts(url, { ...opening, money: money() }),
  orders: (url: string, opening: Opening) => openOrders(url, { ...opening, money: money() }),
}
