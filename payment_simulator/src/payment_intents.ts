/**
 * Payment intents and their charges.
 *
 * Invariants
 *  1. amount_received <= amount, and an intent is captured at most once; the rest of an authorisation is then given back.
 *  2. `succeeded` and `canceled` are final. An authorisation that is not captured within 7 days is lost.
 */
import { type ApiError, missing, unexpected } from './api_errors.ts'
import type { Bank } from './bank.ts'
import { type Charge, createCharges } from './charges.ts'
import { type Form, integerIn, textIn } from './form.ts'
import type { Stored } from './objects.ts'

export const AUTHORISED_SECONDS = 7 * 24 * 60 * 60

export type Intent = Stored & {
  readonly amount: number
  readonly currency: string
  readonly status:
    | 'requires_payment_method'
    | 'requires_action'
    | 'processing'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled'
  readonly capture_method: 'manual' | 'automatic'
  readonly amount_received: number
  readonly latest_charge: string | null
  readonly metadata: Readonly<Record<string, string>>
  /** Of the session that made it, which cancels it. */
  readonly session: string
  /** What the bank will say of one in `processing`. */
  readonly accepted?: boolean
}

export type Intents = ReturnType<typeof createIntents>

export function createIntents(bank: Bank) {
  const { objects, now, newId, emit } = bank

  const put = (intent: Intent, due: number | null = null): Intent => {
    objects.put(intent, { due })
    return intent
  }
  const find = (id: string): Intent => {
    const found = objects.find<Intent>('payment_intent', id)
    if (!found) throw missing('payment_intent', id)
    return found
  }
  const chargeOf = (intent: Intent) => objects.find<Charge>('charge', String(intent.latest_charge))

  const { newCharge, putCharge } = createCharges(bank)

  return {
    find,
    chargeOf,
    putCharge,
    create(
      fields: Pick<Intent, 'amount' | 'currency' | 'metadata' | 'session'> & { description: string | null },
    ) {
      const intent = put({
        id: newId('pi'),
        object: 'payment_intent',
        created: now(),
        ...fields,
        amount_capturable: 0,
        amount_received: 0,
        cancellation_reason: null,
        canceled_at: null,
        capture_method: 'manual',
        last_payment_error: null,
        latest_charge: null,
        livemode: false,
        payment_method_types: ['card', 'us_bank_account'],
        status: 'requires_payment_method',
      } as Intent)
      emit('payment_intent.created', intent)
      return intent
    },
    authorise(intent: Intent) {
      const captureBefore = now() + AUTHORISED_SECONDS
      const card = { brand: 'visa', capture_before: captureBefore, last4: '0000' }
      const charge = newCharge(intent, 'card', { payment_method_details: { type: 'card', card } })
      const changed = put(
        { ...intent, status: 'requires_capture', latest_charge: charge.id, amount_capturable: intent.amount },
        captureBefore,
      )
      emit('charge.succeeded', charge)
      emit('payment_intent.amount_capturable_updated', changed)
      return changed
    },
    charge(intent: Intent) {
      const captured = { captured: true, amount_captured: intent.amount, balance_transaction: newId('txn') }
      const charge = newCharge(intent, 'us_bank_account', captured)
      const changed = put({
        ...intent,
        status: 'succeeded',
        capture_method: 'automatic',
        latest_charge: charge.id,
        amount_received: intent.amount,
      })
      emit('charge.succeeded', charge)
      emit('payment_intent.succeeded', changed)
      return changed
    },
    decline(intent: Intent, code: string, declineCode: string) {
      const charge = newCharge(intent, 'card', { status: 'failed', paid: false, failure_code: code })
      const error = { type: 'card_error', code, decline_code: declineCode, charge: charge.id }
      const changed = put({
        ...intent,
        status: 'requires_payment_method',
        latest_charge: charge.id,
        last_payment_error: error,
      })
      emit('charge.failed', charge)
      emit('payment_intent.payment_failed', changed)
      return changed
    },
    wait(
      intent: Intent,
      status: 'requires_action' | 'processing',
      more: { due?: number; accepted?: boolean } = {},
    ) {
      const { due = null, ...fields } = more
      const changed = put({ ...intent, status, ...fields }, due)
      emit(`payment_intent.${status}`, changed)
      return changed
    },
    capture(id: string, form: Form) {
      const intent = find(id)
      if (intent.status !== 'requires_capture') throw wrongState(intent, 'captured', 'requires_capture')
      const amount = integerIn(form, 'amount_to_capture', 1) ?? intent.amount
      if (amount > intent.amount)
        throw unexpected('You cannot capture more than is authorised.', 'amount_too_large')
      const charge = putCharge({
        ...chargeOf(intent)!,
        captured: true,
        amount_captured: amount,
        balance_transaction: newId('txn'),
      })
      const changed = put({ ...intent, status: 'succeeded', amount_received: amount, amount_capturable: 0 })
      emit('charge.captured', charge)
      emit('payment_intent.succeeded', changed)
      return changed
    },
    /** By the merchant; `isOpen`: its session still is, which has to be expired instead. */
    cancel(id: string, form: Form, isOpen: (session: string) => boolean) {
      const intent = find(id)
      if (!['requires_payment_method', 'requires_action', 'requires_capture'].includes(intent.status))
        throw wrongState(intent, 'canceled', 'requires_capture')
      if (isOpen(intent.session))
        throw unexpected(
          'Expire the Checkout Session of this PaymentIntent instead.',
          'payment_intent_unexpected_state',
        )
      return this.end(intent, textIn(form, 'cancellation_reason') ?? null)
    },
    end(intent: Intent, reason: string | null) {
      const changed = put({
        ...intent,
        status: 'canceled',
        canceled_at: now(),
        cancellation_reason: reason,
        amount_capturable: 0,
      })
      const charge = chargeOf(changed)
      if (charge?.status === 'succeeded')
        emit(reason === 'automatic' ? 'charge.expired' : 'charge.refunded', charge)
      emit('payment_intent.canceled', changed)
      return changed
    },
  }
}

const wrongState = (intent: Intent, done: string, allowed: string): ApiError =>
  unexpected(
    `This PaymentIntent could not be ${done} because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${done}: ${allowed}.`,
    'payment_intent_unexpected_state',
    { payment_intent: intent },
  )
