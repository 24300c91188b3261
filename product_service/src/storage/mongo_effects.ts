/** Writes the effects of a group inside its transaction: each document once, under its condition, in order of id. */

import { OutcomeUnknown, retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { AnyBulkWriteOperation, ClientSession } from '@shop/service_kit/mongo/store'
import { isRemoved } from '../domain/change_product.ts'
import type { Product } from '../domain/product.ts'
import type { Reservation, Shipped } from '../domain/reservation.ts'
import {
  type Collections,
  movementDocument,
  type Readings,
  type ReservationDocument,
  reservationDocument,
} from './mongo_documents.ts'
import { eventMarks } from './mongo_event_marks.ts'
import { writeCatalogue } from './mongo_groups.ts'
import { OPTIONAL_FIELDS, type ProductDocument, productDocument } from './mongo_product_documents.ts'
import { replacing } from './mongo_replacing.ts'
import type { Effects, State } from './mongo_work.ts'

/** Throws OutcomeUnknown if the documents differ from `loaded`; then nothing may be committed. */
export async function writeEffects(
  collections: Collections,
  session: ClientSession,
  loaded: State,
  effects: readonly Effects[],
  reading: Readings,
  changedAt: string,
): Promise<void> {
  const { products, movements, reservations, attempts } = collections
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
    const operations = changed.map((product) =>
      writeProduct(loaded.products.get(product.id), product, changedAt),
    )
    // The release before leaves `live` at what it removes, so its SKU and values would stay taken.
    const removed = [...loaded.products.values()].filter(isRemoved).map(({ id }) => id)
    if (removed.length > 0) {
      const left = { live: true, listed: { $exists: false }, hidden: { $exists: false } } as const
      await products.updateMany({ _id: { $in: removed }, ...left }, { $unset: { live: '' } }, { session })
    }
    // A SKU, or a variant of these values, may have been added meanwhile.
    const written = await products.bulkWrite(operations, { session, ordered: true }).catch(retryDuplicate)
    requireAll(written, operations.length)
  }
  await writeCatalogue(collections, session, loaded, effects, reading, changedAt)
  if (reserved.length > 0) {
    const operations = reserved.map((each) => writeReservation(loaded.reservations.get(each.orderId), each))
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

function writeProduct(
  before: Product | undefined,
  after: Product,
  changedAt: string,
): AnyBulkWriteOperation<ProductDocument> {
  const marks = eventMarks(before, after)
  if (!before) return { insertOne: { document: { ...productDocument(after), changedAt, ...marks } } }
  const filter = { _id: after.id, version: before.version }
  if (after.editVersion !== before.editVersion) {
    const { _id, ...document } = productDocument(after)
    return { updateOne: { filter, update: replacing({ ...document, changedAt, ...marks }, OPTIONAL_FIELDS) } }
  }
  const { stock, reserved, version, updatedAt, deletedAt } = after
  const isListedSame = stock > 0 === before.stock > 0
  const set = { stock, reserved, version, updatedAt, ...(isListedSame ? {} : { changedAt }), ...marks }
  const update =
    stock > 0 && deletedAt === null
      ? { $set: { ...set, inStock: true as const } }
      : { $set: set, $unset: { inStock: '' as const } }
  return { updateOne: { filter, update } }
}

function writeReservation(
  before: Reservation | undefined,
  after: Reservation,
): AnyBulkWriteOperation<ReservationDocument> {
  if (!before) return { insertOne: { document: reservationDocument(after) } }
  const { orderId, status, updatedAt } = after
  if (before.status === 'shipped') {
    const { restocks = [] } = after as Shipped
    const known = before.restocks?.length
    const filter = { _id: orderId, status: 'shipped' as const, restockCount: known ?? { $exists: false } }
    return { updateOne: { filter, update: { $set: { restocks, restockCount: restocks.length } } } }
  }
  // Any other that changes is held.
  return { updateOne: { filter: { _id: orderId, status: 'held' }, update: { $set: { status, updatedAt } } } }
}
