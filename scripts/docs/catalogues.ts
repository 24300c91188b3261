/** Every problem any service can answer with, and which service it comes from. */

import { PROBLEMS as AUTH_PROBLEMS } from '@shop/auth_service/http/problems'
import { PROBLEMS as ORDER_PROBLEMS } from '@shop/order_service/http/problems'
import { PROBLEMS as PRODUCT_PROBLEMS } from '@shop/product_service/http/problems'
import type { Catalogue } from '@shop/service_kit/http/problem_tables'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { PROBLEMS as STOREFRONT_PROBLEMS } from '@shop/storefront/http/problems'
import { NOTES, type Owner } from './error_notes.ts'

export type OwnedCatalogue = { readonly owner: Owner; readonly problems: Catalogue<string, never> }

/** The codes of a table about which this owner has something to say: the kit's are in the table of every service. */
const owned = (owner: Owner, table: Catalogue<string, never>): OwnedCatalogue => ({
  owner,
  problems: Object.fromEntries(Object.entries(table).filter(([code]) => code in NOTES[owner])),
})

export const CATALOGUES: readonly OwnedCatalogue[] = [
  owned('every service', KIT_PROBLEMS),
  owned('auth_service', AUTH_PROBLEMS),
  owned('product_service', PRODUCT_PROBLEMS),
  owned('order_service', ORDER_PROBLEMS),
  owned('storefront', STOREFRONT_PROBLEMS),
]
