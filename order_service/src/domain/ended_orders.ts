/**
 * Which orders may be removed, if RETAIN_ENDED_ORDERS_DAYS is set: those that were rejected or cancelled before some time.
 *
 * Invariants
 *  3. An order that was bought is never removed. One that ended with nothing is, after at least RETAIN_DAYS_MIN days.
 *  4. A key is remembered as long as its order. So it makes one order within RETAIN_DAYS_MIN days, whatever became of it.
 *  6. A rejected or cancelled order holds nothing, and both statuses are final: it can be removed at any moment.
 */
import type { OrderStatus } from './order.ts'
import type { StoredOrder } from './schedule.ts'

export const ENDED_STATUSES = ['rejected', 'cancelled'] as const satisfies readonly OrderStatus[]
export type EndedStatus = (typeof ENDED_STATUSES)[number]

/** The orders of one such status: a RetentionSource of the kit. */
export type EndedOrders = {
  readonly kind: 'order'
  /** Orders for which hasEndedBefore is true, by id, at most `limit`, with ids above `after`. `next` is undefined at the end. */
  due(
    before: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly StoredOrder[]; readonly next: string | undefined }>
  /** Resolves how many of them were removed; those that are gone, or changed, are not counted. */
  remove(orders: readonly StoredOrder[]): Promise<number>
}

export const hasEndedBefore = (stored: StoredOrder, before: string): boolean =>
  (ENDED_STATUSES as readonly OrderStatus[]).includes(stored.order.status) && stored.order.updatedAt < before

/** Sorts before the ids made at that time, and after older ones: a UUIDv7 begins with its time. */
export function firstIdAt(time: string): string {
  const hex = Date.parse(time).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
