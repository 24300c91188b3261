/** How the processes of this release open their stores on SQLite. */
import { openSqliteStores as openAuth } from '@shop/auth_service/storage/open_stores'
import { openSqliteStores as openOrders } from '@shop/order_service/storage/open_stores'
import { openSqliteStores as openProducts } from '@shop/product_service/storage/open_stores'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { CURRENCY } from './services.ts'

const PATH = ':memory:'

export const OPENERS = {
  auth: async (runtime: Runtime) => openAuth(PATH, { runtime }),
  products: (runtime: Runtime) => openProducts(PATH, { CURRENCY, runtime }),
  orders: async (runtime: Runtime) => openOrders(PATH, { CURRENCY, runtime }),
}
