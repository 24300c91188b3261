/**
 * Counts of listings of the catalogue in memory, by category and by the values of facets.
 *
 * Invariants
 *  1. A count is exact up to `countMax`, and countMax + 1 beyond, so a frequent value ends early.
 *  2. There are two ways to count, with the same result: by the found products, each with its values, if they are few; or by the values,
 *     each with the things that have it. The cheaper one is estimated, so counts take a bounded time however many are found.
 */
import { type Bits, countBits, eachBit, hasBit, intersection, union, WORD_BITS } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { listingsOf } from './listing_filters.ts'

/** How many listings have each value, by its number; and how many are in each category or below it, in their order. */
type ValueCounts = { readonly values: Uint32Array; readonly categories: Uint32Array }
/** What is counted: all, the values of one facet, or categories alone. */
type Counted = 'all' | 'categories' | { readonly facet: number }
export type Way = 'by products' | 'by values'

/** Groups are found too, for their values are those of each of their variants; `single` has the products without a group. */
type Found = { readonly things: Bits; readonly single: Bits }

/** Visiting a value of a product takes about as long as so many things of the list of a value. */
const PRODUCT_COST = 3

export function createListingCounts(countMax: number, way?: Way) {
  /** Of a listing, the mark of the value for which it was counted last. Used again by each count. */
  let marks = new Uint32Array(0)
  let mark = 0
  const reserveMarks = (capacity: number, needed: number) => {
    if (marks.length < capacity) {
      marks = new Uint32Array(capacity)
      mark = 0
    } else if (mark > 0xffff_ffff - needed) {
      marks.fill(0)
      mark = 0
    }
  }

  /** How many of the found listings are in one of the lists of `values`. */
  const countLists = (
    view: IndexView,
    { things: found, single }: Found,
    values: readonly number[],
  ): number => {
    const { listingOf } = view
    mark += 1
    let count = 0
    for (const value of values) {
      const list = view.values.list(value)
      if (!list) continue
      const { things, length } = list
      const isExact = list.old === 0
      // A product without a group is in an exact list once.
      const isOnce = isExact && values.length === 1
      for (let i = 0; i < length; i++) {
        const thing = things[i]!
        if (!isOnce || !hasBit(single, thing)) {
          if (!hasBit(found, thing) || !(isExact || view.values.has(thing, value))) continue
          const listing = listingOf[thing]!
          if (marks[listing] === mark) continue
          marks[listing] = mark
        }
        count += 1
        if (count > countMax) return count
      }
    }
    return count
  }
  const byValues = (view: IndexView, products: Bits, counted: Counted): ValueCounts => {
    const { names, categories } = view
    reserveMarks(view.capacity, names.all.length + categories.length)
    const found = {
      things: union(products, listingsOf(view, products)),
      single: intersection([products, view.single]),
    }
    const values = Uint32Array.from(names.all, (_, value) =>
      isCounted(view, value, counted) ? countLists(view, found, [value]) : 0,
    )
    if (typeof counted === 'object') return { values, categories: new Uint32Array(categories.length) }
    const below = new Map<string, number[]>(categories.map(({ id }) => [id, []]))
    for (const { id, path } of categories) {
      const value = names.findCategory(id)
      if (value !== undefined) for (const above of path) below.get(above)?.push(value)
    }
    return {
      values,
      categories: Uint32Array.from(categories, ({ id }) => countLists(view, found, below.get(id)!)),
    }
  }

  const byProducts = (view: IndexView, products: Bits, counted: Counted): ValueCounts => {
    const { names, single, values, variants } = view
    const { start, length, pool } = values.raw()
    const counts = new Uint32Array(names.all.length)
    /** The listing that was counted last, + 1. */
    const last = new Uint32Array(names.all.length)
    const places = new Map(view.categories.map(({ id }, i) => [id, i]))
    const inCategory = new Uint32Array(view.categories.length)
    const lastIn = new Uint32Array(view.categories.length)
    /** Of a category, the places of it and of those above it. */
    const above = names.all.map(({ facet, text }) =>
      facet === undefined
        ? (view.categories[places.get(text) ?? -1]?.path ?? []).flatMap((id) => places.get(id) ?? [])
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
        for (const place of above[value]!) {
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

  /** How many things of lists and how many values of products would be visited. */
  const cheaperWay = (view: IndexView, products: Bits, counted: Counted): Way => {
    const { names, values } = view
    const found = countBits(products)
    const each = values.raw().used / Math.max(1, view.ids.size)
    // If what is found is anywhere in a list, so many of its things are visited until the count ends.
    const untilEnd = ((countMax + 1) * view.ids.size) / Math.max(1, found)
    let visited = view.capacity / WORD_BITS
    for (let value = 0; value < names.all.length; value++) {
      if (!isCounted(view, value, counted) && names.all[value]!.facet !== undefined) continue
      visited += Math.min(values.list(value)?.length ?? 0, untilEnd)
    }
    return found * each * PRODUCT_COST < visited ? 'by products' : 'by values'
  }

  return (view: IndexView, products: Bits, counted: Counted): ValueCounts =>
    (way ?? cheaperWay(view, products, counted)) === 'by products'
      ? byProducts(view, products, counted)
      : byValues(view, products, counted)
}

/** Whether the number of a value of a facet is wanted. Categories are counted with those below them instead. */
function isCounted({ names }: IndexView, value: number, counted: Counted): boolean {
  const { facet } = names.all[value]!
  if (facet === undefined || counted === 'categories') return false
  return counted === 'all' || counted.facet === facet
}
