/**
 * An order: what a customer asked for, and its history. Each status has its own type, so code reads only the fields that an
 * order of that status has.
 *
 * Invariants
 *  a. It has 1..LINES_MAX lines, no two of the same product, each of 1..QUANTITY_MAX units.
 *  b. Status moves only along NEXT (transitions.ts). `rejected`, `cancelled` and `delivered` are final.
 *  c. Every change of status adds one entry to `history` and one to `version`: version = history.length.
 *  d. It is scheduled exactly while a call to the product service is still owed, so no such call is forgotten
 *     (invariant 5): see schedule.ts.
 *  e. Invariant 6: it is `confirmed` only with the lines its reservation holds, and `cancelled` only after the
 *     reservation was released.
 *
 * Of an order that is paid (its checkout has a payment)
 *  M2. It is `shipped` only after its money was captured (or is paid later, by invoice or cash).
 *  M3. It is `cancelled` only after its payment has ended: nothing is authorised, and what was captured is refunded.
 *  M4. Money is asked for only while its stock is held.
 *  M6. Its stock is released only after the provider's final no.
 *
 * A transition leaves `version` as it was: the store saves the order only over that version, then adds one
 * (OrderStore.save).
 */

import type { Checkout } from './checkout.ts'
import type { Erasable } from './erasable.ts'
import type { Tracking } from './tracking.ts'

export const LINES_MAX = 50
export const QUANTITY_MAX = 10_000

export const ORDER_STATUSES = [
  'pending',
  'awaiting_payment',
  'confirmed',
  'rejected',
  'capturing',
  'shipped',
  'delivered',
  'cancelling',
  'cancelled',
] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** The transition table. The first of several next statuses is the expected one. */
export const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'awaiting_payment', 'rejected', 'cancelling'],
  awaiting_payment: ['confirmed', 'cancelling'],
  confirmed: ['shipped', 'capturing', 'cancelling'],
  capturing: ['shipped', 'confirmed'],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: ['cancelled'],
  cancelled: [],
}

export const REQUESTABLE_STATUSES = ['shipped', 'delivered', 'cancelled'] as const
export type RequestableStatus = (typeof REQUESTABLE_STATUSES)[number]

/** The transitions people may request; the system makes the others. */
export const REQUESTABLE: Readonly<Record<OrderStatus, readonly RequestableStatus[]>> = {
  pending: ['cancelled'],
  awaiting_payment: ['cancelled'],
  confirmed: ['cancelled', 'shipped'],
  capturing: [],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: [],
  cancelled: [],
}

export const isFinal = (status: OrderStatus): boolean => NEXT[status].length === 0

/** The statuses of an order without problems, from first to last. */
export const EXPECTED_STATUSES: readonly OrderStatus[] = followedFrom('pending')

function followedFrom(status: OrderStatus): readonly OrderStatus[] {
  const [expected] = NEXT[status]
  return expected === undefined ? [status] : [status, ...followedFrom(expected)]
}

/** As the customer ordered it. */
export type RequestedLine = { readonly productId: string; readonly quantity: number }

/** As it was reserved, with name and price at that time. */
export type PricedLine = RequestedLine & { readonly name: string; readonly unitPriceMinor: number }

export type Shortage = { readonly productId: string; readonly requested: number; readonly available: number }

export const REJECTION_REASONS = ['product_not_found', 'insufficient_stock', 'price_changed'] as const
export type RejectionReason = (typeof REJECTION_REASONS)[number]

/** Why the product service rejected the order. */
export type Rejection =
  | { readonly reason: 'product_not_found'; readonly unknownProducts: readonly string[] }
  | {
      readonly reason: 'insufficient_stock'
      readonly shortages: readonly Shortage[]
      readonly totalMinor: RealTotal
    }
  | { readonly reason: 'price_changed'; readonly totalMinor: RealTotal }

/** Price of the lines when the order was decided; undefined above the largest amount of an order. */
type RealTotal = number | undefined

