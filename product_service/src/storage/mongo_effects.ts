/** Writes the effects of a group inside its transaction: each document once, under its condition, in order of id. */

import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { AnyBulkWriteOperation, ClientSession } from '@shop/service_kit/mongo/store'
import type { Product } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import {
  type Collections,
  derivedFields,
  movementDocument,
  type ProductDocument,
  productDocument,
  type ReservationDocument,
  reservationDocument,
} from './mongo_documents.ts'
import type { Effects, State } from './mongo_work.ts'

/** Throws OutcomeUnknown if the documents differ from `loaded`; then nothing may be committed. */
export async function writeEffects(
  { products, movements, reservations, attempts }: Collections,
  session: ClientSession,
  loaded: State,
  effects: readonly Effects[],
): Promise<void> {
  const last = <T>(of: (each: Effects) => readonly T[] | undefined, id: (each: T) => string): T[] => {
    const byId = new Map(effects.flatMap((each) => of(each) ?? []).map((each) => [id(each), each]))
    return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
  }
  const changed = last(
    (each) => each.products,
    ({ id }) => id,
  )
  const moved = effects.flatMap((each) => each.movements ?? []).map(movementDocument)
  const reserved = last(
    (each) => each.reservations,
    ({ orderId }) => orderId,
  )
  const attempted = last(
    (each) => each.attempts,
    ({ _id }) => _id,
  )

  if (changed.length > 0) {
    const operations = changed.map((product) => writeProduct(loaded.products.get(product.id), product))
    requireAll(await products.bulkWrite(operations, { session, ordered: true }), operations.length)
  }
  if (reserved.length > 0) {
    const operations = reserved.map((each) => writeReservation(loaded.reservations.has(each.orderId), each))
    requireAll(await reservations.bulkWrite(operations, { session, ordered: true }), operations.length)
  }
  if (moved.length > 0) {
    moved.sort((a, b) => (a._id < b._id ? -1 : 1))
    await movements.insertMany(moved, { session, ordered: true })
  }
  if (attempted.length > 0) await attempts.insertMany(attempted, { session, ordered: true })
}

function requireAll(result: { insertedCount: number; matchedCount: number }, wanted: number) {
  if (result.insertedCount + result.matchedCount !== wanted) throw new OutcomeUnknown()
}

function writeProduct(before: Product | undefined, after: Product): AnyBulkWriteOperation<ProductDocument> {
  if (!before) return { insertOne: { document: productDocument(after) } }
  const { stock, reserved, version, updatedAt, deletedAt } = after
  const inStock = stock > 0 && deletedAt === null
  const set = {
    ...{ stock, reserved, version, updatedAt },
    ...(after.editVersion === before.editVersion ? {} : editedFields(after)),
    ...(inStock ? { inStock } : {}),
  }
  const gone = {
    ...(inStock ? {} : { inStock: '' as const }),
    ...(deletedAt === null ? {} : { listed: '' as const, words: '' as const }),
  }
  const update = Object.keys(gone).length > 0 ? { $set: set, $unset: gone } : { $set: set }
  return { updateOne: { filter: { _id: after.id, version: before.version }, update } }
}

/** Fields that only an edit changes. The words are computed only then. */
function editedFields(product: Product) {
  const { name, description, priceMinor, editVersion } = product
  return { name, description, priceMinor, editVersion, ...derivedFields(product) }
}

function writeReservation(known: boolean, after: Reservation): AnyBulkWriteOperation<ReservationDocument> {
  if (!known) return { insertOne: { document: reservationDocument(after) } }
  const { orderId, status, updatedAt } = after
  // Only held reservations ever change.
  return { updateOne: { filter: { _id: orderId, status: 'held' }, update: { $set: { status, updatedAt } } } }
}
