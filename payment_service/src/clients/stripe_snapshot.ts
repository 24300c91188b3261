/** What the objects of Stripe say of a payment, as a snapshot of the domain. Pure functions. */
import type Stripe from 'stripe'
import type { Entry, Payment, Phase } from '../domain/payment.ts'
import type { MadeRefund, Snapshot } from '../domain/snapshot.ts'
import type { StripeAmounts } from './stripe_amounts.ts'

export type Objects = {
  /** With its intent, and the last charge of that. */
  readonly session: Stripe.Checkout.Session
  readonly refunds: readonly Stripe.Refund[]
  readonly disputes: readonly Stripe.Dispute[]
}

export const intentOf = ({ payment_intent }: Stripe.Checkout.Session): Stripe.PaymentIntent | undefined =>
  typeof payment_intent === 'object' && payment_intent !== null ? payment_intent : undefined

export const chargeOf = (intent: Stripe.PaymentIntent | undefined): Stripe.Charge | undefined =>
  typeof intent?.latest_charge === 'object' && intent.latest_charge !== null
    ? intent.latest_charge
    : undefined

export function snapshotOf(
  payment: Payment,
  { session, refunds, disputes }: Objects,
  { fromStripe }: Pick<StripeAmounts, 'fromStripe'>,
  now: Date,
): Snapshot {
  const intent = intentOf(session)
  const charge = chargeOf(intent)
  const phase = phaseOf(session, intent)
  const ended = phase === 'ended' ? { ended: endOf(intent, charge) } : {}
  const captureBefore = charge?.payment_method_details?.card?.capture_before
  const seconds = (time: number) => new Date(time * 1000).toISOString()
  return {
    sessionId: session.id,
    intentId: intent?.id,
    checkoutUrl: session.url ?? undefined,
    phase,
    ...ended,
    entries: entriesOf(payment, intent, charge, refunds, disputes, fromStripe, now.toISOString()),
    captureBefore: phase === 'authorised' && captureBefore !== undefined ? seconds(captureBefore) : undefined,
    refunds: refunds.flatMap(madeRefund),
  }
}

function phaseOf(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | undefined): Phase {
  switch (intent?.status) {
    case 'requires_capture':
      return 'authorised'
    case 'succeeded':
      return 'captured'
    case 'canceled':
      return 'ended'
    case 'processing':
      return 'processing'
    case undefined:
      return session.status === 'open' ? 'open' : 'ended'
    default:
      // Its page is closed, and the intent itself is not.
      return session.status === 'open' ? 'open' : 'stuck'
  }
}

function endOf(
  intent: Stripe.PaymentIntent | undefined,
  charge: Stripe.Charge | undefined,
): Snapshot['ended'] {
  if (charge?.status === 'failed') return 'declined'
  return intent === undefined || intent.cancellation_reason === 'automatic' ? 'expired' : 'cancelled'
}

/** M5: named by the charge, the refund or the dispute, so each is added once, whatever is read how often. */
function entriesOf(
  payment: Payment,
  intent: Stripe.PaymentIntent | undefined,
  charge: Stripe.Charge | undefined,
  refunds: readonly Stripe.Refund[],
  disputes: readonly Stripe.Dispute[],
  minor: (amount: number) => number,
  at: string,
): Entry[] {
  if (!intent || charge?.status !== 'succeeded') return []
  const [amount, received] = [minor(charge.amount), minor(intent.amount_received)]
  const entry = (part: string, kind: Entry['kind'], amountMinor: number): Entry => ({
    id: `${charge.id}#${part}`,
    kind,
    amountMinor,
    at,
  })
  const entries = [entry('authorised', 'authorisation', amount)]
  if (intent.status === 'canceled') entries.push(entry('voided', 'void', amount))
  if (intent.status === 'succeeded') {
    entries.push(entry('captured', 'capture', received))
    if (received < amount) entries.push(entry('released', 'void', amount - received))
  }
  const known = new Set(payment.entries.map(({ id }) => id))
  for (const refund of refunds) {
    const amountMinor = minor(refund.amount)
    if (refund.status === 'succeeded') entries.push({ id: refund.id, kind: 'refund', amountMinor, at })
    // It had succeeded, and the money came back.
    else if (hasFailed(refund) && known.has(refund.id))
      entries.push({ id: `${refund.id}#failed`, kind: 'refund_failed', amountMinor, at })
  }
  for (const dispute of disputes)
    entries.push({ id: dispute.id, kind: 'dispute', amountMinor: minor(dispute.amount), at })
  return entries
}

const hasFailed = ({ status }: Stripe.Refund) => status === 'failed' || status === 'canceled'

function madeRefund(refund: Stripe.Refund): MadeRefund[] {
  const id = refund.metadata?.refund_id
  if (id === undefined) return []
  const state = refund.status === 'succeeded' ? 'succeeded' : hasFailed(refund) ? 'failed' : 'pending'
  return [{ id, providerId: refund.id, state }]
}
