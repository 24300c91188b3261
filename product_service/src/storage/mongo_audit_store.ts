/**
 * Reading a whole MongoDB store to compare it. Product, ledger and held reservations of a page are read from one
 * snapshot, so sales meanwhile do not matter.
 */
import type { MongoStore } from '@shop/service_kit/mongo'
import type { Audit, LedgerMismatch } from '../domain/ports.ts'
import { collectionsOf, reservationOf } from './mongo_documents.ts'

type Sum = { readonly _id: string | null; readonly units: number }

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
        const heldUnits = new Map(held.map(({ _id, units }) => [_id, units]))
        const mismatches: LedgerMismatch[] = []
        for (const { _id: productId, stock, reserved } of page) {
          const [sum] = await movements
            .aggregate<Sum>(
              [
                { $match: { productId, _id: { $gt: `${productId}:`, $lt: `${productId};` } } },
                { $group: { _id: null, units: { $sum: '$delta' } } },
              ],
              { session, hint: '_id_' },
            )
            .toArray()
          const found = {
            productId,
            stock,
            movementsSum: sum?.units ?? 0,
            reserved,
            heldUnits: heldUnits.get(productId) ?? 0,
          }
          if (found.stock !== found.movementsSum || found.reserved !== found.heldUnits) mismatches.push(found)
        }
        return { mismatches, checked: page.length, next: page.length < limit ? undefined : ids.at(-1) }
      }),
    heldReservations: (after = '', limit) =>
      store.repeat(async () => {
        const found = await reservations
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
        return {
          reservations: found.filter(({ status }) => status === 'held').map(reservationOf),
          next: found.length < limit ? undefined : found.at(-1)?._id,
        }
      }),
  }
}
