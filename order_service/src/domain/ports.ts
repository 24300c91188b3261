/**
 * What the domain needs from outside. Every store adapter passes test/order_store_contract.ts.
 *
 * Any method may also fail with `store_unavailable` or `overloaded` (the kit's codes): a write that failed so
 * may still have been applied, so callers only repeat what is safe to repeat.
 */
import type { Cancelling, Delivered, OrderStatus, Pending, PricedLine, Rejection, Shipped } from './order.ts'
import type { Claim, StoredOrder, UnsettledOrder } from './schedule.ts'

/** Newest first; `before` is the id of the last order of the page before. */
export type OrderPage = { readonly limit: number; readonly before?: string | undefined }

export type BacklogStats = {
  /** Orders for which something is still owed. */
  readonly count: number
  /** When the longest waiting of them last changed. */
  readonly oldestUpdatedAt: string | undefined
}

export type OrderStore = {
  /**
   * Adds the order, unless its user already has one with its idempotency key: then nothing is written and that
   * one is resolved, as it is now (invariant 4). Of any number of concurrent calls exactly one adds.
   */
  addOnce(stored: StoredOrder): Promise<{ readonly stored: StoredOrder; readonly added: boolean }>
  /** Resolves undefined for an unknown id. */
  find(id: string): Promise<StoredOrder | undefined>
  findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined>
  /**
   * Saves status, lines, rejection, history and updatedAt of the order, dueAt and attempts of its schedule, and
   * resolves it with version + 1. Fails with `version_conflict`, nothing written, unless the stored version and fence are
   * still the order's.
   */
  save(stored: StoredOrder): Promise<StoredOrder>
  listByUser(userId: string, page: OrderPage): Promise<readonly StoredOrder[]>
  /** Every order when `status` is undefined. */
  listByStatus(status: OrderStatus | undefined, page: OrderPage): Promise<readonly StoredOrder[]>
  /**
   * Takes up to `limit` orders that are due at `now`, longest due first, by conditional writes: their dueAt
   * becomes `leaseUntil`, fence and attempts grow by one, the version stays. No two callers get the same one.
   */
  claimDue(now: string, leaseUntil: string, limit: number): Promise<readonly UnsettledOrder[]>
  /**
   * Moves dueAt of each one that is still at the named version and fence; undefined: nothing is owed any more.
   * The others are left alone. Versions stay, since nothing a client sees changes.
   */
  reschedule(changes: readonly (Claim & { readonly dueAt: string | undefined })[]): Promise<void>
  /** Of one that changes meanwhile, about that. */
  backlog(): Promise<BacklogStats>
  /** Versions of those that exist, for watchers of changes. */
  versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Statuses of those that exist, for the comparison with reservations. */
  statusesOf(ids: readonly string[]): Promise<ReadonlyMap<string, OrderStatus>>
  /** Orders for which something is owed, whether due or not, in order of id. */
  listUnsettled(page: {
    readonly limit: number
    readonly after?: string | undefined
  }): Promise<readonly UnsettledOrder[]>
  /** Rejects with `store_unavailable` when the store can't be used. */
  check(): Promise<void>
  close(): Promise<void>
}

export type Stores = {
  readonly orders: OrderStore
  /** Digits its amounts count. Throws `store_unavailable` while the store was not reached yet. */
  digits(): number
  /** When the database was made, where the database itself records it: a SQLite file does not. */
  madeAt?(): Promise<Date | undefined>
  close(): Promise<void>
}

export type HoldAnswer =
  | { readonly status: 'held'; readonly lines: readonly PricedLine[] }
  | { readonly status: 'rejected'; readonly rejection: Rejection }
  /** Given back already (cancelled meanwhile): nothing is held and nothing ever will be. */
  | { readonly status: 'released' }

/**
 * The product service's reservations, keyed by order id: each call may be repeated without end and in any
 * order. All fail with OutcomeUnknown when no usable answer came in time.
 */
export type Reservations = {
  /** Holds all lines or none. An order seen before gets its recorded answer. */
  hold(order: Pending): Promise<HoldAnswer>
  /** Gives back whatever the order holds; a hold arriving later takes nothing. */
  release(order: Cancelling): Promise<void>
  /** What the order holds has left the house. */
  ship(order: Shipped | Delivered): Promise<void>
  circuit(): CircuitState
}

/** What a call may expect: an answer; to be the one that finds out whether the service is back; or to fail at once. */
export type CircuitState = 'closed' | 'half_open' | 'open'

export type Clock = () => Date

export type Timers = {
  /** Calls `run` once, after `ms`, unless the function it returns is called before. */
  after(ms: number, run: () => void): () => void
  /** Calls `run` once, after everything else that is ready. */
  defer(run: () => void): void
}

/** Called with a name between two durable steps; tests stop the process there. */
export type CrashPointHook = (place: CrashPoint) => void

export const CRASH_POINTS = [
  'intent_recorded',
  'answer_received',
  'answer_recorded',
  'cancelling_recorded',
  'released',
  'shipping_recorded',
  'shipped',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export type Ports = {
  readonly orders: OrderStore
  readonly reservations: Reservations
  readonly now: Clock
  readonly newId: () => string
  readonly reached: CrashPointHook
  /** Hears of faults that did not fail the request: the order was kept and will be settled. */
  readonly report: (fault: unknown, orderId: string) => void
}
