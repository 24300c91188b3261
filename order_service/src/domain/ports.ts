/**
 * The ports of the domain. Every store adapter passes test/order_store_contract.ts.
 *
 * Any method of a store may also fail with `store_unavailable` or `overloaded` (codes of the kit). Such a write may have
 * been applied all the same, so callers repeat only what is safe to repeat.
 */
import type { AuditRecord, Author } from './audit.ts'
import type { CaseKind, Cases } from './cases.ts'
import type { CheckoutSettingsStore } from './checkout_ports.ts'
import type { CircuitState } from './circuit_state.ts'
import type { EndedOrders } from './ended_orders.ts'
import type { Erasures, PersonalOrders } from './erasure_ports.ts'
import type {
  Cancelling,
  Delivered,
  Order,
  OrderStatus,
  Pending,
  PricedLine,
  Rejection,
  Shipped,
} from './order.ts'
import type { OrderQueues } from './order_queues.ts'
import type { Payments } from './payment_ports.ts'
import type { StoredOrder } from './schedule.ts'
import type { Tracking } from './tracking.ts'
import type { UnpublishedOrders } from './unpublished.ts'

/** Newest first; `before` is the id of the last order of the page before. */
export type OrderPage = { readonly limit: number; readonly before?: string | undefined }

/** Who changed the order, and what: for the audit log. */
export type Audited = { readonly by: Author; readonly record: AuditRecord }

/** Which order, and by whom it was placed: on a sharded MongoDB that says where it is. */
export type Placed = Pick<Order, 'id' | 'userId'>
export type TrackingChange = { readonly before: Tracking | undefined; readonly after: Tracking }

