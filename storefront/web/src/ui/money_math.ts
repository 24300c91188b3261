/** Exact sums of decimal strings (invariant 9), as integers in minor units. */

export const digitsOf = (amount: string) => amount.split('.')[1]?.length ?? 0
export const minorOf = (amount: string, digits: number) => {
  const [whole = '0', fraction = ''] = amount.split('.')
  return BigInt(whole + fraction.padEnd(digits, '0'))
}

/** The sum of `unitPrice` x `quantity`, with as many digits as the price with the most. */
export function totalOf(lines: readonly { readonly unitPrice: string; readonly quantity: number }[]): string {
  const digits = Math.max(0, ...lines.map(({ unitPrice }) => digitsOf(unitPrice)))
  const minor = lines.reduce(
    (sum, { unitPrice, quantity }) => sum + minorOf(unitPrice, digits) * BigInt(quantity),
    0n,
  )
  return amountOf(minor, digits)
}

export function amountOf(minor: bigint, digits: number): string {
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
export function compareAmounts(a: string, b: string): number {
  const digits = Math.max(digitsOf(a), digitsOf(b))
  const [left, right] = [minorOf(a, digits), minorOf(b, digits)]
  return left < right ? -1 : left > right ? 1 : 0
}

export const isSameAmount = (a: string, b: string): boolean => compareAmounts(a, b) === 0

/** By how many whole percent `a` is below `b`, rounded down; 0 if it is not. */
export function percentBelow(a: string, b: string): number {
  const digits = Math.max(digitsOf(a), digitsOf(b))
  const [left, right] = [minorOf(a, digits), minorOf(b, digits)]
  return left >= right ? 0 : Number(((right - left) * 100n) / right)
}
