/**
 * Refunds and disputes.
 *
 * Invariant: the refunds of a charge that did not fail are never more than what was captured.
 */
import { invalid, missing, unexpected } from './api_errors.ts'
import type { Bank } from './bank.ts'
import { type Form, integerIn, metadataIn, requiredText, textIn } from './form.ts'
import type { Stored } from './objects.ts'
import type { Intents } from './payment_intents.ts'

/** Seconds of the provider's clock until a pending refund is decided. */
export const REFUND_SECONDS = 60
const LISTED_MAX = 1_000

export type Refund = Stored & {
  readonly amount: number
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly payment_intent: string
  /** What becomes of a pending one. */
  readonly failing?: boolean
}

export type Dispute = Stored & { readonly amount: number; readonly status: 'needs_response' | 'won' | 'lost' }

export type Refunds = ReturnType<typeof createRefunds>

export function createRefunds(bank: Bank, intents: Intents) {
  const { objects, now, newId, emit, happens, knobs } = bank
  const ofIntent = (intent: string) => objects.list<Refund>('refund', { parent: intent, limit: LISTED_MAX })
  const sumOf = (refunds: readonly Refund[]) =>
    refunds.reduce((sum, { amount, status }) => sum + (status === 'failed' ? 0 : amount), 0)

  const put = (refund: Refund, due: number | null = null): Refund => {
    objects.put(refund, { parent: refund.payment_intent, due })
    const charge = intents.chargeOf(intents.find(refund.payment_intent))!
    const amount_refunded = sumOf(ofIntent(refund.payment_intent))
    intents.putCharge({ ...charge, amount_refunded, refunded: amount_refunded === charge.amount_captured })
    return refund
  }

  return {
    find(id: string): Refund {
      const found = objects.find<Refund>('refund', id)
      if (!found) throw missing('refund', id)
      return found
    },
    create(form: Form): Refund {
      const intent = intents.find(requiredText(form, 'payment_intent'))
      const charge = intents.chargeOf(intent)
      if (intent.status !== 'succeeded' || !charge?.captured)
        throw unexpected(
          'This PaymentIntent does not have a successful charge to refund.',
          'charge_not_refundable',
        )
      const left = charge.amount_captured - sumOf(ofIntent(intent.id))
      if (left === 0)
        throw unexpected(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded')
      const amount = integerIn(form, 'amount', 1) ?? left
      if (amount > left)
        throw unexpected(
          `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
          'amount_too_large',
        )
      const failing = happens(knobs().refunds_failing)
      const isPending = failing || happens(knobs().refunds_pending)
      const refund = put(
        {
          id: newId('re'),
          object: 'refund',
          created: now(),
          amount,
          charge: charge.id,
          currency: intent.currency,
          failing,
          metadata: metadataIn(form),
          payment_intent: intent.id,
          reason: textIn(form, 'reason') ?? null,
          status: isPending ? 'pending' : 'succeeded',
        },
        isPending ? now() + REFUND_SECONDS : null,
      )
      emit('refund.created', refund)
      emit('charge.refunded', intents.chargeOf(intent)!)
      return refund
    },
    decide(refund: Refund): void {
      const decided = put({ ...refund, status: refund.failing ? 'failed' : 'succeeded' })
      emit(refund.failing ? 'refund.failed' : 'refund.updated', decided)
    },
    /** What a bank does, not the merchant. */
    dispute(intentId: string): Dispute {
      const intent = intents.find(intentId)
      const charge = intents.chargeOf(intent)
      if (!charge?.captured) throw invalid('Only a captured payment can be disputed.', 'payment_intent')
      const dispute: Dispute = {
        id: newId('dp'),
        object: 'dispute',
        created: now(),
        amount: charge.amount_captured,
        charge: charge.id,
        currency: intent.currency,
        livemode: false,
        metadata: {},
        payment_intent: intentId,
        reason: 'fraudulent',
        status: 'needs_response',
      }
      objects.put(dispute, { parent: intentId })
      intents.putCharge({ ...charge, disputed: true })
      emit('charge.dispute.created', dispute)
      return dispute
    },
    closeDispute(id: string): Dispute {
      const dispute = objects.find<Dispute>('dispute', id)
      if (!dispute) throw missing('dispute', id)
      const closed: Dispute = { ...dispute, status: 'lost' }
      objects.put(closed)
      emit('charge.dispute.closed', closed)
      return closed
    },
  }
}
