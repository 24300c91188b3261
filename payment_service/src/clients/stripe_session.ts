/** The page on which a payment is paid, as Stripe is asked for it. */
import type Stripe from 'stripe'
import type { Payment } from '../domain/payment.ts'
import type { StripeAmounts } from './stripe_amounts.ts'

/** The same for the same payment and opening, as the idempotency key demands. */
export function sessionOf(
  payment: Payment,
  publicUrl: string,
  { toStripe }: Pick<StripeAmounts, 'toStripe'>,
): Stripe.Checkout.SessionCreateParams {
  const { orderId, amountMinor, currency, description, email, language, sessionExpiresAt } = payment
  const metadata = { order_id: orderId }
  const order = `${publicUrl.replace(/\/$/, '')}/orders/${orderId}`
  return {
    mode: 'payment',
    client_reference_id: orderId,
    metadata,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: currency.toLowerCase(),
          unit_amount: toStripe(amountMinor),
          product_data: { name: description },
        },
      },
    ],
    payment_intent_data: { metadata, description },
    // Cards are authorised, and captured when the order ships. Other ways are charged at once.
    payment_method_options: { card: { capture_method: 'manual' } },
    success_url: `${order}?payment=done`,
    cancel_url: `${order}?payment=left`,
    expires_at: Math.floor(Date.parse(sessionExpiresAt) / 1000),
    locale: language === 'de' ? 'de' : 'en',
    ...(email === undefined ? {} : { customer_email: email }),
  }
}
