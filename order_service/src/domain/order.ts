/**
 * An order: what a customer asked for, and everything that became of it. One type for each status, so that code can
 * read only what an order of that status has.
 *
 * Invariants
 *  a. It has 1..LINES_MAX lines, no two of the same product, each of 1..QUANTITY_MAX units.
 *  b. Status moves only along NEXT (transitions.ts). `rejected`, `cancelled` and `delivered` are final.
 *  c. Every change of status adds one entry to `history` and one to `version`: version = history.length.
 *  d. It is scheduled exactly while something is still owed to the product service, so nothing that is owed can be
 *     forgotten (invariant 5): see schedule.ts.
 *  e. Invariant 6: it is `confirmed` only with the lines its reservation holds, and `cancelled` only after the
 *     reservation was given back.
 *
 * A changed order still carries the version it was made from: the store saves it only over that version and adds the
 * one (see OrderStore.save).
 */

export const LINES_MAX = 50
export const QUANTITY_MAX = 10_000

export const ORDER_STATUSES = [
  'pending',
  'confirmed',
  'rejected',
  'shipped',
  'delivered',
  'cancelling',
  'cancelled',
] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** The transition table. Where several statuses may follow, the one of an order that goes well comes first. */
export const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'rejected', 'cancelling'],
  confirmed: ['shipped', 'cancelling'],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: ['cancelled'],
  cancelled: [],
}

export const REQUESTABLE_STATUSES = ['shipped', 'delivered', 'cancelled'] as const
export type RequestableStatus = (typeof REQUESTABLE_STATUSES)[number]

/** What people may ask for; the other moves are made by the system when it knows the answer. */
export const REQUESTABLE: Readonly<Record<OrderStatus, readonly RequestableStatus[]>> = {
  pending: ['cancelled'],
  confirmed: ['cancelled', 'shipped'],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: [],
  cancelled: [],
}

export const isFinal = (status: OrderStatus): boolean => NEXT[status].length === 0

/** The statuses of an order that goes well, from the first to the last. */
export const EXPECTED_STATUSES: readonly OrderStatus[] = followedFrom('pending')

function followedFrom(status: OrderStatus): readonly OrderStatus[] {
  const [expected] = NEXT[status]
  return expected === undefined ? [status] : [status, ...followedFrom(expected)]
}

/** What the customer asked for. */
export type RequestedLine = { readonly productId: string; readonly quantity: number }

/** What was reserved, with name and price at the time of the reservation. */
export type PricedLine = RequestedLine & { readonly name: string; readonly unitPriceMinor: number }

export type Shortage = { readonly productId: string; readonly requested: number; readonly available: number }

export const REJECTION_REASONS = ['product_not_found', 'insufficient_stock', 'price_changed'] as const
export type RejectionReason = (typeof REJECTION_REASONS)[number]

/** Why the product service refused, with what belongs to each reason. */
export type Rejection =
  | { readonly reason: 'product_not_found'; readonly unknownProducts: readonly string[] }
  | {
      readonly reason: 'insufficient_stock'
      readonly shortages: readonly Shortage[]
      readonly totalMinor: RealTotal
    }
  | { readonly reason: 'price_changed'; readonly totalMinor: RealTotal }

/** What the lines cost when it was decided; undefined when that is more than an order may come to. */
type RealTotal = number | undefined

/** `by` is a user id, or SYSTEM. RFC 3339 UTC with milliseconds, so text order is time order. */
export type HistoryEntry = { readonly status: OrderStatus; readonly at: string; readonly by: string }

export const SYSTEM = 'system'

/** What every order has. */
export type OrderBase = {
  /** UUIDv7: ids sort by age. */
  readonly id: string
  readonly userId: string
  readonly idempotencyKey: string | undefined
  /** What the customer was shown and agreed to pay (invariant 8). */
  readonly totalMinor: number
  readonly currency: string
  readonly history: readonly HistoryEntry[]
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** Accepted, not decided. Nothing is known of its reservation. */
export type Pending = OrderBase & { readonly status: 'pending'; readonly lines: readonly RequestedLine[] }
/** Its reservation is held. */
export type Confirmed = OrderBase & { readonly status: 'confirmed'; readonly lines: readonly PricedLine[] }
/** Nothing is held. */
export type Rejected = OrderBase & {
  readonly status: 'rejected'
  readonly lines: readonly RequestedLine[]
  readonly rejection: Rejection
}
/** Its reservation is shipped; as long as the order is unsettled, the product service may still count it as held. */
export type Shipped = OrderBase & { readonly status: 'shipped'; readonly lines: readonly PricedLine[] }
/** Its reservation is as that of a shipped one. */
export type Delivered = OrderBase & { readonly status: 'delivered'; readonly lines: readonly PricedLine[] }
/** Its reservation, if there is one, has to be given back. */
export type Cancelling = OrderBase & { readonly status: 'cancelling' } & CancelledLines
/** Nothing is held. */
export type Cancelled = OrderBase & { readonly status: 'cancelled' } & CancelledLines

/** Prices are known only of an order that was confirmed before it was cancelled. */
type CancelledLines =
  | { readonly cancelledFrom: 'pending'; readonly lines: readonly RequestedLine[] }
  | { readonly cancelledFrom: 'confirmed'; readonly lines: readonly PricedLine[] }

export type Order = Pending | Confirmed | Rejected | Shipped | Delivered | Cancelling | Cancelled

export type Draft = {
  readonly userId: string
  readonly idempotencyKey: string | undefined
  readonly lines: readonly RequestedLine[]
  readonly totalMinor: number
  readonly currency: string
}

/**
 * Do both ask for the same? Compared as such rather than by a digest: the order keeps all it was asked,
 * and an exact comparison costs less. The order of lines does not matter.
 */
export const isSameRequest = (a: Order, b: Order): boolean =>
  a.totalMinor === b.totalMinor && a.currency === b.currency && sameQuantities(a.lines, b.lines)

/** No two lines of either list are of the same product. */
export const sameQuantities = (a: readonly RequestedLine[], b: readonly RequestedLine[]): boolean =>
  a.length === b.length &&
  a.every((line) => b.some((other) => other.productId === line.productId && other.quantity === line.quantity))