export type OrderStore = OrderQueues & {
  /** Whether writes of any kind that come together share a commit, so that waiting for another one saves work. */
  readonly sharesCommits: boolean
  /**
   * Adds the order, unless its user has one with this idempotency key: then nothing is written and that order is
   * resolved as it is now (invariant 4). Of concurrent calls with one key exactly one adds. An order without a number gets
   * the next one (order_numbers.ts).
   */
  addOnce(stored: StoredOrder): Promise<{ readonly stored: StoredOrder; readonly added: boolean }>
  /** Resolves undefined for an unknown id. */
  find(id: string): Promise<StoredOrder | undefined>
  findByKey(userId: string, idempotencyKey: string): Promise<StoredOrder | undefined>
  /**
   * Saves status, lines, rejection, history and updatedAt of the order, and dueAt and attempts of its schedule. Resolves
   * it with version + 1. Fails with `version_conflict`, and writes nothing, unless the stored version and fence are those
   * of the order. Together with `audited`, that is added to the audit log in the same step. `tracking` is saved only if it is given.
   */
  save(stored: StoredOrder, audited?: Audited, tracking?: Tracking): Promise<StoredOrder>
  /** Those that the user placed, and those of guests that were added to the account. */
  listByUser(userId: string, page: OrderPage): Promise<readonly StoredOrder[]>
  /** Those with a checkout of this e-mail address, as it is stored. */
  listByEmail(email: string, page: OrderPage): Promise<readonly StoredOrder[]>
  /**
   * Adds a guest's order to an account, unless it is in one: false then. It makes no version, so no other change conflicts with it.
   * Together with `audited`, as a save.
   */
  link(order: Placed, userId: string, at: string, audited: Audited): Promise<boolean>
  /** Corrects the tracking if it is still `before`; false otherwise. It makes no version either. */
  track(order: Placed, tracking: TrackingChange, at: string, audited: Audited): Promise<boolean>
  /** Resolves undefined for an unknown number. */
  findByNumber(number: number): Promise<StoredOrder | undefined>
  /** Those with a line of the product. */
  listByProduct(productId: string, page: OrderPage): Promise<readonly StoredOrder[]>
  /**
   * Stores what is not stored with an order, for up to `limit` orders: the number of one that an earlier release wrote, and by
   * which products it is found. Resolves whether there may be more. Any number of callers may do so at once.
   */
  catchUp(limit: number): Promise<boolean>
  /** With ids above `after` and below `end`, which may be beginnings of ids, by id. */
  listBetween(after: string, end: string, limit: number): Promise<readonly StoredOrder[]>
  /** Every order when `status` is undefined. */
  listByStatus(status: OrderStatus | undefined, page: OrderPage): Promise<readonly StoredOrder[]>
  /** Of the orders that exist. */
  versionsOf(ids: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Of the orders that exist. */
  statusesOf(ids: readonly string[]): Promise<ReadonlyMap<string, OrderStatus>>
  /** Fails with `store_unavailable` when the store can't be used. */
  check(): Promise<void>
  close(): Promise<void>
}

/** What one process at a time does. Times are wall clock times. */
export type Lease = {
  /** Until `until`. False while another owner has it at `now`. */
  take(owner: string, now: Date, until: Date): Promise<boolean>
  /** When it ended or ends; undefined if it was never taken. */
  end(): Promise<Date | undefined>
}

export type Stores = {
  readonly orders: OrderStore
  readonly checkoutSettings: CheckoutSettingsStore
  readonly cases: Cases
  /** Of the replica that publishes events of this kind. */
  caseLease(kind: CaseKind): Lease
  /** For each status of an order that may be removed. */
  readonly ended: readonly EndedOrders[]
  readonly erasures: Erasures
  readonly personal: PersonalOrders
  readonly retentionLease: Lease
  readonly unpublished: UnpublishedOrders
  /** Of the replica that publishes events. */
  readonly relayLease: Lease
  /** Digits after the point in its amounts. Throws `store_unavailable` before the store was reached. */
  digits(): number
  /** When the database was created. SQLite does not record it. */
  madeAt?(): Promise<Date | undefined>
  /** The moment of the last backup. SQLite does not record it. */
  lastBackup?(): Promise<Date | undefined>
  close(): Promise<void>
}

export type HoldAnswer =
  | { readonly status: 'held'; readonly lines: readonly PricedLine[] }
  | { readonly status: 'rejected'; readonly rejection: Rejection }
  /** Released already (cancelled meanwhile): nothing is held, and nothing ever will be. */
  | { readonly status: 'released' }

/**
 * The product service's reservations, keyed by order id: each call may be repeated any number of times, in any order.
 * Each fails with OutcomeUnknown when no usable answer came in time.
 */
export type Reservations = {
  /** Holds all lines or none. A repeated call gets the recorded answer. */
  hold(order: Pending): Promise<HoldAnswer>
  /** Releases whatever the order holds; a hold that arrives later takes nothing. */
  release(order: Cancelling): Promise<void>
  /** Records that the units the order holds were shipped. */
  ship(order: Shipped | Delivered): Promise<void>
  circuit(): CircuitState
}

export type Clock = () => Date

export type Timers = {
  /** Calls `run` once, after `ms`. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void
  /** Calls `run` once, in the next turn of the event loop. */
  defer(run: () => void): void
}

/** Called between two durable steps; tests stop the process there. */
export type CrashPointHook = (place: CrashPoint) => void

export const CRASH_POINTS_OF_ORDERS = [
  'intent_recorded',
  'answer_received',
  'answer_recorded',
  'cancelling_recorded',
  'released',
  'shipping_recorded',
  'shipped',
  'payment_asked',
  'payment_ended',
  'capturing_recorded',
  'captured',
] as const
/** Of returns and withdrawals. */
const CRASH_POINTS_OF_CASES = [
  'receipt_recorded',
  'restock_answered',
  'refund_answered',
  'outcome_recorded',
  'withdrawal_recorded',
  'withdrawal_done',
  'receipt_mailed',
] as const
export const CRASH_POINTS = [...CRASH_POINTS_OF_ORDERS, ...CRASH_POINTS_OF_CASES] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export type Ports = {
  readonly orders: OrderStore
  readonly reservations: Reservations
  readonly payments: Payments
  readonly now: Clock
  readonly newId: () => string
  readonly reached: CrashPointHook
  /** Logs faults that do not fail the request: the order is stored and will be settled. */
  readonly report: (fault: unknown, orderId: string) => void
}