/** `by` is a user id, or SYSTEM. `at` is RFC 3339 UTC with milliseconds: text order is time order. */
export type HistoryEntry = { readonly status: OrderStatus; readonly at: string; readonly by: string }

export const SYSTEM = 'system'

/** What every order has. `checkout` is undefined for one without a quote. */
export type OrderBase = Erasable & {
  /** UUIDv7: ids sort by age. */
  readonly id: string
  /** For people (order_numbers.ts). Given by the store. */
  readonly number: number | undefined
  /** Who placed it: an account, or a guest. It never changes; see ownerOf (guests.ts). */
  readonly userId: string
  /** The account that a guest's order was added to. */
  readonly linkedTo: string | undefined
  readonly idempotencyKey: string | undefined
  /** The price of its lines that the customer agreed to (invariant 8). */
  readonly totalMinor: number
  readonly checkout: Checkout | undefined
  readonly tracking: Tracking | undefined
  readonly currency: string
  readonly history: readonly HistoryEntry[]
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** Accepted, not decided. It may or may not have a reservation. */
export type Pending = OrderBase & { readonly status: 'pending'; readonly lines: readonly RequestedLine[] }
/** Its reservation is held, and its buyer may pay. */
export type AwaitingPayment = OrderBase & {
  readonly status: 'awaiting_payment'
  readonly lines: readonly PricedLine[]
}
/** Its reservation is held; if it is paid, its money is authorised or captured. */
export type Confirmed = OrderBase & { readonly status: 'confirmed'; readonly lines: readonly PricedLine[] }
/** Nothing is held. */
export type Rejected = OrderBase & {
  readonly status: 'rejected'
  readonly lines: readonly RequestedLine[]
  readonly rejection: Rejection
}
/** Its reservation is held, and its money is being captured, so that it can be shipped. */
export type Capturing = OrderBase & { readonly status: 'capturing'; readonly lines: readonly PricedLine[] }
/** Its reservation is shipped; while the order is unsettled, the product service may still have it as held. */
export type Shipped = OrderBase & { readonly status: 'shipped'; readonly lines: readonly PricedLine[] }
/** Its reservation is as for a shipped order. */
export type Delivered = OrderBase & { readonly status: 'delivered'; readonly lines: readonly PricedLine[] }
/** Its reservation, if there is one, has to be released. */
export type Cancelling = OrderBase & { readonly status: 'cancelling' } & CancelledLines
/** Nothing is held. */
export type Cancelled = OrderBase & { readonly status: 'cancelled' } & CancelledLines

/** Prices are known only of an order whose stock was held before it was cancelled. */
type CancelledLines =
  | { readonly cancelledFrom: 'pending'; readonly lines: readonly RequestedLine[] }
  | { readonly cancelledFrom: 'awaiting_payment' | 'confirmed'; readonly lines: readonly PricedLine[] }

export type Order =
  | Pending
  | AwaitingPayment
  | Capturing
  | Confirmed
  | Rejected
  | Shipped
  | Delivered
  | Cancelling
  | Cancelled

export type Draft = {
  readonly userId: string
  readonly idempotencyKey: string | undefined
  readonly lines: readonly RequestedLine[]
  readonly totalMinor: number
  readonly currency: string
  readonly checkout?: Checkout | undefined
}

/** Is it paid through payment_service? Then its money has the same life as its stock. */
export const isPaid = ({ checkout }: OrderBase): boolean => checkout?.payment != null

/** What the buyer pays: with taxes and shipping, if it was quoted. */
export const grandTotalMinor = ({ checkout, totalMinor }: OrderBase): number =>
  checkout?.totalMinor ?? totalMinor

/** As it asks product_service: a quoted order with the price of each line. */
export const askedLines = ({
  lines,
  checkout,
}: Order): readonly (RequestedLine & { unitPriceMinor?: number })[] =>
  lines.map(({ productId, quantity }, i) => ({
    ...{ productId, quantity },
    ...(checkout === undefined ? {} : { unitPriceMinor: checkout.lines[i]!.unitPriceMinor }),
  }))
