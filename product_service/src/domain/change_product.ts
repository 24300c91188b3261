/**
 * Changes of a product and its stock: what may change, and which version the writer must have seen.
 *
 * Invariants
 *  1. Stock is never negative.
 *  2. Every change of stock comes with the movement that explains it: `stock` = the sum of the movements.
 *  7. A write that named a version is applied to what its author had seen, or refused: name, description, price and
 *     details may change when no *edit* happened since; an absolute stock only when nothing happened since.
 */
import { changeDetails } from './change_details.ts'
import { isHidden, isSame, NO_DETAILS } from './details.ts'
import { DomainError } from './errors.ts'
import { recordPrice } from './price_history.ts'
import {
  type AuditStamp,
  type Change,
  createMovement,
  type Movement,
  type MovementCause,
  type Product,
  type ProductFields,
  type SeenVersions,
  STOCK_MAX,
} from './product.ts'
import { NO_REFERENCES, type References } from './references.ts'

/** Fails as changeDetails does. */
export function newProduct(
  id: string,
  { details: given = {}, ...fields }: ProductFields,
  { by, at }: AuditStamp,
  references: References = NO_REFERENCES,
): Change {
  const details = changeDetails({ id, name: fields.name, details: NO_DETAILS }, given, references)
  const product: Product = {
    id,
    ...fields,
    reserved: 0,
    version: 1,
    editVersion: 1,
    createdAt: at,
    updatedAt: at,
    deletedAt: isHidden(details) ? at : null,
    details,
  }
  const cause = { reason: 'initial', note: null, orderId: null, by } as const
  return { product, movement: movementIfAny(product, fields.stock, cause) }
}

/**
 * Sets the given fields. If all values are the same as before, even the version stays.
 * Fails with `version_conflict`, or as changeDetails does.
 */
export function editProduct(
  product: Product,
  fields: Partial<ProductFields>,
  seen: SeenVersions,
  stamp: AuditStamp,
  references: References = NO_REFERENCES,
): Change {
  requireSeen(product, seen, fields.stock !== undefined)
  const { name = product.name, description = product.description } = fields
  const { priceMinor = product.priceMinor, stock = product.stock } = fields
  const changed = fields.details ? changeDetails(product, fields.details, references) : product.details
  const edited =
    name !== product.name ||
    description !== product.description ||
    priceMinor !== product.priceMinor ||
    !isSame(changed, product.details)
  if (!edited && stock === product.stock) return { product, movement: undefined }
  const { at } = stamp
  const after = { minor: priceMinor, hidden: isHidden(changed) }
  const details = { ...changed, prices: recordPrice(changed.prices, askedFor(product), after, at) }
  const version = product.version + 1
  const next = {
    ...product,
    ...{ name, description, priceMinor, stock, version, details },
    editVersion: edited ? version : product.editVersion,
    updatedAt: at,
    deletedAt: isHidden(details) ? (product.deletedAt ?? at) : null,
  }
  const cause = { reason: 'edit', note: null, orderId: null, by: stamp.by } as const
  return { product: next, movement: movementIfAny(next, stock - product.stock, cause) }
}

/** Removes a product from the catalogue, under the rule of an edit. Fails as editProduct does. */
export function removeProduct(product: Product, seen: SeenVersions, { at }: AuditStamp): Product {
  requireSeen(product, seen, false)
  const version = product.version + 1
  const { details } = product
  return {
    ...product,
    ...{ version, editVersion: version, updatedAt: at, deletedAt: at },
    details: isHidden(details) ? { ...details, draft: false, groupDraft: false, publishAt: null } : details,
  }
}

/** It left the catalogue for ever. */
export const isRemoved = ({ deletedAt, details }: Pick<Product, 'deletedAt' | 'details'>): boolean =>
  deletedAt !== null && !isHidden(details)

/**
 * Adds `delta` units (a negative delta removes units), whatever the stock is now, unless a version is named.
 * Fails with `version_conflict`, `insufficient_stock` or `stock_limit_exceeded`.
 */
export function adjustStock(
  product: Product,
  { delta, note, version }: { readonly delta: number; readonly note: string; readonly version?: number },
  stamp: AuditStamp,
): { product: Product; movement: Movement } {
  if (version !== undefined) requireSeen(product, [version], true)
  const stock = product.stock + delta
  if (stock < 0) {
    throw new DomainError(
      'insufficient_stock',
      `There are ${product.stock} units; ${-delta} cannot be removed.`,
      { current: product },
    )
  }
  if (stock > STOCK_MAX) {
    throw new DomainError('stock_limit_exceeded', `A product holds at most ${STOCK_MAX} units.`, {
      current: product,
    })
  }
  const next = { ...product, stock, version: product.version + 1, updatedAt: stamp.at }
  return {
    product: next,
    movement: createMovement(next, delta, { reason: 'adjustment', note, orderId: null, by: stamp.by }),
  }
}

/** What it costs, and whether anyone can buy it. */
export const askedFor = ({ priceMinor, details }: Product) => ({
  minor: priceMinor,
  hidden: isHidden(details),
})

const movementIfAny = (after: Product, delta: number, cause: MovementCause): Movement | undefined =>
  delta === 0 ? undefined : createMovement(after, delta, cause)

function requireSeen(product: Product, seen: SeenVersions, setsStock: boolean) {
  if (seen === undefined) return
  const fits = (version: number) =>
    setsStock ? version === product.version : version >= product.editVersion && version <= product.version
  if (seen.some(fits)) return
  throw new DomainError(
    'version_conflict',
    `The product is now at version ${product.version}; nothing was changed. Read current and try again.`,
    { current: product },
  )
}
