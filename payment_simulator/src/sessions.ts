/**
 * Checkout sessions: the hosted page, and what a visitor chose there.
 *
 * A session is `open` until it is paid (`complete`) or its time is over (`expired`); both are final, and the intent of an expired
 * one is canceled with it. An attempt that was declined, or left at the bank, leaves it open.
 */
import { invalid, missing, unexpected } from './api_errors.ts'
import type { Bank } from './bank.ts'
import { type Choice, SLOW_SECONDS } from './choices.ts'
import { type Form, formIn, integerIn, lineIn, listIn, metadataIn, requiredText, textIn } from './form.ts'
import type { Stored } from './objects.ts'
import type { Intent, Intents } from './payment_intents.ts'

const LIFE_SECONDS_MIN = 30 * 60
const LIFE_SECONDS_MAX = 24 * 60 * 60

export type Session = Stored & {
  readonly amount_total: number
  readonly currency: string
  readonly status: 'open' | 'complete' | 'expired'
  readonly payment_status: 'unpaid' | 'paid'
  readonly payment_intent: string | null
  readonly expires_at: number
  readonly success_url: string
  readonly cancel_url: string | null
  readonly description: string
  readonly locale: string | null
  readonly intent: {
    readonly metadata: Readonly<Record<string, string>>
    readonly description: string | null
  }
}

/** Where the visitor goes next; without an address the page is shown again, with the message. */
export type PaidOr = { readonly to: string } | { readonly message: string }

export type Sessions = ReturnType<typeof createSessions>

export function createSessions(bank: Bank, intents: Intents, pageUrl: () => string) {
  const { objects, now, newId, emit } = bank

  const put = (session: Session): Session => {
    objects.put(session, { due: session.status === 'open' ? session.expires_at : null })
    return session
  }
  const find = (id: string): Session => {
    const found = objects.find<Session>('checkout.session', id)
    if (!found) throw missing('checkout.session', id)
    return found
  }
  const complete = (session: Session, intent: Intent) => {
    const changed = put({
      ...session,
      status: 'complete',
      payment_status: intent.status === 'succeeded' ? 'paid' : 'unpaid',
      payment_intent: intent.id,
      url: null,
    })
    emit('checkout.session.completed', changed)
    return { to: session.success_url.replace('{CHECKOUT_SESSION_ID}', session.id) }
  }
  const refuse = (message: string) => ({ message })

  return {
    find,
    create(form: Form): Session {
      if (requiredText(form, 'mode') !== 'payment')
        throw invalid('Only the mode payment is simulated.', 'mode')
      const lines = listIn(form, 'line_items').map(lineIn)
      if (lines.length === 0)
        throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing')
      const currency = lines[0]!.currency
      if (lines.some((line) => line.currency !== currency))
        throw invalid('One currency for all lines.', 'line_items')
      const [created, success_url] = [now(), requiredText(form, 'success_url')]
      const expires_at = integerIn(form, 'expires_at') ?? created + LIFE_SECONDS_MAX
      if (expires_at < created + LIFE_SECONDS_MIN || expires_at > created + LIFE_SECONDS_MAX)
        throw invalid(
          'The `expires_at` timestamp must be from 30 minutes to 24 hours from now.',
          'expires_at',
        )
      const forIntent = formIn(form, 'payment_intent_data')
      const id = newId('cs_test')
      const session = put({
        id,
        object: 'checkout.session',
        created,
        amount_total: lines.reduce((sum, { amount }) => sum + amount, 0),
        cancel_url: textIn(form, 'cancel_url') ?? null,
        client_reference_id: textIn(form, 'client_reference_id') ?? null,
        currency,
        customer_email: textIn(form, 'customer_email') ?? null,
        description: lines.map(({ name }) => name).join(', '),
        expires_at,
        intent: { metadata: metadataIn(forIntent), description: textIn(forIntent, 'description') ?? null },
        livemode: false,
        locale: textIn(form, 'locale') ?? null,
        metadata: metadataIn(form),
        mode: 'payment',
        payment_intent: null,
        payment_status: 'unpaid',
        status: 'open',
        success_url,
        url: `${pageUrl()}/pay/${id}`,
      })
      return session
    },
    expire(id: string): Session {
      const session = find(id)
      if (session.status !== 'open')
        throw unexpected(
          'Only Checkout Sessions with a status of open can be expired.',
          'resource_invalid_state',
        )
      return this.end(session)
    },
    end(session: Session): Session {
      if (session.payment_intent !== null) {
        const intent = intents.find(session.payment_intent)
        if (['requires_payment_method', 'requires_action'].includes(intent.status))
          intents.end(intent, 'abandoned')
      }
      const changed = put({ ...session, status: 'expired', url: null })
      emit('checkout.session.expired', changed)
      return changed
    },
    pay(id: string, choice: Choice): PaidOr {
      const before = find(id)
      if (before.status !== 'open') return refuse('This page is closed: it was paid, or its time is over.')
      const intent =
        before.payment_intent === null
          ? intents.create({
              amount: before.amount_total,
              currency: before.currency,
              session: id,
              ...before.intent,
            })
          : intents.find(before.payment_intent)
      const session = put({ ...before, payment_intent: intent.id })
      switch (choice) {
        case 'ok':
        case '3ds_passed':
          return complete(session, intents.authorise(intent))
        case 'bank_debit':
          return complete(session, intents.charge(intent))
        case 'slow':
        case 'slow_declined':
          return complete(
            session,
            intents.wait(intent, 'processing', { due: now() + SLOW_SECONDS, accepted: choice === 'slow' }),
          )
        case 'declined':
          intents.decline(intent, 'card_declined', 'generic_decline')
          return refuse('The bank declined the card. Nothing was charged; choose another way.')
        case 'insufficient_funds':
          intents.decline(intent, 'card_declined', 'insufficient_funds')
          return refuse('There is not enough money on this card. Nothing was charged; choose another way.')
        case '3ds_failed':
          intents.decline(intent, 'payment_intent_authentication_failure', 'authentication_required')
          return refuse('The bank did not confirm that it was you. Nothing was charged; choose another way.')
        case '3ds_abandoned':
          intents.wait(intent, 'requires_action')
          return refuse('The bank waits for a confirmation that never comes. You may choose another way.')
      }
    },
  }
}
