/**
 * The documents of products, movements, reservations and attempts, and their indexes.
 *
 * The id of a movement is the product's id and the version that it made, so it cannot be applied twice; the ledger is
 * sorted by it. The id of an attempt is the author's id and the key, so a key is used once.
 */
import { AUDIT_INDEXES } from '@shop/service_kit/audit/mongo_log'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { isRemoved } from '../domain/change_product.ts'
import { isHidden, type ProductDetails } from '../domain/details.ts'
import type { Group } from '../domain/group.ts'
import type { Media } from '../domain/media.ts'
import { type Movement, nameKey, type Product } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import { type ReservationRecord, readReservation, recordOf } from '../domain/reservation_record.ts'
import { indexWords } from '../domain/search.ts'
import { detailsOf, restOf, type StoredRest } from '../domain/stored_details.ts'
import { type StoredGroup, type StoredGroupRest, validateStoredGroup } from '../domain/stored_group.ts'
import { validateStoredMedia } from '../domain/stored_media.ts'
import { validateStoredMovement, validateStoredProduct } from '../domain/stored_records.ts'

/** `deletedAt` is absent while the product is for sale. Of the details, what is as in NO_DETAILS is absent. */
export type ProductDocument = Omit<Product, 'id' | 'deletedAt' | 'details'> & {
  _id: string
  deletedAt?: string
  sku?: string
  slug?: string
  draft?: true
  groupDraft?: true
  publishAt?: string
  groupId?: string
  optionValues?: readonly string[]
  /** The same as one text, for a unique index. */
  optionKey?: string
  details?: StoredRest
  /** It was not removed: for sale, or hidden. Absent from products of earlier releases. */
  live?: true
  /** A draft, or a variant of one. */
  hidden?: true
  nameKey: string
  /** The words that it is found by; absent after removal. */
  words?: string[]
  /** For sale. */
  listed?: true
  /** For sale and in stock: touches the indexes only when a product sells out or comes back. */
  inStock?: true
}
export type MovementDocument = Movement & { _id: string }
export type ReservationDocument = Omit<ReservationRecord, 'orderId'> & { _id: string }
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
/** The last transaction that a replica committed (mongo_ledger.ts). */
export type Receipt = { _id: string; token: string; at: Date }

/** Each collection has this index; listing it creates the collection. */
const BY_ID: IndexDescription = { name: '_id_', key: { _id: 1 } }
const OF_GROUP = { groupId: { $exists: true } }
const SEVEN_DAYS_SECONDS = 7 * 24 * 60 * 60

/** Which query uses which index: docs/operations.md. */
export const PRODUCT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  products: [
    { name: 'listed_newest', key: { listed: 1, _id: -1 } },
    { name: 'listed_price', key: { listed: 1, priceMinor: 1, _id: 1 } },
    { name: 'listed_name', key: { listed: 1, nameKey: 1, _id: 1 } },
    { name: 'in_stock_newest', key: { inStock: 1, _id: -1 } },
    { name: 'in_stock_price', key: { inStock: 1, priceMinor: 1, _id: 1 } },
    { name: 'in_stock_name', key: { inStock: 1, nameKey: 1, _id: 1 } },
    { name: 'words', key: { words: 1 } },
    {
      name: 'sku',
      key: { sku: 1 },
      unique: true,
      partialFilterExpression: { sku: { $exists: true }, live: true },
    },
    {
      name: 'variant',
      key: { groupId: 1, optionKey: 1 },
      unique: true,
      partialFilterExpression: { groupId: { $exists: true }, live: true },
    },
    {
      name: 'variants_price',
      key: { groupId: 1, listed: 1, priceMinor: 1 },
      partialFilterExpression: OF_GROUP,
    },
    { name: 'hidden_newest', key: { hidden: 1, _id: -1 }, partialFilterExpression: { hidden: true } },
    { name: 'to_publish', key: { publishAt: 1 }, partialFilterExpression: { draft: true } },
  ],
  groups: [
    { name: 'listed_newest', key: { listed: 1, _id: -1 } },
    { name: 'to_publish', key: { publishAt: 1 }, partialFilterExpression: { draft: true } },
  ],
  slugs: [BY_ID],
  categories: [BY_ID],
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
  receipts: [{ name: 'receipts_end', key: { at: 1 }, expireAfterSeconds: SEVEN_DAYS_SECONDS }],
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
  categories: collection<{ _id: string }>('categories'),
})
export type Collections = ReturnType<typeof collectionsOf>

const VERSION_DIGITS = 12
export const movementId = (productId: string, version: number): string =>
  `${productId}:${String(version).padStart(VERSION_DIGITS, '0')}`

/** Unique, because the UUID contains no space. */
export const attemptId = (by: string, key: string): string => `${by} ${key}`

