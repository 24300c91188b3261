/** What the domain needs. Every store passes the contract suite in test/payment_store_contract.ts, races included. */
import type { AuditRecord } from './audit.ts'
import type { Method, Payment, Refund } from './payment.ts'
import type { Claim, Stored } from './schedule.ts'
import type { Snapshot } from './snapshot.ts'
import type { UnpublishedPayments } from './unpublished.ts'

/** What an event of the provider is about: one of them is set, if it is about a payment of ours at all. */
export type ProviderEvent = {
  readonly id: string
  readonly orderId: string | undefined
  readonly intentId: string | undefined
}

export type CardLimits = {
  readonly leastMinor: number
  readonly mostMinor: number
  /** Amounts are multiples of it. */
  readonly stepMinor: number
}

/**
 * A payment provider. Each call may be repeated any number of times. It fails with OutcomeUnknown if no usable answer came in
 * time, and with Refused if the provider has not done it and will not.
 */
export type PaymentProvider = {
  /** Opens the page on which it is paid: once, however often it is called for one `opening`. Resolves where it is. */
  open(payment: Payment): Promise<Pick<Snapshot, 'sessionId' | 'checkoutUrl'>>
  read(payment: Payment, now: Date): Promise<Snapshot>
  /** `attempt` differs for each attempt that follows another answer. */
  capture(payment: Payment, amountMinor: number, attempt: string): Promise<void>
  /** Ends it, as far as it was not captured. Resolves when the provider has answered, whatever it was: `read` shows it. */
  cancel(payment: Payment, attempt: string): Promise<void>
  refund(payment: Payment, refund: Refund): Promise<void>
  /** What it can charge at all, in minor units. */
  limits(): CardLimits
  /** Throws `signature_invalid` unless the provider has signed it. */
  verifyEvent(body: string, signature: string | undefined, now: Date): ProviderEvent
  close(): Promise<void>
}

/** With the change it is about, or not at all. */
export type Audited = { readonly by: string; readonly record: AuditRecord }

export type Backlog = {
  readonly count: number
  readonly oldestUpdatedAt: string | undefined
  /** When the turn of the one that is due first was, or will be. */
  readonly firstDueAt: string | undefined
}

export type PaymentStore = {
  /** Durable when it resolves. With the payment of before if the order has one. */
  addOnce(stored: Stored): Promise<{ readonly stored: Stored; readonly added: boolean }>
  find(orderId: string): Promise<Stored | undefined>
  findByIntent(intentId: string): Promise<Stored | undefined>
  /** Over the revision and fence of `before`; otherwise fails with `version_conflict`. */
  save(before: Claim, stored: Stored, audited?: Audited): Promise<Stored>
  /** Gives up to `limit` payments that are due a lease; each to one caller alone. */
  claimDue(now: string, leaseUntil: string, limit: number): Promise<readonly Stored[]>
  /** Only those that still have that revision and fence. `attempts` begin again at 0 if `done`. */
  reschedule(
    changes: readonly (Claim & { readonly dueAt: string | undefined; readonly done: boolean })[],
  ): Promise<void>
  /** Due now, if it was due later or never. Whether there is such a payment. */
  makeDue(orderId: string, now: string): Promise<boolean>
  /** Their changes were not notified yet. */
  unhinted(limit: number): Promise<readonly { readonly orderId: string; readonly version: number }[]>
  hinted(changes: readonly { readonly orderId: string; readonly version: number }[]): Promise<void>
  isReceived(eventId: string): Promise<boolean>
  received(eventId: string, now: string): Promise<void>
  /** Removes up to `limit` events; resolves how many. */
  forgetEvents(before: string, limit: number): Promise<number>
  backlog(): Promise<Backlog>
  /** Authorisations that end before then, the first ones first. */
  endingBefore(
    time: string,
    limit: number,
  ): Promise<readonly { readonly orderId: string; readonly captureBefore: string }[]>
  /** Captures by card that were requested and not made, the one that has waited for longest first. */
  capturesWaiting(limit: number): Promise<readonly { readonly orderId: string; readonly since: string }[]>
  /** What is owed back and waits for a person, the one that has waited for longest first. */
  refundsWaiting(
    limit: number,
  ): Promise<readonly { readonly orderId: string; readonly since: string; readonly method: Method }[]>
  /** By order id, for commands that compare all of them. */
  list(after: string, limit: number): Promise<readonly Stored[]>
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
  readonly payments: PaymentStore
  readonly unpublished: UnpublishedPayments
  /** Of the one replica that publishes. */
  readonly relayLease: Lease
  /** Digits after the point in its amounts. Throws `store_unavailable` before the store was reached. */
  digits(): number
  madeAt?(): Promise<Date | undefined>
  lastBackup?(): Promise<Date | undefined>
  close(): Promise<void>
}

/** Called between two durable steps; tests stop the process there. */
export type CrashPointHook = (place: CrashPoint) => void

export const CRASH_POINTS = [
  'payment_recorded',
  'page_opened',
  'wish_recorded',
  'provider_answered',
  'refund_recorded',
  'event_recorded',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export type Ports = {
  readonly payments: PaymentStore
  readonly providerOf: (payment: Pick<Payment, 'method'>) => PaymentProvider | undefined
  readonly now: () => Date
  readonly newId: () => string
  readonly reached: CrashPointHook
  /** Logs faults that do not fail the request: the payment is stored and will be driven again. */
  readonly report: (fault: unknown, orderId: string) => void
}

/** Whose the order is, as order_service says; undefined without one. Fails with `orders_unavailable`. */
export type OwnerOf = (orderId: string) => Promise<string | undefined>
