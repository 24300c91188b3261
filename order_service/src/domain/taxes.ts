/**
 * The arithmetic of taxes: whole minor units, rates in basis points (1,900 is 19 %).
 *
 * Invariants
 *  1. Of each amount net + tax = gross, and all are whole.
 *  2. A tax is rounded half up, once for each line.
 *  3. What belongs to several lines is spread over them without a remainder: the shares add up to it (largest remainder).
 */

export const BASIS_POINTS_MAX = 10_000

export type Taxed = {
  readonly basisPoints: number
  readonly netMinor: number
  readonly taxMinor: number
  readonly grossMinor: number
}

/** Of an amount that includes its tax, or to which it is added. */
export function taxOf(amountMinor: number, basisPoints: number, isIncluded: boolean): Taxed {
  const [amount, rate, whole] = [BigInt(amountMinor), BigInt(basisPoints), BigInt(BASIS_POINTS_MAX)]
  const tax = Number(halfUp(amount * rate, isIncluded ? whole + rate : whole))
  const [netMinor, grossMinor] = isIncluded
    ? [amountMinor - tax, amountMinor]
    : [amountMinor, amountMinor + tax]
  return { basisPoints, netMinor, taxMinor: tax, grossMinor }
}

const halfUp = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator)

/** One share for each weight, in their order; equal shares if every weight is 0. There is at least one weight. */
export function spread(amountMinor: number, weights: readonly number[]): readonly number[] {
  const given = weights.map(BigInt)
  const weighed = given.some((weight) => weight > 0n) ? given : given.map(() => 1n)
  const all = weighed.reduce((sum, weight) => sum + weight, 0n)
  const amount = BigInt(amountMinor)
  const shares = weighed.map((weight) => (amount * weight) / all)
  const remainders = weighed.map((weight, i) => ({ i, rest: (amount * weight) % all }))
  const left = Number(amount - shares.reduce((sum, share) => sum + share, 0n))
  // Of equal remainders the first gets the unit: the sort is stable.
  remainders.sort((a, b) => (b.rest > a.rest ? 1 : b.rest < a.rest ? -1 : 0))
  for (const { i } of remainders.slice(0, left)) shares[i]! += 1n
  return shares.map(Number)
}

/** One for each rate, the highest first. */
export function sumsByRate(amounts: readonly Taxed[]): readonly Taxed[] {
  const sums = new Map<number, Taxed>()
  for (const { basisPoints, netMinor, taxMinor, grossMinor } of amounts) {
    const before = sums.get(basisPoints)
    sums.set(basisPoints, {
      basisPoints,
      netMinor: netMinor + (before?.netMinor ?? 0),
      taxMinor: taxMinor + (before?.taxMinor ?? 0),
      grossMinor: grossMinor + (before?.grossMinor ?? 0),
    })
  }
  return [...sums.values()].sort((a, b) => b.basisPoints - a.basisPoints)
}
