/**
 * The documents of products, movements, reservations and attempts, and their indexes.
 *
 * The id of a movement is the product's id and the version that it made, so it cannot be applied twice; the ledger is
 * sorted by it. The id of an attempt is the author's id and the key, so a key is used once.
 */
import { AUDIT_INDEXES } from '@shop/service_kit/audit/mongo_log'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Media } from '../domain/media.ts'
import type { Movement } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import { type ReservationRecord, readReservation, recordOf } from '../domain/reservation_record.ts'
import type { ShopSettings } from '../domain/shop_settings.ts'
import { validateStoredMedia } from '../domain/stored_media.ts'
import { validateStoredMovement, validateStoredProduct } from '../domain/stored_records.ts'
import { type CategoryDocument, type CategoryTreeDocument, categoryOf } from './mongo_category_documents.ts'
import { type GroupDocument, groupOf, type SlugDocument } from './mongo_group_documents.ts'
import { IMPORT_INDEXES, importCollections } from './mongo_import_documents.ts'
import { type ProductDocument, productOf } from './mongo_product_documents.ts'
import { INDEXES_OF_PRODUCTS } from './mongo_product_indexes.ts'

/** One of returned goods has `adjustment` as its reason, which the release before can read, and the order in `returnOrder`. */
export type MovementDocument = Movement & { _id: string; returnOrder?: string }
/** `restockCount` is the number of its restocks, if it has any. */
export type ReservationDocument = Omit<ReservationRecord, 'orderId'> & { _id: string; restockCount?: number }
/** An adjustment with an idempotency key. */
export type Attempt = { _id: string; fingerprint: string; movement: Movement }
/** `unusedSince` is null while a product or group shows the picture. */
export type MediaDocument = Omit<Media, 'id'> & {
  _id: string
  unusedSince: string | null
  timesUsed?: number
}
/** The id is the owner's and the picture's, so a use is there once. */
export type MediaUse = { _id: string; ownerId: string; mediaId: string }
/** The settings of the shop; `token` is that of the last change (mongo_shop_store.ts). */
export type ShopDocument = {
  _id: string
  version: number
  settings: ShopSettings
  updatedAt: string
  token: string
}
/** The last transaction that a replica committed (mongo_ledger.ts). */
export type Receipt = { _id: string; token: string; at: Date }
/** Each collection has this index; listing it creates the collection. */
const BY_ID: IndexDescription = { name: '_id_', key: { _id: 1 } }

/** Which query uses which index: docs/operations.md. */
export const PRODUCT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  products: INDEXES_OF_PRODUCTS,
  groups: [
    { name: 'listed_newest', key: { listed: 1, _id: -1 } },
    { name: 'to_publish', key: { publishAt: 1 }, partialFilterExpression: { draft: true } },
    { name: 'changed', key: { changedAt: 1 } },
    { name: 'behind', key: { behind: 1 }, partialFilterExpression: { behind: true } },
  ],
  slugs: [BY_ID],
  categories: [BY_ID],
  category_tree: [BY_ID],
  movements: [BY_ID],
  reservations: [
    { name: 'held_lines', key: { 'lines.productId': 1 }, partialFilterExpression: { status: 'held' } },
    {
      name: 'rejected_empty',
      key: { updatedAt: 1, _id: 1 },
      partialFilterExpression: { status: 'rejected' },
    },
    {
      name: 'released_empty',
      key: { totalMinor: 1, updatedAt: 1, _id: 1 },
      partialFilterExpression: { status: 'released' },
    },
  ],
  attempts: [BY_ID],
  media: [
    { name: 'media_folder', key: { folder: -1 }, unique: true },
    { name: 'media_unused', key: { unusedSince: 1, _id: 1 } },
  ],
  media_uses: [
    { name: 'uses_of_media', key: { mediaId: 1 } },
    { name: 'uses_by_owner', key: { ownerId: 1 } },
  ],
  media_files: [BY_ID],
  shop: [BY_ID],
  ...IMPORT_INDEXES,
  receipts: [{ name: 'receipts_end', key: { at: 1 }, expireAfterSeconds: 7 * 24 * 60 * 60 }],
  ...AUDIT_INDEXES,
}

