/**
 * A payment is the fold of its entries: what the provider's objects say, each of them once.
 *
 * Invariants
 *  M1. captured - refunded <= amount.
 *  M5. An entry is named by the provider's object, and added once. So reading an object again, in any order, changes nothing.
 *  M7. The refunds that did not fail are never more than what was captured, whether the provider has made them or not.
 *
 * Its version is the number of changes in its history, so each change is an event of its own.
 */

import { type Bill, type Parts, setOff } from './bill.ts'

/** `card`: on the provider's page, where it may offer other ways too. The others are marked as paid by an admin. */
export const METHODS = ['card', 'invoice', 'cash'] as const
export type Method = (typeof METHODS)[number]

export const STATES = ['open', 'authorised', 'captured', 'cancelling', 'cancelled', 'failed'] as const
export type State = (typeof STATES)[number]

export const ENTRY_KINDS = ['authorisation', 'void', 'capture', 'refund', 'refund_failed', 'dispute'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** `id`: of the provider's object, and of which part of it. */
export type Entry = {
  readonly id: string
  readonly kind: EntryKind
  readonly amountMinor: number
  readonly at: string
}

export const REFUND_STATES = ['requested', 'pending', 'succeeded', 'failed'] as const
export type RefundState = (typeof REFUND_STATES)[number]

export type Refund = {
  /** Also the provider's idempotency key. */
  readonly id: string
  readonly amountMinor: number
  readonly reason: string
  readonly state: RefundState
  /** The provider's object, once it is known. */
  readonly providerId: string | undefined
  /** Of the request that made it. */
  readonly key: string
  /** A user id, or SYSTEM. */
  readonly by: string
  readonly at: string
  /** When someone paid it back by hand: of invoice and cash, or what the provider could not refund. */
  readonly paidAt: string | undefined
  /** Undefined if it is of an amount. */
  readonly parts: Parts | undefined
}

export const CHANGES = [
  'opened',
  'authorised',
  'captured',
  'capture_requested',
  'cancel_requested',
  'kept',
  'marked_paid',
  'refund_requested',
  'refunded',
  'refund_failed',
  'cancelled',
  'expired',
  'failed',
  'disputed',
] as const
export type ChangeType = (typeof CHANGES)[number]

/** `by` is a user id, or SYSTEM. `at` is RFC 3339 UTC with milliseconds. */
export type Change = {
  readonly type: ChangeType
  readonly at: string
  readonly by: string
  readonly amountMinor: number
}

export const SYSTEM = 'system'
/** Of one payment. Each is a part of its record. */
export const REFUNDS_MAX = 100

export const CANCEL_REASONS = ['time_over', 'requested'] as const
export type CancelReason = (typeof CANCEL_REASONS)[number]

/** What is to be reached. */
export type Wish =
  | { readonly kind: 'pay' }
  | { readonly kind: 'capture'; readonly amountMinor: number }
  | { readonly kind: 'cancel'; readonly reason: CancelReason }

/** What its order says of it. */
export type Terms = {
  readonly orderId: string
  readonly method: Method
  readonly amountMinor: number
  readonly currency: string
  readonly userId: string | undefined
  /** SHA-256 of the token by which a guest may read it. */
  readonly orderTokenHash: string | undefined
  readonly email: string | undefined
  readonly description: string
  readonly language: string
  readonly expiresAt: string
  /** Undefined if its order did not say. */
  readonly bill: Bill | undefined
}

/** Where it is at the provider. */
export type Place = {
  /** Grows when the opening begins again under another key: the one before is known to have made nothing. */
  readonly opening: number
  readonly sessionExpiresAt: string
  readonly sessionId: string | undefined
  readonly intentId: string | undefined
  readonly checkoutUrl: string | undefined
}

/** `open`: may be paid. `processing`: the bank decides. `stuck`: not payable, and not ended. `ended`: never again. */
export const PHASES = ['unopened', 'open', 'processing', 'authorised', 'captured', 'stuck', 'ended'] as const
export type Phase = (typeof PHASES)[number]

export type Payment = Terms &
  Place & {
    readonly wish: Wish
    readonly phase: Phase
    readonly state: State
    readonly entries: readonly Entry[]
    readonly refunds: readonly Refund[]
    /** When the authorisation ends; undefined without one. */
    readonly captureBefore: string | undefined
    /** Of `invoice` and `cash`. */
    readonly paidAt: string | undefined
    readonly history: readonly Change[]
    readonly version: number
    readonly createdAt: string
    readonly updatedAt: string
  }

export type Sums = { readonly authorised: number; readonly captured: number; readonly refunded: number }

/** `authorised` is what may still be captured. */
export function sumsOf({ entries }: Pick<Payment, 'entries'>): Sums {
  const sum = (kind: EntryKind) =>
    entries.reduce((total, entry) => (entry.kind === kind ? total + entry.amountMinor : total), 0)
  const captured = sum('capture')
  return {
    authorised: sum('authorisation') - sum('void') - captured,
    captured,
    refunded: sum('refund') - sum('refund_failed'),
  }
}

const isOf = ({ providerId }: Refund, entryId: string): boolean =>
  providerId !== undefined && (entryId === providerId || entryId.startsWith(`${providerId}#`))

/** The id of the entry of a refund that was paid back by hand. */
export const entryByHand = ({ orderId }: Pick<Payment, 'orderId'>, refundId: string): string =>
  `${orderId}#${refundId}`

/** Entries of refunds that were made at the provider, and not by us. */
const foreignRefunds = ({ entries, refunds }: Pick<Payment, 'entries' | 'refunds'>): number =>
  entries.reduce((total, { kind, id, amountMinor }) => {
    if (kind !== 'refund' && kind !== 'refund_failed') return total
    if (refunds.some((refund) => isOf(refund, id))) return total
    return total + (kind === 'refund' ? amountMinor : -amountMinor)
  }, 0)

/** What our refunds take, made or not. */
export const refundsOf = ({ refunds }: Pick<Payment, 'refunds'>): number =>
  refunds.reduce((total, { amountMinor, state }) => total + (state === 'failed' ? 0 : amountMinor), 0)

/** Given back as amounts, here or at the provider, and not set off against lines or shipping since. */
export function refundedAsAmount(payment: Payment): number {
  const amounts = payment.refunds.filter(({ parts }) => parts === undefined)
  return Math.max(0, refundsOf({ refunds: amounts }) + foreignRefunds(payment) - setOff(payment))
}

/** M7: what may still be refunded. */
export const refundable = (payment: Payment): number =>
  Math.max(0, sumsOf(payment).captured - refundsOf(payment) - foreignRefunds(payment))

export const isManual = ({ method }: Pick<Payment, 'method'>): boolean => method !== 'card'

/** Nothing that the provider does by itself can change it, apart from disputes and refunds that fail late. */
export function isSettled({ state, refunds }: Payment): boolean {
  if (refunds.some((refund) => refund.state === 'requested' || refund.state === 'pending')) return false
  return state === 'captured' || state === 'cancelled' || state === 'failed'
}
