/**
 * A product and the movements of its stock. Rules of change: change_product.ts.
 *
 * `version` grows by one with every change. `editVersion` is the version that the last edit made, so a sale after it
 * does not cause a conflict for an editor.
 */
import type { EditableDetails, ProductDetails } from './details.ts'

export const NAME_LENGTH_MAX = 200
export const DESCRIPTION_LENGTH_MAX = 5_000
/** High enough for currencies of small units: a billion rupiah with two digits. Totals: reservation.ts. */
export const PRICE_MINOR_MAX = 100_000_000_000
export const STOCK_MAX = 1_000_000_000
export const NOTE_LENGTH_MAX = 200
const NAME_KEY_LENGTH_MAX = 60

export type Product = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly priceMinor: number
  /** Units free to sell now. */
  readonly stock: number
  /** Units promised to orders that have not shipped. */
  readonly reserved: number
  readonly version: number
  readonly editVersion: number
  /** RFC 3339, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
  /** Set while it is not on sale: it was removed, or is hidden (details.ts). Units held of it can still be released or shipped. */
  readonly deletedAt: string | null
  readonly details: ProductDetails
}

/** Why stock changed, and who or which order caused it. `note` is the author's explanation of an adjustment. */
export type MovementCause = Readonly<
  | { reason: 'initial' | 'edit'; note: null; orderId: null; by: string }
  /** Without an author: an opening balance (compaction.ts). */
  | { reason: 'adjustment'; note: string; orderId: null; by: string | null }
  /** A return: units that were shipped are back (restocking.ts). */
  | { reason: 'sale' | 'release' | 'return'; note: null; orderId: string; by: null }
>

/** One entry of the append-only ledger. `version` is the product version it made, so both are unique together. */
export type Movement = MovementCause & {
  readonly productId: string
  readonly version: number
  readonly delta: number
  readonly stockAfter: number
  readonly at: string
}

/** The movement of a change. `after` is the product after it. */
export function createMovement(after: Product, delta: number, cause: MovementCause): Movement {
  const { id: productId, version, stock: stockAfter, updatedAt: at } = after
  return { productId, version, delta, stockAfter, ...cause, at }
}

export type ProductFields = Pick<Product, 'name' | 'description' | 'priceMinor' | 'stock'> & {
  readonly details?: Partial<EditableDetails>
}

/** Who makes a change, and when. */
export type AuditStamp = { readonly by: string; readonly at: string }

/** The changed product, and the movement that explains the change if its stock changed. */
export type Change = { readonly product: Product; readonly movement: Movement | undefined }

/** The writer has seen one of these versions; undefined if the request names none. */
export type SeenVersions = readonly number[] | undefined

/** The sort key of a name: it ignores case and accents. Ties are broken by id. */
export const nameKey = (name: string): string =>
  name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().slice(0, NAME_KEY_LENGTH_MAX)
