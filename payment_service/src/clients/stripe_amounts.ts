/**
 * Amounts of Stripe are integers of its own minor units, which are not always ours: a shop may count in other digits, and Stripe counts some
 * currencies otherwise than ISO 4217 (docs.stripe.com/currencies, special cases).
 *
 * Invariant: an amount is converted exactly, or refused.
 */
import { Refused } from '../domain/errors.ts'
import type { CardLimits } from '../domain/ports.ts'

const WITHOUT_DIGITS = new Set([
  'BIF',
  'CLP',
  'DJF',
  'GNF',
  'JPY',
  'KMF',
  'KRW',
  'MGA',
  'PYG',
  'RWF',
  'VND',
  'VUV',
  'XAF',
  'XOF',
  'XPF',
])
/** Their last digit must be 0. */
const THREE_DIGITS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND'])
/** Counted in hundredths, although they have none. */
const WHOLE = new Set(['ISK', 'UGX'])

/** What is charged at least, in minor units of Stripe; of others it is not known here. */
const LEAST: Readonly<Record<string, number>> = {
  ...{ AED: 200, AUD: 50, BRL: 50, CAD: 50, CHF: 50, CZK: 1_500, DKK: 250, EUR: 50, GBP: 30, HKD: 400 },
  ...{ HUF: 17_500, INR: 50, JPY: 50, MXN: 1_000, MYR: 200, NOK: 300, NZD: 50, PLN: 200, RON: 200 },
  ...{ SEK: 300, SGD: 50, THB: 1_000, USD: 50 },
}
/** Eight digits; of some currencies with small units more. */
const MOST = 99_999_999
const MOST_OF_SMALL_UNITS = 999_999_999_999
const SMALL_UNITS = new Set(['COP', 'HUF', 'IDR', 'INR', 'JPY', 'KRW', 'LBP', 'VND'])

export type StripeAmounts = ReturnType<typeof createStripeAmounts>

/** `digits`: ours, after the point. */
export function createStripeAmounts(currency: string, digits: number) {
  const theirs = WITHOUT_DIGITS.has(currency) ? 0 : THREE_DIGITS.has(currency) ? 3 : 2
  const unit = WHOLE.has(currency) ? 100 : THREE_DIGITS.has(currency) ? 10 : 1
  const [up, down] = [10 ** Math.max(0, theirs - digits), 10 ** Math.max(0, digits - theirs)]
  /** The least difference of two amounts of ours. */
  const step = Math.max(1, (unit * down) / up)
  const least = LEAST[currency] ?? 1
  const most = SMALL_UNITS.has(currency) ? MOST_OF_SMALL_UNITS : MOST
  return {
    /** Fails with Refused. */
    toStripe(minor: number): number {
      if (minor % step !== 0)
        throw new Refused(`Amounts of ${currency} cannot be charged so exactly.`, 'amount_too_exact')
      return (minor * up) / down
    },
    fromStripe: (amount: number): number => Math.floor((amount * down) / up),
    limits: (): CardLimits => ({
      leastMinor: Math.ceil((least * down) / up / step) * step,
      mostMinor: Math.floor((most * down) / up / step) * step,
      stepMinor: step,
    }),
  }
}
