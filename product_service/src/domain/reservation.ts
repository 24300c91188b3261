/**
 * A reservation: the decision about the stock that an order requested. Each status has its own type.
 *
 * Invariant 6: an order id is decided once. held -> shipped | released; `rejected`, `released` and `shipped` are final.
 * reserving.ts makes these transitions, and only from `held`.
 */
import { PRICE_MINOR_MAX } from './product.ts'

export const QUANTITY_MAX = 10_000
/** The largest total of an order: one line at the highest price. Sums up to it are far below 2^53, so they are exact. */
export const TOTAL_MINOR_MAX = PRICE_MINOR_MAX * QUANTITY_MAX
export const LINES_MAX = 50
/** Orders in one call. */
export const BATCH_MAX = 256

/** In order of precedence: the first that applies is the reason. */
export const REJECTIONS = ['product_not_found', 'insufficient_stock', 'price_changed'] as const
export type RejectionReason = (typeof REJECTIONS)[number]

export type RequestedLine = { readonly productId: string; readonly quantity: number }

/** `unitPriceMinor` is the price that the buyer was quoted, if each line was: two changes that cancel out are changes. */
export type AskedLine = RequestedLine & { readonly unitPriceMinor?: number }

export type ReservationRequest = {
  readonly orderId: string
  readonly lines: readonly AskedLine[]
  readonly totalMinor: number
}

/** Has the name and price at the time of the decision. */
export type ReservedLine = RequestedLine & { readonly name: string; readonly unitPriceMinor: number }
export type Shortage = { readonly productId: string; readonly requested: number; readonly available: number }

type Decided = {
  readonly orderId: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** Units of one receipt of returned goods, which went back to stock. */
export type Restock = {
  readonly receiptId: string
  readonly lines: readonly RequestedLine[]
  readonly at: string
}
/** Receipts of one order. */
export const RESTOCKS_MAX = 500

/** Lines and their sum. */
export type Holding = { readonly lines: readonly ReservedLine[]; readonly totalMinor: number }

/** Why nothing is held, with the details of each reason. */
export type Rejection =
  | { readonly reason: 'product_not_found'; readonly unknownProducts: readonly string[] }
  | {
      readonly reason: 'insufficient_stock'
      readonly shortages: readonly Shortage[]
      readonly totalMinor: RealTotal
    }
  | { readonly reason: 'price_changed'; readonly totalMinor: RealTotal }

/** Sum of the lines at the prices of the decision; null above TOTAL_MINOR_MAX. */
type RealTotal = number | null

export type Held = Decided & { readonly status: 'held' } & Holding
/** The held units were sent to the customer. `restocks`: those that came back, if any did (restocking.ts). */
export type Shipped = Decided & {
  readonly status: 'shipped'
  readonly restocks?: readonly Restock[]
} & Holding
/** `holding` is what was released. It is null for a tombstone: the release came first, so nothing was ever held. */
export type Released = Decided & { readonly status: 'released'; readonly holding: Holding | null }
export type Rejected = Decided & { readonly status: 'rejected' } & Rejection

export type Reservation = Held | Shipped | Released | Rejected
/** Nothing is held, or no longer. */
export type FinalReservation = Exclude<Reservation, Held>
export type ReservationStatus = Reservation['status']

export const isHeld = (reservation: Reservation): reservation is Held => reservation.status === 'held'
