/** Counts of listings by visiting each found product with its values: the way for few products (listing_counts.ts). */
import { type Bits, eachBit, hasBit } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { listingsOf } from './listing_filters.ts'

/** How many listings have each value, by its number; and how many are in each category or below it, in their order. */
export type ValueCounts = { readonly values: Uint32Array; readonly categories: Uint32Array }
/** What is counted: the values of these facets, and perhaps categories. */
export type Counted = { readonly facets: (facet: number) => boolean; readonly categories: boolean }

export function countByProducts(
  view: IndexView,
  products: Bits,
  counted: Counted,
  countMax: number,
): ValueCounts {
  const { names, single, values, variants } = view
  const { start, length, pool } = values.raw()
  const counts = new Uint32Array(names.all.length)
  /** The listing that was counted last, + 1. */
  const last = new Uint32Array(names.all.length)
  const placeOf = new Map(view.categories.map(({ id }, i) => [id, i]))
  const inCategory = new Uint32Array(view.categories.length)
  const lastIn = new Uint32Array(view.categories.length)
  /** Of a category, the places of it and of those above it. */
  const above = names.all.map(({ facet, text }) =>
    facet === undefined && counted.categories
      ? (view.categories[placeOf.get(text) ?? -1]?.path ?? []).flatMap((id) => placeOf.get(id) ?? [])
      : [],
  )
  const isWanted = Uint8Array.from(names.all, (_, value) => Number(isCounted(view, value, counted)))
  const countOne = (n: number, listing: number) => {
    const end = start[n]! + length[n]!
    for (let i = start[n]!; i < end; i++) {
      const value = pool[i]!
      if (isWanted[value] === 1 && last[value] !== listing) {
        last[value] = listing
        counts[value]! += 1
      }
      const places = above[value]!
      for (let k = 0; k < places.length; k++) {
        const place = places[k]!
        if (lastIn[place] === listing) continue
        lastIn[place] = listing
        inCategory[place]! += 1
      }
    }
  }
  eachBit(listingsOf(view, products), (n) => {
    countOne(n, n + 1)
    if (hasBit(single, n)) return
    variants.each(n, (variant) => {
      if (hasBit(products, variant)) countOne(variant, n + 1)
    })
  })
  const capped = (count: number) => Math.min(count, countMax + 1)
  return { values: counts.map(capped), categories: inCategory.map(capped) }
}

/** Whether the number of a value of a facet is wanted. Categories are counted with those below them instead. */
export function isCounted({ names }: IndexView, value: number, counted: Counted): boolean {
  const { facet } = names.all[value]!
  return facet !== undefined && counted.facets(facet)
}