export const collectionsOf = ({ collection }: MongoStore) => ({
  products: collection<ProductDocument>('products'),
  movements: collection<MovementDocument>('movements'),
  reservations: collection<ReservationDocument>('reservations'),
  attempts: collection<Attempt>('attempts'),
  receipts: collection<Receipt>('receipts'),
  media: collection<MediaDocument>('media'),
  mediaUses: collection<MediaUse>('media_uses'),
  groups: collection<GroupDocument>('groups'),
  slugs: collection<SlugDocument>('slugs'),
  categories: collection<CategoryDocument>('categories'),
  categoryTree: collection<CategoryTreeDocument>('category_tree'),
  shop: collection<ShopDocument>('shop'),
  ...importCollections({ collection }),
})
export type Collections = ReturnType<typeof collectionsOf>

const VERSION_DIGITS = 12
export const movementId = (productId: string, version: number): string =>
  `${productId}:${String(version).padStart(VERSION_DIGITS, '0')}`

/** A UUID contains no space. */
export const attemptId = (by: string, key: string): string => `${by} ${key}`

export const movementDocument = (movement: Movement): MovementDocument => ({
  _id: movementId(movement.productId, movement.version),
  ...(movement.reason === 'return' ? asAdjustment(movement) : movement),
})
const asAdjustment = ({ orderId, ...movement }: Movement) =>
  ({ ...movement, reason: 'adjustment', orderId: null, returnOrder: orderId }) as unknown as Movement

function movementOf({ _id, returnOrder, ...stored }: MovementDocument): Movement {
  const isReturn = returnOrder !== undefined
  const movement = isReturn ? ({ ...stored, reason: 'return', orderId: returnOrder } as Movement) : stored
  // The next page of the ledger starts after its version, so the version must be that of the id.
  if (_id !== movementId(movement.productId, movement.version))
    throw new Error('its id is of another movement')
  return validateStoredMovement(movement)
}

export function reservationDocument(reservation: Reservation): ReservationDocument {
  const { orderId, ...fields } = recordOf(reservation)
  const { restocks } = fields
  return { _id: orderId, ...fields, ...(restocks && { restockCount: restocks.length }) }
}

const reservationOf = ({ _id, restockCount: _, ...fields }: ReservationDocument): Reservation =>
  readReservation({ orderId: _id, ...fields })

export const mediaDocument = ({ id, ...fields }: Media, unusedSince: string | null): MediaDocument => ({
  _id: id,
  ...fields,
  unusedSince,
})

export const mediaUse = (ownerId: string, mediaId: string): MediaUse => ({
  _id: `${ownerId} ${mediaId}`,
  ownerId,
  mediaId,
})

const mediaOf = ({ _id, unusedSince: _, timesUsed: __, ...fields }: MediaDocument): Media =>
  validateStoredMedia({ id: _id, ...fields })

/** Readers of these documents, which report unreadable ones. */
export function readingsOf(unreadableOf: UnreadableOf) {
  const idOf = ({ _id }: { readonly _id: string }) => String(_id)
  return {
    product: createReading(
      (document: ProductDocument) => validateStoredProduct(productOf(document)),
      idOf,
      unreadableOf('a product'),
    ),
    group: createReading(groupOf, idOf, unreadableOf('a group')),
    category: createReading(categoryOf, idOf, unreadableOf('a category')),
    movement: createReading(movementOf, idOf, unreadableOf('a movement of stock')),
    reservation: createReading(reservationOf, idOf, unreadableOf('a reservation')),
    media: createReading(mediaOf, idOf, unreadableOf('a picture')),
  }
}
export type Readings = ReturnType<typeof readingsOf>
