/**
 * When the settler works on an order. It lies beside the order, and nobody who changes an order can touch it by accident.
 *
 * Invariant d of order.ts is in the types: a `pending` or `cancelling` order is unsettled, since the product service has
 * still to be asked; a `confirmed`, `rejected` or `cancelled` one is settled; a `shipped` or `delivered` one is unsettled
 * until the product service was told that it left.
 */
import type {
  Cancelled,
  Cancelling,
  Confirmed,
  Delivered,
  Order,
  Pending,
  Rejected,
  Shipped,
} from './order.ts'

/** How long an order is left to the request that made or changed it before the settler takes it up. */
export const SETTLE_AFTER_MS = 5_000

type Lease = {
  /** Times the settler took it up since its last change. */
  readonly attempts: number
  /** Grows each time a settler takes it up; a settler with an older number has lost its lease. */
  readonly fence: number
}

/** `dueAt` says when the settler may take it up. */
export type Due = Lease & { readonly dueAt: string }
/** Nothing is owed. */
export type NotDue = Lease & { readonly dueAt: undefined }
export type Schedule = Due | NotDue

export type UnsettledOrder = {
  readonly order: Pending | Cancelling | Shipped | Delivered
  readonly schedule: Due
}
export type SettledOrder = {
  readonly order: Confirmed | Rejected | Cancelled | Shipped | Delivered
  readonly schedule: NotDue
}
/** What a store holds of one order. */
export type StoredOrder = UnsettledOrder | SettledOrder

export type PendingOrder = { readonly order: Pending; readonly schedule: Due }

/** Names one state of one order under one lease. */
export type Claim = { readonly id: string; readonly version: number; readonly fence: number }

export const isUnsettled = (stored: StoredOrder): stored is UnsettledOrder =>
  stored.schedule.dueAt !== undefined

export const isPending = (stored: StoredOrder): stored is PendingOrder => stored.order.status === 'pending'

export const claimOf = ({ order, schedule }: StoredOrder): Claim => ({
  id: order.id,
  version: order.version,
  fence: schedule.fence,
})

export const scheduleNew = (order: Pending, now: Date): PendingOrder => ({
  order,
  schedule: { dueAt: settleAfter(now), attempts: 0, fence: 0 },
})

/** Schedules an order that just moved from a state that had the schedule `before`. */
export function scheduleChanged(
  order: Exclude<Order, Pending>,
  { dueAt, fence }: Schedule,
  now: Date,
): StoredOrder {
  switch (order.status) {
    case 'cancelling':
    case 'shipped':
      return { order, schedule: { dueAt: settleAfter(now), attempts: 0, fence } }
    case 'delivered':
      // A parcel may arrive before the product service was told that it left.
      return withEither(order, { dueAt, attempts: 0, fence })
    case 'confirmed':
    case 'rejected':
    case 'cancelled':
      return { order, schedule: { dueAt: undefined, attempts: 0, fence } }
  }
}

/** The order with a schedule that was read; undefined where an order of this status cannot have it. */
export function withSchedule(order: Order, schedule: ReadSchedule): StoredOrder | undefined {
  const { dueAt, ...lease } = schedule
  switch (order.status) {
    case 'pending':
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
export const nextVersion = <Stored extends StoredOrder>(stored: Stored): Stored => ({
  ...stored,
  order: { ...stored.order, version: stored.order.version + 1 },
})
