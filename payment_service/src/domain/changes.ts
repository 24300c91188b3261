/** Changes of a payment, each with its entry in the history. What the provider says is applied in apply_snapshot.ts. */
import { amountOfParts } from './bill.ts'
import { DomainError } from './errors.ts'
import {
  type CancelReason,
  type Change,
  type ChangeType,
  type Entry,
  entryByHand,
  isManual,
  type Payment,
  REFUNDS_MAX,
  type Refund,
  refundable,
  refundedAsAmount,
  SYSTEM,
  sumsOf,
  type Terms,
} from './payment.ts'
import { isForSameParts, pricedParts, type WantedParts } from './refund_parts.ts'

/** The page of the provider stays open longer than the payment: our own time ends it, and an opening may be repeated. */
export const PAGE_OPEN_MIN_MS = 35 * 60_000
/** The provider's limit, less a margin for clocks that differ. */
export const PAGE_OPEN_MAX_MS = 24 * 60 * 60_000 - 10 * 60_000

export type Step = { readonly type: ChangeType; readonly by?: string; readonly amountMinor?: number }

export function changed(payment: Payment, now: Date, fields: Partial<Payment>, ...steps: Step[]): Payment {
  const at = now.toISOString()
  const added: Change[] = steps.map(({ type, by = SYSTEM, amountMinor = 0 }) => ({
    type,
    at,
    by,
    amountMinor,
  }))
  const history = [...payment.history, ...added]
  return {
    ...payment,
    ...fields,
    history,
    version: history.length,
    updatedAt: added.length > 0 ? at : payment.updatedAt,
  }
}

export function sessionEnd(expiresAt: string, now: Date): string {
  const wanted = Math.max(Date.parse(expiresAt), now.getTime() + PAGE_OPEN_MIN_MS)
  return new Date(Math.min(wanted, now.getTime() + PAGE_OPEN_MAX_MS)).toISOString()
}

