/** The problems that each service can answer with. Those of the kit are in the table of every service, too. */
import { PROBLEMS as AUTH_PROBLEMS } from '@shop/auth_service/http/problems'
import { PROBLEMS as NOTIFICATION_PROBLEMS } from '@shop/notification_service/http/problems'
import { PROBLEMS as ORDER_PROBLEMS } from '@shop/order_service/http/problems'
import { PROBLEMS as PAYMENT_PROBLEMS } from '@shop/payment_service/http/problems'
import { PROBLEMS as PRODUCT_PROBLEMS } from '@shop/product_service/http/problems'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { PROBLEMS as STOREFRONT_PROBLEMS } from '@shop/storefront/http/problems'

export const TABLES = {
  'every service': KIT_PROBLEMS,
  auth_service: AUTH_PROBLEMS,
  product_service: PRODUCT_PROBLEMS,
  order_service: ORDER_PROBLEMS,
  notification_service: NOTIFICATION_PROBLEMS,
  payment_service: PAYMENT_PROBLEMS,
  storefront: STOREFRONT_PROBLEMS,
}

export type Owner = keyof typeof TABLES
