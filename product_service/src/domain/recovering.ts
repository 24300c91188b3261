/**
 * Holds stock again for orders whose reservations were lost, because the store was restored from an earlier moment than the
 * orders (`npm run doctor -- --fix`). A pure function, like reserving.ts.
 *
 * Invariants
 *  1. Stock is never negative: an order gets all its lines from free stock, or nothing changes.
 *  2. The ledger balances: units are held, and shipped, as those of any other order.
 *  6. An order id is decided once: a stored reservation stays as it is, except that a held one can still be shipped.
 * The prices are those of the order: it was decided before (invariant 8), and prices may have changed since. A product that
 * was removed from the catalogue since is held too.
 */
import { type Holding, isHeld, type Reservation, type Shortage } from './reservation.ts'
import {
  createDraft,
  type Decision,
  type Products,
  type Reservations,
  unitsByProduct,
} from './reservation_draft.ts'
import { ship } from './reserving.ts'

/** An order that was decided before. */
export type LostReservation = Holding & { readonly orderId: string; readonly status: 'held' | 'shipped' }

/** Nothing was changed: the stock does not suffice. An unknown product has none. */
export type NotRecovered = {
  readonly orderId: string
  readonly status: 'not_recovered'
  readonly shortages: readonly Shortage[]
}

export function recoverReservations(
  products: Products,
  existing: Reservations,
  lost: readonly LostReservation[],
  at: string,
): Decision<Reservation | NotRecovered> {
  const draft = createDraft(products, existing)
  const answers = lost.map(({ orderId, status, lines, totalMinor }) => {
    let reservation = draft.find(orderId)
    if (!reservation) {
      const shortages = shortagesOf(lines, (id) => draft.product(id)?.stock ?? 0)
      if (shortages.length > 0) return { orderId, status: 'not_recovered' as const, shortages }
      const held = { orderId, status: 'held' as const, lines, totalMinor, createdAt: at, updatedAt: at }
      draft.hold(held)
      reservation = draft.save(held)
    }
    if (status === 'held' || !isHeld(reservation)) return reservation
    draft.ship(reservation, at)
    return draft.save(ship(reservation, at))
  })
  return draft.finish(answers)
}

const shortagesOf = (lines: Holding['lines'], stockOf: (productId: string) => number): Shortage[] =>
  [...unitsByProduct(lines)].flatMap(([productId, requested]) => {
    const available = stockOf(productId)
    return available < requested ? [{ productId, requested, available }] : []
  })
