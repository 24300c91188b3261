/**
 * What is owed back.
 *
 * Invariants
 *  M3. What was captured of a payment that a person cancelled is given back. What the provider refuses is tried again after pauses that
 *      grow, GIVE_BACKS_MAX times. Then it rests until an admin refunds it, and the payment stays `cancelling`.
 *  What waits for a person is never hidden: `owedSince` says since when, and the store lists it.
 */
import { isManual, type Payment, refundable } from './payment.ts'

export const GIVE_BACKS_MAX = 8
/** Four times longer after each failure: all attempts together take about two days. */
const FIRST_PAUSE_MS = 60_000
const PAUSE_FACTOR = 4
export const GIVE_BACK_PAUSE_MAX_MS = 12 * 60 * 60_000

const isOwed = (payment: Payment): boolean =>
  payment.wish.kind === 'cancel' &&
  payment.wish.reason === 'requested' &&
  payment.phase === 'captured' &&
  refundable(payment) > 0

/** Since it was cancelled. */
function failuresOf({ history }: Payment): readonly string[] {
  const cancelled = history.findLastIndex(({ type }) => type === 'cancel_requested')
  return history.slice(cancelled + 1).flatMap(({ type, at }) => (type === 'refund_failed' ? [at] : []))
}

/** When it is given back, in milliseconds; undefined if nothing is, or it rests. */
export function giveBackAt(payment: Payment): number | undefined {
  if (!isOwed(payment)) return undefined
  const failures = failuresOf(payment)
  if (failures.length === 0) return 0
  if (failures.length >= GIVE_BACKS_MAX) return undefined
  const pause = FIRST_PAUSE_MS * PAUSE_FACTOR ** (failures.length - 1)
  return Date.parse(failures.at(-1)!) + Math.min(pause, GIVE_BACK_PAUSE_MAX_MS)
}

/** Since when it waits for a person; undefined if it does not. What is refunded by hand waits from its request on. */
export function owedSince(payment: Payment): string | undefined {
  if (isManual(payment)) return payment.refunds.find(({ state }) => state === 'pending')?.at
  const rests = isOwed(payment) && giveBackAt(payment) === undefined
  return rests ? failuresOf(payment).at(-1) : undefined
}
