/** Every problem any service can answer with, and which service it comes from. */
import { type Catalogue, KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { AUTH_PROBLEMS } from '../../auth_service/src/http/problems.ts'
import { ORDER_PROBLEMS } from '../../order_service/src/http/problems.ts'
import { PRODUCT_PROBLEMS } from '../../product_service/src/http/problems.ts'
import { STOREFRONT_PROBLEMS } from '../../storefront/src/http/problems.ts'

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
