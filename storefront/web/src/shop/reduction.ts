/**
 * Whether a product costs less than before, and by how much.
 *
 * Rules
 *  1. There is a reduction only while the price before it (`compare_at_price`) is above the price.
 *  2. A percentage is of the lowest price of the 30 days before the reduction, never of a higher one; without such a price,
 *     or if it is not above the price, there is none.
 */
import { compareAmounts, percentBelow } from '../ui/money_math.ts'

export type Reduction = {
  readonly before: string
  readonly lowest: string | undefined
  /** 0 to 1, in whole percent, rounded down. */
  readonly share: number | undefined
}

type Prices = {
  readonly price: string
  readonly compare_at_price: string | null
  readonly lowest_price_30_days: string | null
}

export function reductionOf({
  price,
  compare_at_price,
  lowest_price_30_days,
}: Prices): Reduction | undefined {
  if (compare_at_price === null || compareAmounts(compare_at_price, price) <= 0) return undefined
  const lowest = lowest_price_30_days ?? undefined
  return {
    before: compare_at_price,
    lowest,
    share: lowest === undefined ? undefined : shareOf(price, lowest),
  }
}

function shareOf(price: string, lowest: string): number | undefined {
  const percent = percentBelow(price, lowest)
  return percent === 0 ? undefined : percent / 100
}