/** Fields that are computed from the other fields. */
const derivedFields = (product: Product) => ({
  nameKey: nameKey(product.name),
  ...(product.deletedAt === null
    ? {
        words: indexWords(product),
        listed: true as const,
        ...(product.stock > 0 ? { inStock: true as const } : {}),
      }
    : { deletedAt: product.deletedAt }),
  ...(isRemoved(product) ? {} : { live: true as const }),
  ...(isHidden(product.details) ? { hidden: true as const } : {}),
})

/** Without those that are null or false. */
function detailFields(details: ProductDetails) {
  const { sku, slug, publishAt, groupId, optionValues, draft, groupDraft } = details
  const rest = restOf(details)
  return {
    ...(sku === null ? {} : { sku }),
    ...(slug === null ? {} : { slug }),
    ...(publishAt === null ? {} : { publishAt }),
    ...(groupId === null ? {} : { groupId, optionValues, optionKey: JSON.stringify(optionValues) }),
    ...(draft ? { draft } : {}),
    ...(groupDraft ? { groupDraft } : {}),
    ...(rest ? { details: rest } : {}),
  }
}

export function productDocument(product: Product): ProductDocument {
  const { id, deletedAt: _, details, ...fields } = product
  return { _id: id, ...fields, ...derivedFields(product), ...detailFields(details) }
}

/** Fields that a product may lose by an edit. */
export const OPTIONAL_FIELDS = [
  ...['deletedAt', 'words', 'listed', 'inStock', 'live', 'hidden'],
  ...['sku', 'slug', 'publishAt', 'groupId', 'optionValues', 'optionKey', 'draft', 'groupDraft', 'details'],
] as const satisfies readonly (keyof ProductDocument)[]

const productOf = (document: ProductDocument): Product => ({
  id: document._id,
  name: document.name,
  description: document.description,
  priceMinor: document.priceMinor,
  stock: document.stock,
  reserved: document.reserved,
  version: document.version,
  editVersion: document.editVersion,
  createdAt: document.createdAt,
  updatedAt: document.updatedAt,
  deletedAt: document.deletedAt ?? null,
  details: detailsOf(
    {
      sku: document.sku ?? null,
      slug: document.slug ?? null,
      draft: document.draft ?? false,
      groupDraft: document.groupDraft ?? false,
      publishAt: document.publishAt ?? null,
      groupId: document.groupId ?? null,
      optionValues: document.optionValues ?? [],
    },
    document.details,
  ),
})

export const movementDocument = (movement: Movement): MovementDocument => ({
  _id: movementId(movement.productId, movement.version),
  ...movement,
})

function movementOf({ _id, ...movement }: MovementDocument): Movement {
  // The next page of the ledger starts after its version, so the version must be that of the id.
  if (_id !== movementId(movement.productId, movement.version))
    throw new Error('its id is of another movement')
  return validateStoredMovement(movement)
}

export function reservationDocument(reservation: Reservation): ReservationDocument {
  const { orderId, ...fields } = recordOf(reservation)
  return { _id: orderId, ...fields }
}

const reservationOf = ({ _id, ...fields }: ReservationDocument): Reservation =>
  readReservation({ orderId: _id, ...fields })

const mediaOf = ({ _id, unusedSince: _, timesUsed: __, ...fields }: MediaDocument): Media =>
  validateStoredMedia({ id: _id, ...fields })
/** `listed`: it was not removed. */
export type GroupDocument = Omit<StoredGroup, 'id' | 'rest'> & {
  _id: string
  details: StoredGroupRest
  version: number
  listed?: true
  /** Grows with every variant that joins it (mongo_groups.ts). */
  joins?: number
}

export function groupDocument(group: Group): GroupDocument {
  const { id, media, categories, attributes, draft, publishAt, deletedAt, ...fields } = group
  return {
    _id: id,
    ...fields,
    details: restOf({ media, categories, attributes }) ?? {},
    ...(draft ? { draft } : {}),
    ...(publishAt === null ? {} : { publishAt }),
    ...(deletedAt === null ? { listed: true as const } : { deletedAt }),
  }
}

/** Fields that a group may lose by an edit. */
export const OPTIONAL_GROUP_FIELDS = ['draft', 'publishAt', 'listed'] as const

const groupOf = ({
  _id,
  details,
  draft,
  publishAt,
  deletedAt,
  listed: _,
  joins: __,
  ...fields
}: GroupDocument): Group =>
  validateStoredGroup({
    ...{ ...fields, id: _id, rest: details },
    draft: draft === true,
    publishAt: publishAt ?? null,
    deletedAt: deletedAt ?? null,
  })

/** Whose slug it is, or was if it is not `current`. */
export type SlugDocument = { _id: string; owner: string; kind: 'product' | 'group'; current: boolean }

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
    movement: createReading(movementOf, idOf, unreadableOf('a movement of stock')),
    reservation: createReading(reservationOf, idOf, unreadableOf('a reservation')),
    media: createReading(mediaOf, idOf, unreadableOf('a picture')),
  }
}
export type Readings = ReturnType<typeof readingsOf>
