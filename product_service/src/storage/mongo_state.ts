/** Loads the read sets of a group of works, inside its transaction. */
import type { ClientSession, Collection } from '@shop/service_kit/mongo/store'
import { isHeld } from '../domain/reservation.ts'
import type { Collections, Readings } from './mongo_documents.ts'
import type { ReadSet, State } from './mongo_work.ts'

export async function loadState(
  { products, reservations, attempts }: Collections,
  session: ClientSession,
  works: readonly { readonly reads: ReadSet }[],
  reading: Readings,
): Promise<State> {
  const idsOf = (field: keyof ReadSet) => works.flatMap(({ reads }) => reads[field] ?? [])
  // One after the other: a transaction runs one command at a time.
  const reserved = (await byIds(reservations, idsOf('orderIds'), session)).map(reading.reservation.one)
  const held = reserved.filter(isHeld)
  const productIds = [
    ...idsOf('productIds'),
    ...held.flatMap(({ lines }) => lines.map(({ productId }) => productId)),
  ]
  const stocked = (await byIds(products, productIds, session)).map(reading.product.one)
  const attempted = await byIds(attempts, idsOf('attemptIds'), session)
  return {
    reservations: new Map(reserved.map((each) => [each.orderId, each])),
    products: new Map(stocked.map((each) => [each.id, each])),
    attempts: new Map(attempted.map((each) => [each._id, each])),
  }
}

async function byIds<T extends { _id: string }>(
  collection: Collection<T>,
  ids: readonly string[],
  session: ClientSession,
): Promise<T[]> {
  if (ids.length === 0) return []
  const filter = { _id: { $in: [...new Set(ids)] } }
  // Without the words, which no decision needs.
  return (await collection
    .find(filter as never, { session, projection: { words: 0 } })
    .toArray()) as unknown as T[]
}
