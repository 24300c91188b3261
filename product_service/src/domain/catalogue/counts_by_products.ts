/** Counts of listings by visiting each found product with its values: the way for few products (listing_counts.ts). */
import { type Bits, hasBit, intersection, WORD_BITS } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { listingsOf } from './listing_filters.ts'

/** How many listings have each value, by its number; and how many are in each category or below it, in their order. */
export type ValueCounts = { readonly values: Uint32Array; readonly categories: Uint32Array }
/** What is counted: the values of these facets, and perhaps categories. Counts of other values mean nothing. */
export type Counted = { readonly facets: (facet: number) => boolean; readonly categories: boolean }

export function countByProducts(
  view: IndexView,
  products: Bits,
  counted: Counted,
  countMax: number,
): ValueCounts {
  const { names, categories } = view
  const values = new Uint32Array(names.all.length)
  const inCategories = new Uint32Array(categories.length)
  const placeOf = new Map(categories.map(({ id }, i) => [id, i]))
  /** Of a category, the places of it and of those above it. */
  const above = names.all.map(({ facet, text }) =>
    facet === undefined && counted.categories
      ? (categories[placeOf.get(text) ?? -1]?.path ?? []).flatMap((id) => placeOf.get(id) ?? [])
      : [],
  )
  const isAbove = Uint8Array.from(above, ({ length }) => Number(length > 0))
  /** Listings that are in no other category. */
  const alone = new Uint32Array(names.all.length)
  /** The listing that was counted last, + 1. */
  const lastIn = new Uint32Array(categories.length)
  const addTo = (of: readonly number[], size: number, listing: number) => {
    for (let i = 0; i < size; i++) {
      for (const place of above[of[i]!]!) {
        if (lastIn[place] === listing) continue
        lastIn[place] = listing
        inCategories[place]! += 1
      }
    }
  }
  const singles = intersection([products, view.single])
  countSingles(view, singles, values, { isAbove, alone, addTo })
  const groups = listingsOf(view, products)
  for (let i = 0; i < groups.length; i++) groups[i]! &= ~singles[i]!
  countGroups(view, groups, products, values, { isAbove, alone, addTo })
  alone.forEach((count, value) => {
    if (count > 0) for (const place of above[value]!) inCategories[place]! += count
  })
  const capped = (count: number) => Math.min(count, countMax + 1)
  return { values: values.map(capped), categories: inCategories.map(capped) }
}

/** What is done with the categories of a listing. */
type Above = {
  /** Whether a value is a category that is counted. */
  readonly isAbove: Uint8Array
  readonly alone: Uint32Array
  addTo(categories: readonly number[], size: number, listing: number): void
}

/** A loop of its own, without calls for what most products are. */
function countSingles(
  { values }: IndexView,
  singles: Bits,
  counts: Uint32Array,
  { isAbove, alone, addTo }: Above,
) {
  const { start, length, pool } = values.raw()
  const found: number[] = []
  for (let i = 0; i < singles.length; i++) {
    for (let word = singles[i]!; word !== 0; word &= word - 1) {
      const n = i * WORD_BITS + 31 - Math.clz32(word & -word)
      const end = start[n]! + length[n]!
      let size = 0
      for (let at = start[n]!; at < end; at++) {
        const value = pool[at]!
        counts[value]! += 1
        if (isAbove[value] === 1) found[size++] = value
      }
      if (size === 1) alone[found[0]!]! += 1
      else if (size > 1) addTo(found, size, n + 1)
    }
  }
}

/** A value is counted once for a group, whichever of its found variants have it. */
function countGroups(
  { values, variants }: IndexView,
  groups: Bits,
  products: Bits,
  counts: Uint32Array,
  { isAbove, alone, addTo }: Above,
) {
  const { start, length, pool } = values.raw()
  /** The group that was counted last, + 1. */
  const last = new Uint32Array(counts.length)
  const found: number[] = []
  let size = 0
  const countOne = (n: number, listing: number) => {
    const end = start[n]! + length[n]!
    for (let at = start[n]!; at < end; at++) {
      const value = pool[at]!
      if (last[value] === listing) continue
      last[value] = listing
      counts[value]! += 1
      if (isAbove[value] === 1) found[size++] = value
    }
  }
  for (let i = 0; i < groups.length; i++) {
    for (let word = groups[i]!; word !== 0; word &= word - 1) {
      const n = i * WORD_BITS + 31 - Math.clz32(word & -word)
      size = 0
      countOne(n, n + 1)
      variants.each(n, (variant) => {
        if (hasBit(products, variant)) countOne(variant, n + 1)
      })
      if (size === 1) alone[found[0]!]! += 1
      else if (size > 1) addTo(found, size, n + 1)
    }
  }
}

/** Whether the number of a value of a facet is wanted. Categories are counted with those below them instead. */
export function isCounted({ names }: IndexView, value: number, counted: Counted): boolean {
  const { facet } = names.all[value]!
  return facet !== undefined && counted.facets(facet)
}
