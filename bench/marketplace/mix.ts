/** What the clients of the marketplace do, how often, and to which products. */
import type { Chance } from '../../tests/system/until.ts'

export const KINDS = ['checkout', 'dashboard', 'price_update', 'product_replace', 'delivery_update'] as const
export type Kind = (typeof KINDS)[number]

/** Of 100 transactions (the default of the benchmark's driver). */
export const SHARES: Readonly<Record<Kind, number>> = {
  checkout: 30,
  dashboard: 5,
  price_update: 3,
  product_replace: 2,
  delivery_update: 60,
}

/** Chooses an index below `count`. */
export type Distribution = (chance: Chance) => number

/** Deals every 100 transactions in exactly these shares, in random order. */
export function createDeck(chance: Chance): () => Kind {
  const cards = KINDS.flatMap((kind) => Array<Kind>(SHARES[kind]).fill(kind))
  let left = 0
  return () => {
    if (left === 0) left = cards.length
    const drawn = chance.between(0, left)
    left--
    const card = cards[drawn]!
    cards[drawn] = cards[left]!
    cards[left] = card
    return card
  }
}

export const uniform =
  (count: number): Distribution =>
  (chance) =>
    chance.between(0, count)

/** The usual exponent of key-value benchmarks: of 100,000 products the first gets one line in twelve. */
const ZIPF_EXPONENT = 0.99
const DRAWS = 2 ** 30

export function zipf(count: number): Distribution {
  const cumulative = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) {
    sum += 1 / (rank + 1) ** ZIPF_EXPONENT
    cumulative[rank] = sum
  }
  return (chance) => {
    const drawn = (chance.between(0, DRAWS) / DRAWS) * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (cumulative[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}
