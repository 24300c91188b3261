/** What is to be asked of the provider next, by what is wished and what the provider last said. A pure function. */
import { giveBackAt } from './give_back.ts'
import { type Payment, type Refund, refundable } from './payment.ts'

export type NextStep =
  | { readonly kind: 'open' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'capture'; readonly amountMinor: number }
  | { readonly kind: 'refund'; readonly refund: Refund }
  /** What was captured goes back, because a person cancelled it. */
  | { readonly kind: 'give_back'; readonly amountMinor: number }

/** Undefined if there is nothing to do but to wait. */
export function nextStep(payment: Payment, now: Date): NextStep | undefined {
  const { wish, phase, refunds } = payment
  const requested = refunds.find(({ state }) => state === 'requested')
  if (requested) return { kind: 'refund', refund: requested }
  // Also to cancel it: an earlier attempt may have opened a page that is not known, and the same key shows it.
  if (phase === 'unopened') return { kind: 'open' }
  if (phase === 'stuck') return { kind: 'cancel' }
  if (wish.kind === 'capture') {
    return phase === 'authorised' ? { kind: 'capture', amountMinor: wish.amountMinor } : undefined
  }
  if (wish.kind === 'pay' || phase === 'processing' || phase === 'ended') return undefined
  if (phase === 'open') return { kind: 'cancel' }
  if (wish.reason === 'time_over') return undefined
  if (phase === 'authorised') return { kind: 'cancel' }
  const at = giveBackAt(payment)
  const isTime = at !== undefined && at <= now.getTime()
  return isTime ? { kind: 'give_back', amountMinor: refundable(payment) } : undefined
}
