/** Counts of listings of the catalogue in memory, by category and by the values of facets. */
import { countOf, FACET_VALUES_MAX, FACETS_MAX, type Facets } from '../listings.ts'
import { type Bits, eachBit, hasBit } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { compareTexts } from './compare_texts.ts'
import { listingsOf } from './listing_filters.ts'

/**
 * How many listings have each value, by its number; and how many are in each category or below it, by its id. With
 * `onlyCategories` the other values are not counted.
 */
export function countValues(view: IndexView, products: Bits, onlyCategories = false) {
  const { names, single, values, variants } = view
  const { start, length, pool } = values.raw()
  const counts = new Uint32Array(names.all.length)
  /** The listing that was counted last, + 1. */
  const counted = new Uint32Array(names.all.length)
  const places = new Map(view.categories.map(({ id }, i) => [id, i]))
  const inCategory = new Uint32Array(view.categories.length)
  const countedIn = new Uint32Array(view.categories.length)
  /** Of a category, the places of it and of those above it; undefined for a value of a facet. */
  const above = names.all.map(({ facet, text }) =>
    facet === undefined
      ? (view.categories[places.get(text) ?? -1]?.path ?? []).flatMap((id) => places.get(id) ?? [])
      : undefined,
  )
  const isCategory = Uint8Array.from(above, (of) => (of ? 1 : 0))
  const countAbove = (of: readonly number[], listing: number) => {
    for (const place of of) {
      if (countedIn[place] === listing) continue
      countedIn[place] = listing
      inCategory[place]! += 1
    }
  }
  /** Categories come first in the values of each. */
  const countOne = (n: number, listing: number, isAlone: boolean) => {
    const end = start[n]! + length[n]!
    for (let i = start[n]!; i < end; i++) {
      const value = pool[i]!
      if (isCategory[value] === 1) countAbove(above[value]!, listing)
      else if (onlyCategories) return
      // The values of one product are different.
      else if (isAlone) counts[value]! += 1
      else if (counted[value] !== listing) {
        counted[value] = listing
        counts[value]! += 1
      }
    }
  }
  eachBit(listingsOf(view, products), (n) => {
    const isAlone = hasBit(single, n)
    countOne(n, n + 1, isAlone)
    if (isAlone) return
    for (const variant of variants.get(n) ?? [])
      if (hasBit(products, variant)) countOne(variant, n + 1, false)
  })
  return {
    values: counts,
    categories: new Map(view.categories.map(({ id }, i) => [id, inCategory[i]!])),
  }
}

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

export function pricesOf({ prices }: IndexView, products: Bits): Facets['prices'] {
  let minMinor = Number.POSITIVE_INFINITY
  let maxMinor = Number.NEGATIVE_INFINITY
  eachBit(products, (n) => {
    const price = prices[n]!
    if (price < minMinor) minMinor = price
    if (price > maxMinor) maxMinor = price
  })
  return maxMinor < minMinor ? undefined : { minMinor, maxMinor }
}
