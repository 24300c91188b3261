/** What crosses from order_service to payment_service, and what an order of a history is paid with. */
import type { Checkout, PaymentMethod } from '../../../order_service/src/domain/checkout.ts'
import type { Draft } from '../../../order_service/src/domain/order.ts'
import type { Terms } from '../../../payment_service/src/domain/payment.ts'

type Body = {
  readonly amount_minor: number
  readonly currency: string
  readonly method: Terms['method']
  readonly user_id: string
  readonly email: string
  readonly description: string
  readonly language: string
  readonly expires_at: string
}

/** As http/internal_routes.ts of payment_service. */
export function termsFrom(path: string, body: unknown): Terms {
  const { amount_minor, user_id, expires_at, ...same } = body as Body
  return {
    ...{ ...same, orderId: path.split('/')[3]!, orderTokenHash: undefined, bill: undefined },
    ...{ amountMinor: amount_minor, userId: user_id, expiresAt: expires_at },
  }
}

const ADDRESS = {
  ...{ name: 'Ada', organization: null, lines: ['1 Street'], postalCode: '10115', city: 'Berlin' },
  ...{ region: null, country: 'DE', phone: null },
}
const SHIPPING_MINOR = 5
const NO_TAX = { basisPoints: 0, taxMinor: 0 }

/** The draft with what makes it one that is paid; `prices` are those that the buyer was shown, in the order of its lines. */
export function paidWith(method: PaymentMethod, draft: Draft, prices: readonly number[]): Draft {
  const totalMinor = draft.totalMinor + SHIPPING_MINOR
  const lines = draft.lines.map(({ quantity }, i) => {
    const amount = prices[i]! * quantity
    const unitPriceMinor = prices[i]!
    return { unitPriceMinor, taxClass: 'zero' as const, ...NO_TAX, netMinor: amount, grossMinor: amount }
  })
  const checkout: Checkout = {
    ...{ email: 'ada@example.org', language: 'en', address: ADDRESS, billingAddress: null },
    ...{ guest: false, payment: { method }, quoteHash: 'hash', pricesIncludeTax: true, lines, totalMinor },
    shipping: {
      ...{ method: 'post', names: { en: 'Post', de: 'Post' }, priceMinor: SHIPPING_MINOR },
      parts: [{ ...NO_TAX, netMinor: SHIPPING_MINOR, grossMinor: SHIPPING_MINOR }],
    },
  }
  return { ...draft, checkout }
}
