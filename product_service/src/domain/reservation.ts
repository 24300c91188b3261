/**
 * Who gets stock: the decision, as a pure function of the state and the requests in their order. Stores only
 * load, apply and commit, so both databases decide alike.
 *
 * Invariants
 *  1. Stock is never negative: an order is held whole or not at all, and only out of free stock.
 *  2. The ledger balances: each unit that leaves or re-enters `stock` has its movement, and `reserved` is the
 *     units of `held` reservations.
 *  6. An order id is decided once. held -> shipped | released; `rejected`, `released` and `shipped` are final.
 *     A release that comes before its reservation leaves a tombstone, so the late one takes nothing.
 *  8. The price shown is the price charged: held only if unit price x quantity sums up to the order's total.
 *
 * Each reservation, release and shipment of a product raises its version by one, so a batch of 30 raises it by
 * 30, in one write.
 */
import { type Movement, PRICE_MINOR_MAX, type Product } from './product.ts'

export const QUANTITY_MAX = 10_000
/** The most an order may come to: one line, at the highest price. What is less is far below 2^53, so sums are exact. */
export const TOTAL_MINOR_MAX = PRICE_MINOR_MAX * QUANTITY_MAX
export const LINES_MAX = 50
/** Orders in one call. */
export const BATCH_MAX = 256

export type ReservationStatus = 'held' | 'rejected' | 'released' | 'shipped'
/** In the order of precedence: the first that applies is the answer. */
export const REJECTIONS = ['product_not_found', 'insufficient_stock', 'price_changed'] as const
export type Rejection = (typeof REJECTIONS)[number]

export type RequestedLine = { readonly productId: string; readonly quantity: number }

export type ReservationRequest = {
  readonly orderId: string
  readonly lines: readonly RequestedLine[]
  readonly totalMinor: number
}

export type ReservedLine = RequestedLine & { readonly name: string; readonly unitPriceMinor: number }
export type Shortage = { readonly productId: string; readonly requested: number; readonly available: number }

export type Reservation = {
  readonly orderId: string
  readonly status: ReservationStatus
  /** What is or was held; empty when nothing ever was. */
  readonly lines: readonly ReservedLine[]
  /**
   * Sum of the lines at the prices of the decision; null when a product was unknown, when it is more than an order may
   * come to, or for a tombstone.
   */
  readonly totalMinor: number | null
  readonly reason: Rejection | null
  readonly shortages: readonly Shortage[]
  readonly unknownProducts: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}

export type Products = ReadonlyMap<string, Product>
export type Reservations = ReadonlyMap<string, Reservation>

export type Decision<Answer = Reservation> = {
  /** One for each request or order id, in their order. */
  readonly answers: readonly Answer[]
  /** Products that changed, as they are afterwards. */
  readonly products: readonly Product[]
  readonly movements: readonly Movement[]
  /** Reservations to add or to replace. */
  readonly reservations: readonly Reservation[]
}

/** Decides `requests` one after the other. `existing` and `products` hold what is known of their ids. */
export function decideReservations(
  products: Products,
  existing: Reservations,
  requests: readonly ReservationRequest[],
  at: string,
): Decision {
  const draft = startDraft(products, existing)
  const answers = requests.map((request) => {
    const recorded = draft.find(request.orderId)
    if (recorded) return recorded
    const reservation = decide(draft.product, request, at)
    if (reservation.status === 'held') {
      for (const [productId, units] of unitsByProduct(request.lines)) {
        draft.move(productId, { stock: -units, reserved: units }, 'sale', request.orderId, at)
      }
    }
    return draft.record(reservation)
  })
  return draft.finish(answers)
}

/** Gives back what is held. An id never seen becomes a tombstone; a shipped or rejected one stays as it is. */
export function releaseReservations(
  products: Products,
  existing: Reservations,
  orderIds: readonly string[],
  at: string,
): Decision {
  const draft = startDraft(products, existing)
  const answers = orderIds.map((orderId) => {
    const recorded = draft.find(orderId)
    if (!recorded) return draft.record(tombstone(orderId, at))
    if (recorded.status !== 'held') return recorded
    for (const [productId, units] of unitsByProduct(recorded.lines)) {
      draft.move(productId, { stock: units, reserved: -units }, 'release', orderId, at)
    }
    return draft.record({ ...recorded, status: 'released', updatedAt: at })
  })
  return draft.finish(answers)
}

