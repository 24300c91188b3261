/**
 * Reads a whole MongoDB store to compare it. Products, movements and held reservations of a page are read from one snapshot,
 * so concurrent sales do not matter.
 */
import type { MongoStore } from '@shop/service_kit/mongo/store'
import type { Audit, LedgerMismatch } from '../domain/ports.ts'
import { isHeld } from '../domain/reservation.ts'
import { collectionsOf, readingsOf } from './mongo_documents.ts'

type Sum = { readonly _id: string; readonly units: number }

export function createMongoAuditStore(store: MongoStore): Audit {
  const { products, movements, reservations } = collectionsOf(store)
  return {
    ledgerMismatches: (after = '', limit) =>
      store.transact(async (session) => {
        const page = await products
          .find({ _id: { $gt: after } }, { session, projection: { stock: 1, reserved: 1 } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
        const ids = page.map(({ _id }) => _id)
        const held = await reservations
          .aggregate<Sum>(
            [
              { $match: { status: 'held', 'lines.productId': { $in: ids } } },
              { $unwind: '$lines' },
              { $group: { _id: '$lines.productId', units: { $sum: '$lines.quantity' } } },
            ],
            { session },
          )
          .toArray()
        // The ids of a page are consecutive, and so are those of their movements: one range contains exactly these.
        const moved = await movements
          .aggregate<Sum>(
            [
              { $match: { _id: { $gt: `${ids[0]}:`, $lt: `${ids.at(-1)};` } } },
              { $group: { _id: '$productId', units: { $sum: '$delta' } } },
            ],
            { session, hint: '_id_' },
          )
          .toArray()
        const unitsOf = (sums: readonly Sum[]) => new Map(sums.map(({ _id, units }) => [_id, units]))
        const [heldUnits, movedUnits] = [unitsOf(held), unitsOf(moved)]
        const mismatches = page
          .map(({ _id: productId, stock, reserved }): LedgerMismatch => {
            const movementsSum = movedUnits.get(productId) ?? 0
            return { productId, stock, movementsSum, reserved, heldUnits: heldUnits.get(productId) ?? 0 }
          })
          .filter((found) => found.stock !== found.movementsSum || found.reserved !== found.heldUnits)
        return { mismatches, checked: page.length, next: page.length < limit ? undefined : ids.at(-1) }
      }),
    heldReservations: (after = '', limit) =>
      store.repeat(async () => {
        const found = await reservations
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
        const unreadable: string[] = []
        const reading = readingsOf(() => (orderId) => unreadable.push(orderId)).reservation
        return {
          reservations: reading.many(found).filter(isHeld),
          unreadable,
          next: found.length < limit ? undefined : found.at(-1)?._id,
        }
      }),
  }
}
