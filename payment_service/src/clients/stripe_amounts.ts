/**
 * Amounts of Stripe are integers of minor units, as ours, with two exceptions: it counts these currencies in hundredths, although
 * they have none (docs.stripe.com/currencies, special cases).
 */
const IN_HUNDREDTHS = new Set(['ISK', 'UGX'])

export const toStripe = (minor: number, currency: string): number =>
  IN_HUNDREDTHS.has(currency) ? minor * 100 : minor

export const fromStripe = (amount: number, currency: string): number =>
  IN_HUNDREDTHS.has(currency) ? Math.floor(amount / 100) : amount
