/**
 * Payments at Stripe: a page of its own by redirect, so that no card data ever comes here (M9).
 *
 * Invariants
 *  1. One page for a payment: under one idempotency key for each `opening`. That number grows only after the provider has answered
 *     that the key made nothing, and no page of the order was found; so an order is never paid on two pages.
 *  2. A refund is made once: under its id as the key, and only after the list of refunds did not have it. So also one whose
 *     answer was lost longer ago than the provider remembers keys.
 */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type Stripe from 'stripe'
import { DomainError, OutcomeUnknown, Refused } from '../domain/errors.ts'
import type { Payment } from '../domain/payment.ts'
import type { PaymentProvider } from '../domain/ports.ts'
import { createStripeAmounts } from './stripe_amounts.ts'
import { createStripeCalls, isAnswered } from './stripe_calls.ts'
import { eventOf } from './stripe_events.ts'
import { sessionOf } from './stripe_session.ts'
import { chargeOf, intentOf, snapshotOf } from './stripe_snapshot.ts'

/** The provider forgets keys after 24 hours. */
const KEY_MS = 23 * 60 * 60_000
const PAGE = 100
/** Pages of sessions that are read to find one: of the newest 5,000. */
const PAGES_MAX = 50
const LIST_MAX = 1_000
/** Difference between our clock and the provider's. */
const SKEW_SECONDS = 10 * 60
const EXPAND = ['payment_intent.latest_charge']

export type StripeProviderOptions = {
  readonly secretKey: string
  readonly webhookSecret: string
  readonly apiUrl: string | undefined
  /** Where visitors reach the shop. */
  readonly publicUrl: string
  readonly currency: string
  /** Digits after the point of our amounts. */
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'now' | 'random' | 'sleep' | 'after' | 'monotonic'>
  readonly metrics: Metrics
  readonly callMs?: number
}

export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const { webhookSecret, publicUrl, runtime } = options
  const { stripe, call } = createStripeCalls(options)
  const { checkout, paymentIntents } = stripe
  const amounts = () => createStripeAmounts(options.currency, options.digits())

  async function findSession({ orderId, createdAt }: Payment): Promise<Stripe.Checkout.Session | undefined> {
    const gte = Math.floor(Date.parse(createdAt) / 1000) - SKEW_SECONDS
    for (let page = 0, after = {}; page < PAGES_MAX; page++) {
      const { data, has_more } = await call('find', () =>
        checkout.sessions.list({ limit: PAGE, created: { gte }, ...after }),
      )
      const found = data.find(({ client_reference_id: reference }) => reference === orderId)
      if (found || !has_more) return found
      after = { starting_after: data.at(-1)!.id }
    }
    throw new OutcomeUnknown('Too many sessions to find that of one order.')
  }

  const openSession = (payment: Payment) =>
    call('open', () =>
      checkout.sessions.create(sessionOf(payment, publicUrl, amounts()), {
        idempotencyKey: `${payment.orderId}/open/${payment.opening}`,
      }),
    )

  const sessionWithIntent = (id: string) =>
    call('read', () => checkout.sessions.retrieve(id, { expand: EXPAND }))

  return {
    async open(payment) {
      const place = ({ id, url }: Stripe.Checkout.Session) => ({
        sessionId: id,
        checkoutUrl: url ?? undefined,
      })
      const isForgotten = runtime.now().getTime() - Date.parse(payment.createdAt) > KEY_MS
      if (isForgotten) {
        const found = await findSession(payment)
        if (found) return place(found)
      }
      try {
        return place(await openSession(payment))
      } catch (fault) {
        const isNothingMade = (fault instanceof Refused && fault.code === 'expires_at') || isAnswered(fault)
        if (!isNothingMade) throw fault
        const found = await findSession(payment)
        if (found) return place(found)
        throw new Refused('The page has to be opened under another key.', 'reopen', { cause: fault })
      }
    },

    async read(payment, now) {
      if (payment.sessionId === undefined)
        return { ...NOWHERE, phase: payment.phase, entries: [], refunds: [] }
      const session = await sessionWithIntent(payment.sessionId)
      const intent = intentOf(session)
      const charge = chargeOf(intent)
      const payment_intent = intent?.id ?? ''
      const hasRefunds = payment.refunds.length > 0 || (charge?.amount_refunded ?? 0) > 0
      const refunds =
        intent?.status === 'succeeded' && hasRefunds
          ? await call('refunds', () =>
              stripe.refunds.list({ payment_intent, limit: PAGE }).autoPagingToArray({ limit: LIST_MAX }),
            )
          : []
      const disputes = charge?.disputed
        ? (await call('disputes', () => stripe.disputes.list({ payment_intent, limit: PAGE }))).data
        : []
      return snapshotOf(payment, { session, refunds, disputes }, amounts(), now)
    },

    async capture({ orderId, intentId }, amountMinor, attempt) {
      await inAnyCase(
        call('capture', () =>
          paymentIntents.capture(
            intentId!,
            { amount_to_capture: amounts().toStripe(amountMinor) },
            { idempotencyKey: `${orderId}/capture/${attempt}` },
          ),
        ),
      )
    },

    async cancel({ orderId, phase, sessionId, intentId }, attempt) {
      const options = { idempotencyKey: `${orderId}/cancel/${attempt}` }
      await inAnyCase(
        phase === 'open'
          ? call('expire', () => checkout.sessions.expire(sessionId!, {}, options))
          : call('void', () => paymentIntents.cancel(intentId!, {}, options)),
      )
    },

    limits: () => amounts().limits(),

    async refund({ orderId, intentId }, { id, amountMinor }) {
      await call('refund', () =>
        stripe.refunds.create(
          {
            payment_intent: intentId!,
            amount: amounts().toStripe(amountMinor),
            metadata: { order_id: orderId, refund_id: id },
          },
          { idempotencyKey: id },
        ),
      )
    },

    verifyEvent(body, signature, now) {
      try {
        const seconds = now.getTime()
        return eventOf(
          stripe.webhooks.constructEvent(body, signature ?? '', webhookSecret, undefined, undefined, seconds),
        )
      } catch (cause) {
        throw new DomainError('signature_invalid', 'The provider has not signed this.', {}, { cause })
      }
    },

    async close() {},
  }
}

const NOWHERE = {
  sessionId: undefined,
  intentId: undefined,
  checkoutUrl: undefined,
  captureBefore: undefined,
}

/** A refusal says that it is in another state; the next reading shows in which. */
async function inAnyCase(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault
  }
}
