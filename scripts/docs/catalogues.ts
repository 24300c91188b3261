/** Every problem any service can answer with, and which service it comes from. */

import { AUTH_PROBLEMS } from '@shop/auth_service/http/problems'
import { ORDER_PROBLEMS } from '@shop/order_service/http/problems'
import { PRODUCT_PROBLEMS } from '@shop/product_service/http/problems'
import { type Catalogue, KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { STOREFRONT_PROBLEMS } from '@shop/storefront/http/problems'

export type OwnedCatalogue = {
  readonly owner: 'every service' | 'auth_service' | 'product_service' | 'order_service' | 'storefront'
  readonly problems: Catalogue
}

export const CATALOGUES: readonly OwnedCatalogue[] = [
  { owner: 'every service', problems: KIT_PROBLEMS },
  { owner: 'auth_service', problems: AUTH_PROBLEMS },
  { owner: 'product_service', problems: PRODUCT_PROBLEMS },
  { owner: 'order_service', problems: ORDER_PROBLEMS },
  { owner: 'storefront', problems: STOREFRONT_PROBLEMS },
]
