/** The facets and prices of an answer, made of counts (listing_counts.ts). */
import { countOf, FACET_VALUES_MAX, FACETS_MAX, type Facets } from '../listings.ts'
import { type Bits, countBits, eachBit } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { compareTexts } from './compare_texts.ts'

/** Fewer products than this part of the catalogue are looked through for their prices; of more, one at each end is soon found. */
const FEW = 1 / 50

export function facetsOf(
  { names }: IndexView,
  totals: Uint32Array,
  ofFacet: ReadonlyMap<number, Uint32Array>,
  chosen: ReadonlySet<number>,
): Facets['facets'] {
  type Found = { text: string; count: number; isChosen: boolean }
  const found = new Map<number, Found[]>()
  names.all.forEach(({ facet, text }, value) => {
    if (facet === undefined) return
    const count = (ofFacet.get(facet) ?? totals)[value]!
    const isChosen = chosen.has(value)
    if (count === 0 && !isChosen) return
    const of = found.get(facet)
    if (of) of.push({ text, count, isChosen })
    else found.set(facet, [{ text, count, isChosen }])
  })
  return [...found]
    .map(([facet, values]) => ({
      name: names.facets[facet]!,
      isChosen: ofFacet.has(facet),
      most: Math.max(...values.map(({ count }) => count)),
      values: values
        .sort(
          (a, b) =>
            Number(b.isChosen) - Number(a.isChosen) || b.count - a.count || compareTexts(a.text, b.text),
        )
        .slice(0, FACET_VALUES_MAX)
        .map(({ text, count }) => ({ value: text, ...countOf(count) })),
    }))
    .sort(
      (a, b) => Number(b.isChosen) - Number(a.isChosen) || b.most - a.most || compareTexts(a.name, b.name),
    )
    .slice(0, FACETS_MAX)
    .map(({ name, values }) => ({ name, values }))
}

export function pricesOf(view: IndexView, products: Bits): Facets['prices'] {
  const { prices, orders, ids } = view
  if (countBits(products) > ids.size * FEW) {
    const [cheapest] = orders.byPrice.next(products, undefined, 1)
    const [dearest] = orders.byPrice.next(products, undefined, 1, true)
    return cheapest === undefined || dearest === undefined
      ? undefined
      : { minMinor: prices[cheapest]!, maxMinor: prices[dearest]! }
  }
  let minMinor = Number.POSITIVE_INFINITY
  let maxMinor = Number.NEGATIVE_INFINITY
  eachBit(products, (n) => {
    const price = prices[n]!
    if (price < minMinor) minMinor = price
    if (price > maxMinor) maxMinor = price
  })
  return maxMinor < minMinor ? undefined : { minMinor, maxMinor }
}
