/**
 * Which order gets stock: a pure function of the state and the requests in their order. Stores only load, apply and
 * commit, so both databases decide the same.
 *
 * Invariants
 *  1. Stock is never negative: an order holds all its lines or none, and only from free stock.
 *  2. The ledger balances: see reservation_draft.ts.
 *  6. An order id is decided once. A release that comes before its reservation leaves a tombstone, so the late one
 *     takes nothing.
 *  8. The price shown is the price charged: held only if unit price x quantity sums up to the order's total, and if the order
 *     names the price of each line, only at these prices.
 *  - A variant is sold only while its group is on sale, whether the variant follows its group yet or not.
 */
import type { Product } from './product.ts'
import {
  type FinalReservation,
  type Held,
  isHeld,
  type Rejected,
  type Rejection,
  type Released,
  type ReservationRequest,
  type Shipped,
  type Shortage,
  TOTAL_MINOR_MAX,
} from './reservation.ts'
import {
  createDraft,
  type Decision,
  type Products,
  type Reservations,
  unitsByProduct,
} from './reservation_draft.ts'

/**
 * Decides `requests` one after the other. `existing` and `products` contain all stored records of their ids; `isOffSale` says of
 * the groups of these products which are drafts or were removed.
 */
export function decideReservations(
  products: Products,
  existing: Reservations,
  requests: readonly ReservationRequest[],
  at: string,
  isOffSale: (groupId: string) => boolean,
): Decision {
  const draft = createDraft(products, existing)
  const onSale = (id: string) => {
    const product = draft.product(id)
    if (product?.deletedAt !== null) return undefined
    const { groupId } = product.details
    return groupId !== null && isOffSale(groupId) ? undefined : product
  }
  const answers = requests.map((request) => {
    const recorded = draft.find(request.orderId)
    if (recorded) return recorded
    const reservation = decide(onSale, request, at)
    if (isHeld(reservation)) draft.hold(reservation)
    return draft.save(reservation)
  })
  return draft.finish(answers)
}

/** Releases held units. An unknown id becomes a tombstone; a shipped or rejected order stays as it is. */
export function releaseReservations(
  products: Products,
  existing: Reservations,
  orderIds: readonly string[],
  at: string,
): Decision<FinalReservation> {
  const draft = createDraft(products, existing)
  const answers = orderIds.map((orderId) => {
    const recorded = draft.find(orderId)
    if (!recorded) return draft.save(tombstone(orderId, at))
    if (!isHeld(recorded)) return recorded
    draft.release(recorded, at)
    return draft.save(release(recorded, at))
  })
  return draft.finish(answers)
}

/** Ships held units. The answer for an unknown id is undefined. */
export function shipReservations(
  products: Products,
  existing: Reservations,
  orderIds: readonly string[],
  at: string,
): Decision<FinalReservation | undefined> {
  const draft = createDraft(products, existing)
  const answers = orderIds.map((orderId) => {
    const recorded = draft.find(orderId)
    if (!recorded || !isHeld(recorded)) return recorded
    draft.ship(recorded, at)
    return draft.save(ship(recorded, at))
  })
  return draft.finish(answers)
}

/** Undefined for what is not on sale. */
type FindProduct = (id: string) => Product | undefined

function decide(
  onSale: FindProduct,
  { orderId, lines, totalMinor }: ReservationRequest,
  at: string,
): Held | Rejected {
  const decided = { orderId, createdAt: at, updatedAt: at }
  const reject = (rejection: Rejection): Rejected => ({ ...decided, status: 'rejected', ...rejection })
  const units = unitsByProduct(lines)
  const unknownProducts = [...units.keys()].filter((productId) => !onSale(productId))
  if (unknownProducts.length > 0) return reject({ reason: 'product_not_found', unknownProducts })

  const reserved = lines.map(({ productId, quantity }) => {
    const { name, priceMinor } = onSale(productId)!
    return { productId, name, unitPriceMinor: priceMinor, quantity }
  })
  const exact = reserved.reduce((total, line) => total + line.unitPriceMinor * line.quantity, 0)
  // A sum above the maximum may be inexact, but it is still above the maximum.
  const sum = exact > TOTAL_MINOR_MAX ? null : exact
  const shortages: Shortage[] = []
  for (const [productId, requested] of units) {
    const available = onSale(productId)!.stock
    if (available < requested) shortages.push({ productId, requested, available })
  }
  if (shortages.length > 0) return reject({ reason: 'insufficient_stock', shortages, totalMinor: sum })
  const isQuoted = lines.every(
    ({ unitPriceMinor }, i) => unitPriceMinor === undefined || unitPriceMinor === reserved[i]!.unitPriceMinor,
  )
  if (sum !== totalMinor || !isQuoted) return reject({ reason: 'price_changed', totalMinor: sum })
  return { ...decided, status: 'held', lines: reserved, totalMinor }
}

const tombstone = (orderId: string, at: string): Released => ({
  orderId,
  status: 'released',
  holding: null,
  createdAt: at,
  updatedAt: at,
})

const release = ({ orderId, lines, totalMinor, createdAt }: Held, at: string): Released => ({
  orderId,
  status: 'released',
  holding: { lines, totalMinor },
  createdAt,
  updatedAt: at,
})

export const ship = (held: Held, at: string): Shipped => ({ ...held, status: 'shipped', updatedAt: at })
