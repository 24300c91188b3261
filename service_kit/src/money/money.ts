/**
 * Money is a decimal string in the API and an integer of minor units inside, never a binary fraction (invariant 9). Each store
 * has its number of digits after the point (store_money.ts). A new one has those of ISO 4217: 2 for USD, 0 for JPY, 3 for KWD.
 */
import { CURRENCY_DIGITS } from './currencies.ts'

/** The largest amount, in minor units. With 10^15 every sum stays below 2^53. */
export const MONEY_MINOR_MAX = 1_000_000_000_000_000

/** Pattern of a decimal amount in JSON Schema. parseMoney checks the number of digits. */
export const MONEY_PATTERN = '^(0|[1-9][0-9]{0,15})(\\.[0-9]{1,4})?$'

const AMOUNT = new RegExp(MONEY_PATTERN)

/** Digits after the decimal point of an ISO 4217 currency. Throws RangeError for an unknown code. */
export function currencyDigits(currency: string): number {
  const digits = CURRENCY_DIGITS.get(currency)
  if (digits === undefined) throw new RangeError(`${currency} is not an ISO 4217 currency with a minor unit`)
  return digits
}

/**
 * The minor units of `"19.99"`, `"20"`, `19.99` or `20`. A number is converted to its shortest decimal text, so 19.99 is exactly
 * 1999. Undefined if `amount` is no amount, is negative, has more digits than the currency, or exceeds MONEY_MINOR_MAX.
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
export function formatMoney(minor: number | bigint, digits: number): string {
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/**
 * As parseMoney, but for an amount of another of our stores, which may have more digits: zeros at the end are ignored, so
 * "1990.00" is 1990 without digits.
 */
export const parsePaddedMoney = (amount: string | number, digits: number): number | undefined =>
  parseMoney(String(amount).replace(/\.0+$|(\.\d*[1-9])0+$/, '$1'), digits)
