/**
 * Money on the wire: decimal strings outside, integer minor units inside, never a binary fraction
 * (invariant 9). How many digits stand after the point is a fact of each store (store_money.ts); for a new one it
 * is what ISO 4217 says: 2 for USD, 0 for JPY, 3 for KWD.
 */
import { CURRENCY_DIGITS } from './currencies.ts'

/** Largest amount accepted anywhere, in minor units: 10^15 keeps every sum we form below 2^53. */
export const MONEY_MINOR_MAX = 1_000_000_000_000_000

/** JSON-schema pattern of a decimal amount; how many digits the currency allows is checked by parseMoney. */
export const MONEY_PATTERN = '^(0|[1-9][0-9]{0,15})(\\.[0-9]{1,4})?$'

const AMOUNT = new RegExp(MONEY_PATTERN)

/** Digits after the decimal point of an ISO 4217 currency. Throws RangeError for a code that names no money. */
export function currencyDigits(currency: string): number {
  const digits = CURRENCY_DIGITS.get(currency)
  if (digits === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency with a minor unit`)
  return digits
}

/**
 * Reads `"19.99"`, `"20"`, `19.99` or `20` into minor units. A number is read through its shortest
 * decimal form, so 19.99 is exactly 1999. Resolves undefined when the text is no amount, is negative,
 * has more digits than the currency, or exceeds MONEY_MINOR_MAX.
 */
export function parseMoney(amount: string | number, digits: number): number | undefined {
  const text = typeof amount === 'number' ? String(amount) : amount
  if (!AMOUNT.test(text)) return undefined
  const [whole = '', fraction = ''] = text.split('.')
  if (fraction.length > digits) return undefined
  const minor = Number(whole + fraction.padEnd(digits, '0'))
  return minor <= MONEY_MINOR_MAX ? minor : undefined
}

/** 1999 -> "19.99" with 2 digits, 1999 -> "1999" with none. */
export function formatMoney(minor: number, digits: number): string {
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/**
 * Reads what another of our stores wrote: it may count with more digits, and zeros at the end have no value, so
 * "1990.00" is 1990 with no digits. Resolves undefined when there is no such whole number of minor units.
 */
export const parsePaddedMoney = (amount: string | number, digits: number): number | undefined =>
  parseMoney(String(amount).replace(/\.0+$|(\.\d*[1-9])0+$/, '$1'), digits)
