/** Where `npm start` runs the services, unless the environment says otherwise. */
import type { ShopClientOptions } from '@shop/client/shop_client'

export const LOCAL: ShopClientOptions = {
  authUrl: process.env.AUTH_URL ?? 'http://127.0.0.1:5000',
  productUrl: process.env.PRODUCT_URL ?? 'http://127.0.0.1:5001',
  orderUrl: process.env.ORDER_URL ?? 'http://127.0.0.1:5002',
}
