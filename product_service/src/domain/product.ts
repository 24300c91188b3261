/**
 * A product, its stock, and the movements of that. Rules of change: change_product.ts.
 *
 * `version` grows by one with every change; `editVersion` is the version the last edit made, so sales in
 * between do not get in an editor's way.
 */

export const NAME_LENGTH_MAX = 200
export const DESCRIPTION_LENGTH_MAX = 5_000
/** High enough for currencies of small units (a billion rupiah with two digits); what it bounds: reservation.ts. */
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
  /** Set once it left the catalogue; what is held of it can still be released or shipped. */
  readonly deletedAt: string | null
}

export type MovementReason = 'initial' | 'sale' | 'release' | 'adjustment' | 'edit'

/** One entry of the append-only ledger. `version` is the product version it made, so both are unique together. */
export type Movement = {
  readonly productId: string
  readonly version: number
  readonly delta: number
  readonly stockAfter: number
  readonly reason: MovementReason
  /** An adjustment's reason in its author's words. */
  readonly note: string | null
  readonly orderId: string | null
  /** The account that caused it; null for orders. */
  readonly by: string | null
  readonly at: string
}

export type ProductFields = Pick<Product, 'name' | 'description' | 'priceMinor' | 'stock'>

/** Who does something, and when. */
export type AuditStamp = { readonly by: string; readonly at: string }

/** A change of a product and the movement that explains it, if its stock moved. */
export type Change = { readonly product: Product; readonly movement: Movement | undefined }

/** Versions of which the writer has seen one, so that one that fits is enough; undefined of a writer who names none. */
export type SeenVersions = readonly number[] | undefined

/** What `name` sorts by: people do not see case or accents as an order. Ties are broken by id. */
export const nameKey = (name: string): string =>
  name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().slice(0, NAME_KEY_LENGTH_MAX)
