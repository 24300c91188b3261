/** The queues of unsettled orders, one for each service that is asked: part of the store (ports.ts). */
import type { Claim, Queue, UnsettledOrder } from './schedule.ts'

export type BacklogStats = {
  /** Unsettled orders. */
  readonly count: number
  /** Time of the last change of the one that waits longest. */
  readonly oldestUpdatedAt: string | undefined
}

export type OrderQueues = {
  /**
   * Claims up to `limit` orders that are due at `now`, longest due first, by conditional writes: dueAt becomes
   * `leaseUntil`, fence and attempts grow by one, the version stays. No two callers get the same order.
   */
  claimDue(
    now: string,
    leaseUntil: string,
    limit: number,
    /** By default `stock`. */
    queue?: Queue,
  ): Promise<readonly UnsettledOrder[]>
  /**
   * Sets dueAt of each order that is still at the named version and fence; undefined: it is settled. Other orders are not
   * changed. Versions stay, since nothing a client sees changes.
   */
  reschedule(changes: readonly (Claim & { readonly dueAt: string | undefined })[]): Promise<void>
  /** Of the queue `stock`. Approximate while orders change. */
  backlog(): Promise<BacklogStats>
  /** Since when the order of the queue `payments` that is overdue longest is due; undefined if none is at `now`. */
  oldestPaymentDue(now: string): Promise<string | undefined>
  /**
   * Makes those of these orders that wait for their payment due at `at`, if they are due later, with a new fence: who asked before
   * this change and was answered `open` must not send them to sleep. Others are never due long after.
   */
  hurryPayments(ids: readonly string[], at: string): Promise<void>
  /** Unsettled orders of a queue, due or not, sorted by id. */
  listUnsettled(page: {
    readonly limit: number
    readonly after?: string | undefined
    /** By default `stock`. */
    readonly queue?: Queue
  }): Promise<readonly UnsettledOrder[]>
}
