/** A listing of the catalogue: a group of variants, or a product that belongs to no group. */
import type { Group, Listing, Media, Product } from '../api/types.ts'
import { LOW_STOCK } from './low_stock.ts'

export const listingOf = (product: Product): Listing => ({ kind: 'product', product })

export const idOf = (listing: Listing): string =>
  listing.kind === 'group' ? listing.group.id : listing.product.id

export const mediaOf = (listing: Listing): readonly Media[] =>
  listing.kind === 'group' ? listing.group.media : listing.product.media

/** The address of a product or group; a variant without its group has that of its id, which leads there. */
export const addressOf = ({ id, slug }: { readonly id: string; readonly slug: string | null }): string =>
  `/products/${encodeURIComponent(slug ?? id)}`

export const variantAddress = (group: Pick<Group, 'id' | 'slug'>, variantId: string): string =>
  `${addressOf(group)}?variant=${variantId}`

/** A few are left. Of a group that is not known. */
export const isRunningOut = (listing: Listing): boolean =>
  listing.kind === 'product' && listing.product.stock > 0 && listing.product.stock <= LOW_STOCK