/** What is held has left the house: `reserved` goes down, `stock` already had. Answers undefined for unknown ids. */
export function shipReservations(
  products: Products,
  existing: Reservations,
  orderIds: readonly string[],
  at: string,
): Decision<Reservation | undefined> {
  const draft = startDraft(products, existing)
  const answers = orderIds.map((orderId) => {
    const recorded = draft.find(orderId)
    if (recorded?.status !== 'held') return recorded
    for (const [productId, units] of unitsByProduct(recorded.lines)) {
      draft.move(productId, { stock: 0, reserved: -units }, 'release', orderId, at)
    }
    return draft.record({ ...recorded, status: 'shipped', updatedAt: at })
  })
  return draft.finish(answers)
}

type FindProduct = (id: string) => Product | undefined

function decide(
  find: FindProduct,
  { orderId, lines, totalMinor }: ReservationRequest,
  at: string,
): Reservation {
  const reject = (reason: Rejection, known: Partial<Reservation>): Reservation => ({
    ...tombstone(orderId, at),
    status: 'rejected',
    reason,
    ...known,
  })
  const units = unitsByProduct(lines)
  const onSale = (productId: string) => {
    const product = find(productId)
    return product?.deletedAt === null ? product : undefined
  }
  const unknownProducts = [...units.keys()].filter((productId) => !onSale(productId))
  if (unknownProducts.length > 0) return reject('product_not_found', { unknownProducts })

  const reserved = lines.map(({ productId, quantity }) => {
    const { name, priceMinor } = onSale(productId)!
    return { productId, name, unitPriceMinor: priceMinor, quantity }
  })
  const exact = reserved.reduce((total, line) => total + line.unitPriceMinor * line.quantity, 0)
  // Beyond, it may not be exact any more, but stays beyond.
  const sum = exact > TOTAL_MINOR_MAX ? null : exact
  const shortages: Shortage[] = []
  for (const [productId, requested] of units) {
    const available = onSale(productId)!.stock
    if (available < requested) shortages.push({ productId, requested, available })
  }
  if (shortages.length > 0) return reject('insufficient_stock', { shortages, totalMinor: sum })
  if (sum !== totalMinor) return reject('price_changed', { totalMinor: sum })
  return { ...tombstone(orderId, at), status: 'held', lines: reserved, totalMinor: sum }
}

const tombstone = (orderId: string, at: string): Reservation => ({
  orderId,
  status: 'released',
  lines: [],
  totalMinor: null,
  reason: null,
  shortages: [],
  unknownProducts: [],
  createdAt: at,
  updatedAt: at,
})

/** Two lines of one product count together, or each alone would find the same free units. */
function unitsByProduct(lines: readonly RequestedLine[]): ReadonlyMap<string, number> {
  const units = new Map<string, number>()
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity)
  return units
}

/** The state while a batch is decided: what was loaded, overlaid with what the batch has changed so far. */
function startDraft(products: Products, existing: Reservations) {
  const changedProducts = new Map<string, Product>()
  const changedReservations = new Map<string, Reservation>()
  const movements: Movement[] = []
  const product = (id: string) => changedProducts.get(id) ?? products.get(id)
  return {
    product,
    find: (orderId: string) => changedReservations.get(orderId) ?? existing.get(orderId),
    record(reservation: Reservation): Reservation {
      changedReservations.set(reservation.orderId, reservation)
      return reservation
    },
    move(
      productId: string,
      by: { stock: number; reserved: number },
      reason: 'sale' | 'release',
      orderId: string,
      at: string,
    ) {
      const before = product(productId)
      if (!before) throw new Error(`order ${orderId} holds ${productId}, which was not loaded`)
      const stock = before.stock + by.stock
      const version = before.version + 1
      changedProducts.set(productId, {
        ...before,
        stock,
        reserved: before.reserved + by.reserved,
        version,
        updatedAt: at,
      })
      if (by.stock === 0) return
      movements.push({
        productId,
        version,
        delta: by.stock,
        stockAfter: stock,
        reason,
        note: null,
        orderId,
        by: null,
        at,
      })
    },
    finish: <Answer>(answers: readonly Answer[]): Decision<Answer> => ({
      answers,
      products: [...changedProducts.values()],
      movements,
      reservations: [...changedReservations.values()],
    }),
  }
}
