/** A price raised or lowered: exact, in minor units (invariant 9 of the README: money is exact). */

export type PriceChange = { readonly how: 'percent' | 'amount'; readonly by: string }

const SIGNED = /^([+-]?)(\d{1,12})(?:\.(\d{1,4}))?$/
/** Digits after the point of a percentage. */
const PERCENT_DIGITS = 2

/** `text` as a signed decimal with a point; undefined if it is none, or 0. */
export function readChange(text: string): string | undefined {
  const plain = text.trim().replace(',', '.').replace('−', '-')
  return SIGNED.test(plain) && /[1-9]/.test(plain) ? plain : undefined
}

/** The new price; half a minor unit is rounded up. Undefined if it would be below zero, or has more digits than the currency. */
export function priceAfter(price: string, digits: number, { how, by }: PriceChange): string | undefined {
  const before = minorOf(price, digits)!
  const change = minorOf(by, how === 'percent' ? PERCENT_DIGITS : digits)
  if (change === undefined) return undefined
  const whole = 100n * 10n ** BigInt(PERCENT_DIGITS)
  const after = how === 'amount' ? before + change : (2n * before * (whole + change) + whole) / (2n * whole)
  return after < 0n || (how === 'percent' && change < -whole) ? undefined : textOf(after, digits)
}

function minorOf(amount: string, digits: number): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = SIGNED.exec(amount) ?? []
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) return undefined
  const minor = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  return sign === '-' ? -minor : minor
}

function textOf(minor: bigint, digits: number): string {
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
