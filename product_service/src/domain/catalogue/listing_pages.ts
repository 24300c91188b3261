/** Pages of listings of the catalogue in memory. */
import type { ListingQuery } from '../listings.ts'
import type { PageKey } from '../page.ts'
import { type Bits, bitsFor, hasBit, setBit } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { compareTexts } from './compare_texts.ts'
import { type FoundWords, listingsOf } from './listing_filters.ts'

/** Up to one more than the limit. */
type NumbersPage = { readonly numbers: readonly number[]; keyOf(n: number): PageKey }

export function pageBy(
  view: IndexView,
  { sort, after, limit }: Pick<ListingQuery, 'sort' | 'after' | 'limit'>,
  listings: Bits,
): NumbersPage {
  const { ids, prices, nameKeys } = view
  const { newest, byPrice, byName } = view.orders
  const idOf = (n: number) => ids.idOf(n)
  const later = (n: number, id: unknown) => compareTexts(idOf(n), String(id))
  switch (sort) {
    case 'price':
    case '-price': {
      const start = after && ((price: number, n: number) => price - Number(after[0]) || later(n, after[1]))
      const numbers = byPrice.next(listings, start, limit + 1, sort === '-price')
      return { numbers, keyOf: (n) => [prices[n]!, idOf(n)] }
    }
    case 'name': {
      const start =
        after && ((key: string, n: number) => compareTexts(key, String(after[0])) || later(n, after[1]))
      return { numbers: byName.next(listings, start, limit + 1), keyOf: (n) => [nameKeys[n]!, idOf(n)] }
    }
    default: {
      const start = after && ((_: undefined, n: number) => later(n, after[0]))
      return { numbers: newest.next(listings, start, limit + 1, true), keyOf: (n) => [idOf(n)] }
    }
  }
}

/** Rank after rank; within a rank the newest first. The rank of a listing is the best one of its products. */
export function pageByRank(
  view: IndexView,
  { after, limit }: Pick<ListingQuery, 'after' | 'limit'>,
  products: Bits,
  found: FoundWords,
): NumbersPage {
  const numbers: number[] = []
  const rankOf = new Map<number, number>()
  const earlier = bitsFor(view.capacity)
  const [first, id] = (after ?? [0, undefined]) as [number, string | undefined]
  for (let rank = 0; rank < found.length && numbers.length <= limit; rank++) {
    const bits = bitsFor(view.capacity)
    for (const n of found[rank]!) if (hasBit(products, n)) setBit(bits, n)
    const listings = listingsOf(view, bits)
    for (let i = 0; i < listings.length; i++) {
      const own = listings[i]! & ~earlier[i]!
      earlier[i]! |= listings[i]!
      listings[i] = own
    }
    if (rank < first) continue
    const start = rank === first && id !== undefined ? [id] : undefined
    const page = pageBy(view, { sort: 'newest', after: start, limit: limit - numbers.length }, listings)
    for (const n of page.numbers) rankOf.set(n, rank)
    numbers.push(...page.numbers)
  }
  return { numbers, keyOf: (n) => [rankOf.get(n)!, view.ids.idOf(n)] }
}
