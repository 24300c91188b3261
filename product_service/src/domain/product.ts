/**
 * A product and its stock: what may change, and what a writer must have seen first.
 *
 * Invariants
 *  1. Stock is never negative.
 *  2. Every change of stock comes with the movement that explains it: `stock` = the sum of the movements.
 *  7. A write that named a version is applied to what its author had seen, or refused: name, description and
 *     price may change when no *edit* happened since; an absolute stock only when nothing happened since.
 *
 * `version` grows by one with every change; `editVersion` is the version the last edit made, so sales in
 * between do not get in an editor's way.
 */
import { DomainError } from './errors.ts'

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
export type Act = { readonly by: string; readonly at: string }

/** A change of a product and the movement that explains it, if its stock moved. */
export type Change = { readonly product: Product; readonly movement: Movement | undefined }

/** What the writer had seen. `versions` holds alternatives: one that fits is enough (If-Match may list several). */
export type Seen =
  | { readonly from: 'nothing' }
  | { readonly from: 'body' | 'header'; readonly versions: readonly number[] }

export function newProduct(id: string, fields: ProductFields, { by, at }: Act): Change {
  const product: Product = {
    id,
    ...fields,
    reserved: 0,
    version: 1,
    editVersion: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
  }
  return { product, movement: explain(product, fields.stock, 'initial', { by, at }) }
}

/**
 * Sets the given fields. A change of nothing changes nothing, not even the version.
 * Fails with `version_conflict` (`precondition_failed` when seen through a header), carrying `current`.
 */
export function editProduct(product: Product, fields: Partial<ProductFields>, seen: Seen, act: Act): Change {
  requireSeen(product, seen, fields.stock !== undefined)
  const { name = product.name, description = product.description } = fields
  const { priceMinor = product.priceMinor, stock = product.stock } = fields
  const edited =
    name !== product.name || description !== product.description || priceMinor !== product.priceMinor
  if (!edited && stock === product.stock) return { product, movement: undefined }
  const version = product.version + 1
  const editVersion = edited ? version : product.editVersion
  const next = { ...product, name, description, priceMinor, stock, version, editVersion, updatedAt: act.at }
  return { product: next, movement: explain(next, stock - product.stock, 'edit', act) }
}

/** Takes a product out of the catalogue, under the rule of an edit. Fails as editProduct does. */
export function removeProduct(product: Product, seen: Seen, { at }: Act): Product {
  requireSeen(product, seen, false)
  const version = product.version + 1
  return { ...product, version, editVersion: version, updatedAt: at, deletedAt: at }
}

/**
 * Adds `delta` units (or takes them, when negative) whatever the stock is now.
 * Fails with `insufficient_stock` or `stock_limit_exceeded`.
 */
export function adjustStock(
  product: Product,
  delta: number,
  note: string,
  act: Act,
): { product: Product; movement: Movement } {
  const stock = product.stock + delta
  if (stock < 0) {
    throw new DomainError(
      'insufficient_stock',
      `There are ${product.stock} units; ${-delta} can't be taken.`,
      {
        members: { current: product },
      },
    )
  }
  if (stock > STOCK_MAX) {
    throw new DomainError('stock_limit_exceeded', `A product holds at most ${STOCK_MAX} units.`, {
      members: { current: product },
    })
  }
  const next = { ...product, stock, version: product.version + 1, updatedAt: act.at }
  return { product: next, movement: { ...explain(next, delta, 'adjustment', act)!, note } }
}

/** What `name` sorts by: people do not see case or accents as an order. Ties are broken by id. */
export const nameKey = (name: string): string =>
  name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().slice(0, NAME_KEY_LENGTH_MAX)

function explain(after: Product, delta: number, reason: MovementReason, act: Act): Movement | undefined {
  if (delta === 0) return undefined
  return {
    productId: after.id,
    version: after.version,
    delta,
    stockAfter: after.stock,
    reason,
    note: null,
    orderId: null,
    by: act.by,
    at: act.at,
  }
}

function requireSeen(product: Product, seen: Seen, setsStock: boolean) {
  if (seen.from === 'nothing') return
  const fits = (version: number) =>
    setsStock ? version === product.version : version >= product.editVersion && version <= product.version
  if (seen.versions.some(fits)) return
  throw new DomainError(
    seen.from === 'header' ? 'precondition_failed' : 'version_conflict',
    `The product is now at version ${product.version}; nothing was changed. Look at current and try again.`,
    { members: { current: product } },
  )
}
