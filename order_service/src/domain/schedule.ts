/**
 * When the settler works on an order. It is apart from the order, so a change of the order cannot change it by accident.
 *
 * Invariant d of order.ts, as types: a `pending` or `cancelling` order is unsettled, because a call to the product service
 * is still owed; one that waits for its money, or is being captured, is unsettled, because payment_service is asked; a
 * `confirmed`, `rejected` or `cancelled` order is settled; a `shipped` or `delivered` order is unsettled
 * until the product service has recorded the shipment.
 */
import {
  type AwaitingPayment,
  type Cancelled,
  type Cancelling,
  type Capturing,
  type Confirmed,
  type Delivered,
  isPaid,
  type Order,
  type Pending,
  type Rejected,
  type Shipped,
} from './order.ts'

/**
 * Unsettled orders have two queues, each with its own settler, so that a slow payment provider never delays an order that only
 * needs stock.
 */
export type Queue = 'stock' | 'payments'

/** To whom the next call is owed. An order that is paid ends at the provider before its stock is released (M6). */
export function queueOf(order: Order): Queue {
  switch (order.status) {
    case 'awaiting_payment':
    case 'capturing':
      return 'payments'
    case 'cancelling':
      return isPaid(order) && order.cancelledFrom !== 'pending' ? 'payments' : 'stock'
    default:
      return 'stock'
  }
}

/** How long the request that made or changed an order has to settle it; then the settler claims it. */
export const SETTLE_AFTER_MS = 5_000

type Lease = {
  /** Claims since its last change. */
  readonly attempts: number
  /** Grows with each claim; a settler with an older number has lost its lease. */
  readonly fence: number
}

/** The settler may claim it from `dueAt` on. */
export type Due = Lease & { readonly dueAt: string }
/** Settled. */
export type NotDue = Lease & { readonly dueAt: undefined }
export type Schedule = Due | NotDue

export type UnsettledOrder = {
  readonly order: Pending | AwaitingPayment | Capturing | Cancelling | Shipped | Delivered
  readonly schedule: Due
}
export type SettledOrder = {
  readonly order: Confirmed | Rejected | Cancelled | Shipped | Delivered
  readonly schedule: NotDue
}
/** One order in a store. */
export type StoredOrder = UnsettledOrder | SettledOrder

export type PendingOrder = { readonly order: Pending; readonly schedule: Due }

/** One version of one order under one lease. */
export type Claim = {
  readonly id: string
  readonly version: number
  readonly fence: number
  readonly queue: Queue
}

export const isUnsettled = (stored: StoredOrder): stored is UnsettledOrder =>
  stored.schedule.dueAt !== undefined

export const isPending = (stored: StoredOrder): stored is PendingOrder => stored.order.status === 'pending'

export const claimOf = ({ order, schedule }: StoredOrder): Claim => ({
  id: order.id,
  version: order.version,
  fence: schedule.fence,
  queue: queueOf(order),
})

export const scheduleNew = (order: Pending, now: Date): PendingOrder => ({
  order,
  schedule: { dueAt: settleAfter(now), attempts: 0, fence: 0 },
})

/** The order after a transition, with its new schedule; `dueAt` and `fence` are those before it. */
export function scheduleChanged(
  order: Exclude<Order, Pending>,
  { dueAt, fence }: Schedule,
  now: Date,
): StoredOrder {
  switch (order.status) {
    case 'awaiting_payment':
    case 'capturing':
    case 'cancelling':
    case 'shipped':
      return { order, schedule: { dueAt: settleAfter(now), attempts: 0, fence } }
    case 'delivered':
      // An order may be delivered before the product service has recorded the shipment.
      return withEither(order, { dueAt, attempts: 0, fence })
    case 'confirmed':
    case 'rejected':
    case 'cancelled':
      return { order, schedule: { dueAt: undefined, attempts: 0, fence } }
  }
}

/** The order with the schedule that was read; undefined if an order of this status cannot have it. */
export function withSchedule(order: Order, schedule: ReadSchedule): StoredOrder | undefined {
  const { dueAt, ...lease } = schedule
  switch (order.status) {
    case 'pending':
    case 'awaiting_payment':
    case 'capturing':
    case 'cancelling':
      return dueAt === undefined ? undefined : { order, schedule: { dueAt, ...lease } }
    case 'shipped':
    case 'delivered':
      return withEither(order, schedule)
    case 'confirmed':
    case 'rejected':
    case 'cancelled':
      return dueAt === undefined ? { order, schedule: { dueAt, ...lease } } : undefined
  }
}

type ReadSchedule = Lease & { readonly dueAt: string | undefined }

const withEither = (order: Shipped | Delivered, { dueAt, ...lease }: ReadSchedule): StoredOrder =>
  dueAt === undefined ? { order, schedule: { dueAt, ...lease } } : { order, schedule: { dueAt, ...lease } }

const settleAfter = (now: Date): string => new Date(now.getTime() + SETTLE_AFTER_MS).toISOString()

/** The stored order after a save of `stored`. */
export const nextVersion = <Stored extends StoredOrder>(
  stored: Stored,
  tracking = stored.order.tracking,
): Stored => ({
  ...stored,
  order: { ...stored.order, tracking, version: stored.order.version + 1 },
})

/** The stored order with the number that it got. */
export const withNumber = <Stored extends StoredOrder>(stored: Stored, number: number): Stored => ({
  ...stored,
  order: { ...stored.order, number },
})
