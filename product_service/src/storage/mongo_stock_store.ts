/** Stock, its ledger and the reservations on MongoDB; all changes go through mongo_ledger.ts. */
import type { AuditEntry } from '@shop/service_kit/audit/entry'
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import type { MongoStore } from '@shop/service_kit/mongo/store'
import { OPERATOR, reservationRecovered, stockAdjusted } from '../domain/audit.ts'
import { adjustStock } from '../domain/change_product.ts'
import { DomainError } from '../domain/errors.ts'
import type { Stock } from '../domain/ports.ts'
import type { Movement } from '../domain/product.ts'
import { recoverReservations } from '../domain/recovering.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { Decision } from '../domain/reservation_draft.ts'
import { decideReservations, releaseReservations, shipReservations } from '../domain/reserving.ts'
import { restockReturns } from '../domain/restocking.ts'
import { live } from './mongo_catalogue_store.ts'
import { attemptId, collectionsOf, movementId, type Readings } from './mongo_documents.ts'
import type { Ledger, State } from './mongo_work.ts'

export function createMongoStockStore(
  store: MongoStore,
  ledger: Ledger,
  audit: MongoAudit,
  reading: Readings,
): Stock {
  const { products, movements } = collectionsOf(store)

  const decideTogether = <Answer>(
    orderIds: readonly string[],
    productIds: readonly string[],
    decide: (state: State) => Decision<Answer>,
    entryOf?: (before: Reservation | undefined, after: Reservation) => AuditEntry,
  ): Promise<readonly Answer[]> =>
    ledger({
      reads: { orderIds, productIds },
      readsAfter: ({ products }) => ({
        ifOnSale: productIds.flatMap((id) => products.get(id)?.details.groupId ?? []),
      }),
      decide(state) {
        const { answers, products, movements, reservations } = decide(state)
        const changed = { answer: answers, products, movements, reservations }
        if (!entryOf) return changed
        const entries = reservations.map((each) => entryOf(state.reservations.get(each.orderId), each))
        return { ...changed, entries }
      },
    })

  return {
    adjust(adjustment, stamp) {
      const { productId, note, attempt } = adjustment
      const _id = attempt && attemptId(stamp.by, attempt.key)
      const entryOf = audit.entries(stamp.by, stamp.at)
      return ledger<{ movement: Movement; replayed: boolean }>({
        reads: { productIds: [productId], attemptIds: _id ? [_id] : [] },
        decide(state) {
          const recorded = _id && state.attempts.get(_id)
          if (recorded) {
            if (recorded.fingerprint !== attempt!.fingerprint) {
              throw new DomainError('idempotency_key_reused', KEY_REUSED)
            }
            return { answer: { movement: recorded.movement, replayed: true } }
          }
          const before = live(state, productId)
          const { product, movement } = adjustStock(before, adjustment, stamp)
          const attempts = _id ? [{ _id, fingerprint: attempt!.fingerprint, movement }] : []
          return {
            answer: { movement, replayed: false },
            products: [product],
            movements: [movement],
            attempts,
            entries: [entryOf(stockAdjusted(before, product, note))],
          }
        },
      })
    },
    movements: (productId, { after, limit }) =>
      store.repeat(async () => {
        const before = after ? movementId(productId, Number(after[0])) : `${productId};`
        const [found, known] = await Promise.all([
          reading.movement.page(limit + 1, before, (count, at) =>
            // `productId` selects the shard, the range of ids the entries.
            movements
              .find({ productId, _id: { $gt: `${productId}:`, $lt: at } })
              .hint('_id_')
              .sort({ _id: -1 })
              .limit(count)
              .toArray(),
          ),
          products.countDocuments({ _id: productId }, { limit: 1 }),
        ])
        if (known === 0) return undefined
        const items = found.slice(0, limit)
        return { items, next: found.length > limit ? [items.at(-1)!.version] : undefined }
      }),
    reserve: (requests, at) =>
      decideTogether(
        requests.map(({ orderId }) => orderId),
        requests.flatMap(({ lines }) => lines.map(({ productId }) => productId)),
        ({ products, reservations, offSale }) =>
          decideReservations(products, reservations, requests, at, (groupId) => offSale.has(groupId)),
      ),
    recover(lost, at) {
      const entryOf = audit.entries(OPERATOR, at)
      return decideTogether(
        lost.map(({ orderId }) => orderId),
        lost.flatMap(({ lines }) => lines.map(({ productId }) => productId)),
        ({ products, reservations }) => recoverReservations(products, reservations, lost, at),
        (known, changed) => entryOf(reservationRecovered(known, changed)),
      )
    },
    restock: (requests, at) =>
      decideTogether(
        requests.map(({ orderId }) => orderId),
        requests.flatMap(({ lines }) => lines.map(({ productId }) => productId)),
        ({ products, reservations }) => restockReturns(products, reservations, requests, at),
      ),
    release: (orderIds, at) =>
      decideTogether(orderIds, [], ({ products, reservations }) =>
        releaseReservations(products, reservations, orderIds, at),
      ),
    ship: (orderIds, at) =>
      decideTogether(orderIds, [], ({ products, reservations }) =>
        shipReservations(products, reservations, orderIds, at),
      ),
  }
}

const KEY_REUSED = 'This Idempotency-Key was used for another adjustment; use a new key.'
