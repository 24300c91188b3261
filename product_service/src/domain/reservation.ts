/**
 * A reservation: what became of the stock that an order asked for. One type for each status.
 *
 * Invariant 6: an order id is decided once. held -> shipped | released; `rejected`, `released` and `shipped` are final.
 * reserving.ts makes these moves, and only of what is held.
 */
import { PRICE_MINOR_MAX } from './product.ts'

export const QUANTITY_MAX = 10_000
/** The most an order may come to: one line, at the highest price. What is less is far below 2^53, so sums are exact. */
export const TOTAL_MINOR_MAX = PRICE_MINOR_MAX * QUANTITY_MAX
export const LINES_MAX = 50
/** Orders in one call. */
export const BATCH_MAX = 256

/** In the order of precedence: the first that applies is the answer. */
export const REJECTIONS = ['product_not_found', 'insufficient_stock', 'price_changed'] as const
export type RejectionReason = (typeof REJECTIONS)[number]

export type RequestedLine = { readonly productId: string; readonly quantity: number }

export type ReservationRequest = {
  readonly orderId: string
  readonly lines: readonly RequestedLine[]
  readonly totalMinor: number
}

/** With name and price at the time of the decision. */
export type ReservedLine = RequestedLine & { readonly name: string; readonly unitPriceMinor: number }
export type Shortage = { readonly productId: string; readonly requested: number; readonly available: number }

type Decided = {
  readonly orderId: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** Lines and their sum. */
export type Holding = { readonly lines: readonly ReservedLine[]; readonly totalMinor: number }

/** Why nothing is held, with what belongs to each reason. */
export type Rejection =
  | { readonly reason: 'product_not_found'; readonly unknownProducts: readonly string[] }
  | {
      readonly reason: 'insufficient_stock'
      readonly shortages: readonly Shortage[]
      readonly totalMinor: RealTotal
    }
  | { readonly reason: 'price_changed'; readonly totalMinor: RealTotal }

/** Sum of the lines at the prices of the decision; null when that is more than an order may come to. */
type RealTotal = number | null

export type Held = Decided & { readonly status: 'held' } & Holding
/** What was held has left the house. */
export type Shipped = Decided & { readonly status: 'shipped' } & Holding
/** `gaveBack` is null for a tombstone: the release came before the reservation, so nothing was ever held. */
export type Released = Decided & { readonly status: 'released'; readonly holding: Holding | null }
export type Rejected = Decided & { readonly status: 'rejected' } & Rejection

export type Reservation = Held | Shipped | Released | Rejected
/** Final: nothing is held, or nothing any more. */
export type FinalReservation = Exclude<Reservation, Held>
export type ReservationStatus = Reservation['status']

export const isHeld = (reservation: Reservation): reservation is Held => reservation.status === 'held'