export function newPayment(terms: Terms, now: Date): Payment {
  const at = now.toISOString()
  return {
    ...terms,
    opening: 1,
    sessionExpiresAt: sessionEnd(terms.expiresAt, now),
    sessionId: undefined,
    intentId: undefined,
    checkoutUrl: undefined,
    wish: { kind: 'pay' },
    phase: 'unopened',
    state: 'open',
    entries: [],
    refunds: [],
    captureBefore: undefined,
    paidAt: undefined,
    history: [{ type: 'opened', at, by: SYSTEM, amountMinor: terms.amountMinor }],
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
}

export const isSamePayment = (a: Terms, b: Terms): boolean =>
  a.amountMinor === b.amountMinor && a.currency === b.currency && a.method === b.method

/** Undefined if nothing changes. A person's cancellation replaces that of the time, and never the other way round. */
export function requestCancel(payment: Payment, reason: CancelReason, now: Date): Payment | undefined {
  const { wish, state } = payment
  if (state === 'cancelled' || state === 'failed') return undefined
  if (wish.kind === 'cancel' && (wish.reason === reason || reason === 'time_over')) return undefined
  if (wish.kind === 'capture' && state !== 'captured')
    throw new DomainError('being_captured', 'The payment is being captured.', { current: payment })
  const { authorised, captured } = sumsOf(payment)
  // Paid in time: the time has nothing to cancel any more.
  if (reason === 'time_over' && authorised + captured > 0) return undefined
  return changed(
    payment,
    now,
    { wish: { kind: 'cancel', reason }, state: 'cancelling' },
    { type: 'cancel_requested' },
  )
}

/** Undefined if nothing changes. What is marked as paid by hand needs no capture. */
export function requestCapture(payment: Payment, amountMinor: number, now: Date): Payment | undefined {
  const { wish, state } = payment
  // M2: nothing is shipped whose money was given back already.
  if (state === 'captured' && refundable(payment) === 0)
    throw new DomainError('not_authorised', 'All of it was refunded.', { current: payment })
  if (isManual(payment) && (state === 'authorised' || state === 'captured')) return undefined
  if (wish.kind === 'capture' && wish.amountMinor === amountMinor) return undefined
  if (state === 'captured' && sumsOf(payment).captured === amountMinor) return undefined
  if (wish.kind === 'cancel')
    throw new DomainError('being_cancelled', 'The payment is being cancelled.', { current: payment })
  const fits = wish.kind === 'pay' && state === 'authorised' && amountMinor <= sumsOf(payment).authorised
  if (!fits) throw new DomainError('not_authorised', 'This amount is not authorised.', { current: payment })
  return changed(
    payment,
    now,
    { wish: { kind: 'capture', amountMinor } },
    { type: 'capture_requested', amountMinor },
  )
}

/** By an admin: the money of an invoice, or cash, has arrived. Undefined if that is known. */
export function markPaid(payment: Payment, by: string, now: Date): Payment | undefined {
  if (!isManual(payment)) throw new DomainError('not_manual', 'The provider says when this payment was paid.')
  if (payment.paidAt !== undefined) return undefined
  if (payment.state !== 'authorised')
    throw new DomainError('being_cancelled', 'The payment was cancelled.', { current: payment })
  const { amountMinor } = payment
  return changed(payment, now, { paidAt: now.toISOString() }, { type: 'marked_paid', by, amountMinor })
}

export type RefundRequest = {
  readonly id: string
  /** Undefined for all that is left, or with `parts`. */
  readonly amountMinor: number | undefined
  readonly parts: WantedParts | undefined
  /** It is paid back in another way than by the provider. */
  readonly byHand?: boolean
  readonly reason: string
  readonly key: string
  readonly by: string
}

export function isSameRefund(payment: Payment, made: Refund, wanted: Omit<RefundRequest, 'id'>): boolean {
  const { byHand = false } = wanted
  const isPaid = made.paidAt !== undefined
  const isSameWay = isManual(payment) ? isPaid || !byHand : isPaid === byHand
  if (made.reason !== wanted.reason || !isSameWay) return false
  if (made.parts === undefined || wanted.parts === undefined)
    return made.parts === wanted.parts && (wanted.amountMinor ?? made.amountMinor) === made.amountMinor
  return isForSameParts(payment.bill, made.parts, wanted.parts)
}

/** M7: the condition is part of the write, which is refused if the payment has changed. */
export function requestRefund(payment: Payment, request: RefundRequest, now: Date): Payment {
  const left = refundable(payment)
  const { id, key, by, reason } = request
  if (sumsOf(payment).captured === 0) {
    if (payment.phase === 'ended')
      throw new DomainError('never_captured', 'The payment has ended without money.', { current: payment })
    throw new DomainError('not_captured', 'Nothing was captured yet; cancel the order instead.', {
      current: payment,
    })
  }
  if (payment.refunds.length >= REFUNDS_MAX)
    throw new DomainError('too_many_refunds', `A payment has at most ${REFUNDS_MAX} refunds.`)
  const parts = request.parts && pricedParts(payment, request.parts, refundedAsAmount(payment))
  const amountMinor = parts ? amountOfParts(parts) : (request.amountMinor ?? left)
  if (amountMinor > left || (amountMinor === 0 && !parts))
    throw new DomainError('refund_exceeds_captured', 'More than what is left of the payment.', {
      leftMinor: left,
    })
  const at = now.toISOString()
  // Of what was free there is nothing to give back.
  const state = amountMinor === 0 ? 'succeeded' : 'requested'
  const places = { providerId: undefined, paidAt: undefined }
  const refund: Refund = { id, amountMinor, reason, state, key, by, at, parts, ...places }
  const refunds = [...payment.refunds, refund]
  const requested = changed(payment, now, { refunds }, { type: 'refund_requested', by, amountMinor })
  return request.byHand && amountMinor > 0 ? paidBack(requested, refund, by, now) : requested
}

/** By an admin: the money of this refund was given back by hand. Undefined if that is known. */
export function markRefundPaid(payment: Payment, id: string, by: string, now: Date): Payment | undefined {
  const refund = payment.refunds.find((each) => each.id === id)
  if (!refund) throw new DomainError('refund_not_found', 'The payment has no such refund.')
  if (!isManual(payment)) throw new DomainError('not_manual', 'The provider says when this refund was made.')
  return refund.state === 'succeeded' ? undefined : paidBack(payment, refund, by, now)
}

/** Its entry is one of ours: the provider knows nothing of it. */
function paidBack(payment: Payment, { id, amountMinor }: Refund, by: string, now: Date): Payment {
  const paidAt = now.toISOString()
  const providerId = entryByHand(payment, id)
  const entry: Entry = { id: providerId, kind: 'refund', amountMinor, at: paidAt }
  const refunds = payment.refunds.map((each) =>
    each.id === id ? { ...each, state: 'succeeded' as const, providerId, paidAt } : each,
  )
  const entries = [...payment.entries, entry]
  return changed(payment, now, { refunds, entries }, { type: 'refunded', by, amountMinor })
}
