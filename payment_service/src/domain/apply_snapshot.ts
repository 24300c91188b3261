/**
 * The payment after the provider was read (M8: a webhook only makes this happen earlier).
 *
 * Invariants
 *  M3. `cancelled` follows only the provider's final no: it has ended, and what was captured is refunded.
 *  M5. Entries are only ever added, each once.
 *  M10. An authorisation that ended without our wish becomes `failed` with `expired` in the history.
 */
import { changed, type Step } from './changes.ts'
import { type Entry, type Payment, type Refund, type State, sumsOf } from './payment.ts'
import type { Snapshot } from './snapshot.ts'

/** The same payment if nothing is new. */
export function applySnapshot(payment: Payment, seen: Snapshot, now: Date): Payment {
  const known = new Set(payment.entries.map(({ id }) => id))
  const added = seen.entries.filter(({ id }) => !known.has(id))
  const entries = [...payment.entries, ...added]
  const refunds = payment.refunds.map((refund) => refundAfter(refund, seen))
  const next = { ...payment, entries, refunds, phase: latestPhase(payment, seen) }
  const kept = isKept(next)
  const wish = kept ? ({ kind: 'pay' } as const) : payment.wish
  const state = stateOf(payment, { ...next, wish }, seen)
  const { authorised } = sumsOf(next)
  const steps = [
    ...added.flatMap(stepOf),
    ...refunds.flatMap((refund, i): Step[] => {
      const hasFailed = refund.state === 'failed' && payment.refunds[i]!.state !== 'failed'
      // One that had succeeded has an entry of its own for that.
      const isEntry = added.some(
        ({ id, kind }) => kind === 'refund_failed' && id.startsWith(`${refund.providerId}#`),
      )
      return hasFailed && !isEntry ? [{ type: 'refund_failed', amountMinor: refund.amountMinor }] : []
    }),
    ...(kept ? [{ type: 'kept' } as const] : []),
    ...(state === payment.state ? [] : endStep(state, seen)),
  ]
  const fields = {
    ...next,
    wish,
    state,
    sessionId: seen.sessionId ?? payment.sessionId,
    intentId: seen.intentId ?? payment.intentId,
    checkoutUrl: next.phase === 'open' ? (seen.checkoutUrl ?? payment.checkoutUrl) : undefined,
    captureBefore: authorised > 0 ? (seen.captureBefore ?? payment.captureBefore) : undefined,
  }
  return isSame(payment, fields) && steps.length === 0 ? payment : changed(payment, now, fields, ...steps)
}

/** Phases only go forward; a bank that declines opens the page again. */
const ORDER = { unopened: 0, open: 1, processing: 1, stuck: 1, authorised: 2, captured: 3, ended: 4 }
const latestPhase = ({ phase }: Payment, seen: Snapshot) =>
  ORDER[seen.phase] >= ORDER[phase] ? seen.phase : phase

/** Its time was over, and the provider says that it was paid before: the stock is still held, so the buyer gets the order. */
const isKept = ({ wish, phase }: Payment) =>
  wish.kind === 'cancel' && wish.reason === 'time_over' && (phase === 'authorised' || phase === 'captured')

function refundAfter(refund: Refund, { refunds }: Snapshot): Refund {
  const made = refunds.find(({ id }) => id === refund.id)
  // A success may fail later; a failure is final.
  if (!made || refund.state === 'failed') return refund
  if (refund.state === 'succeeded' && made.state === 'pending') return refund
  return { ...refund, state: made.state, providerId: made.providerId }
}

function stateOf(before: Payment, { wish, phase, refunds, entries }: Payment, { ended }: Snapshot): State {
  const { captured, refunded } = sumsOf({ entries })
  if (wish.kind === 'cancel') {
    const isUnderWay = refunds.some(({ state }) => state === 'requested' || state === 'pending')
    const hasEnded = phase === 'ended' || phase === 'captured'
    return hasEnded && captured <= refunded && !isUnderWay ? 'cancelled' : 'cancelling'
  }
  if (captured > 0) return 'captured'
  if (phase === 'authorised') return 'authorised'
  if (phase !== 'ended') return 'open'
  if (before.phase === 'ended') return before.state
  // It ended without our wish. That is a failure if it had been paid, or a bank declined it; otherwise no one paid in time.
  const wasPaid = entries.some(({ kind }) => kind === 'authorisation')
  return wasPaid || ended === 'declined' ? 'failed' : 'cancelled'
}

function stepOf({ kind, amountMinor }: Entry): Step[] {
  switch (kind) {
    case 'authorisation':
      return [{ type: 'authorised', amountMinor }]
    case 'capture':
      return [{ type: 'captured', amountMinor }]
    case 'refund':
      return [{ type: 'refunded', amountMinor }]
    case 'refund_failed':
      return [{ type: 'refund_failed', amountMinor }]
    case 'dispute':
      return [{ type: 'disputed', amountMinor }]
    case 'void':
      return []
  }
}

function endStep(state: State, { ended }: Snapshot): Step[] {
  if (state === 'cancelled') return [{ type: 'cancelled' }]
  if (state === 'failed') return [{ type: ended === 'expired' ? 'expired' : 'failed' }]
  return []
}

const isSame = (payment: Payment, fields: Partial<Payment>) =>
  Object.entries(fields).every(
    ([name, value]) => JSON.stringify(payment[name as keyof Payment]) === JSON.stringify(value),
  )
