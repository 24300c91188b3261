/**
 * Counts of listings of the catalogue in memory, by category and by the values of facets.
 *
 * Invariants
 *  1. A count is exact up to `countMax`, and countMax + 1 beyond, so a frequent value ends early.
 *  2. There are two ways to count, with the same result: by the found products, each with its values, if they are few; or by the values,
 *     each with the things that have it. The cheaper one is estimated, so counts take a bounded time however many are found.
 */
import { type Bits, bitsFor, countBits, countCommon, hasBit, intersection, WORD_BITS } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { type Counted, countByProducts, isCounted, type ValueCounts } from './counts_by_products.ts'
import { listingsOf } from './listing_filters.ts'

export type Way = 'by products' | 'by values'

/**
 * What is found. `own` has the listings: products without a group (`single`), and groups, whose values are those of each of their variants.
 * A thing of `own` is counted once for a value, so only where variants have the value, too, the same listing may be met again.
 */
type Found = {
  readonly own: Bits
  readonly single: Bits
  readonly variants: Bits
  readonly hasVariants: boolean
}

/** The unit of these is a look at one thing of the list of a value. */
const COST = { word: 2, valueOfProduct: 8 }
/** Things of a list that are looked at before the count is compared with its limit. */
const STRIDE = 1_024

export function createListingCounts(countMax: number, way?: Way) {
  /** Listings that were counted for the value that is counted now, and the same in a row, to be forgotten again. */
  let seen = bitsFor(0)
  const seenInRow: number[] = []
  /** Whether the listing is seen for the first time. */
  const isNew = (listing: number): boolean => {
    const before = seen[listing >>> 5]!
    const bit = 1 << (listing & 31)
    if ((before & bit) !== 0) return false
    seen[listing >>> 5] = before | bit
    seenInRow.push(listing)
    return true
  }
  const forgetSeen = () => {
    for (let i = 0; i < seenInRow.length; i++) seen[seenInRow[i]! >>> 5] = 0
    seenInRow.length = 0
  }

  /** How many of the found listings have a value that many things have. */
  const countDense = (
    { listingOf }: IndexView,
    { own, single, variants, hasVariants }: Found,
    bits: Bits,
  ): number => {
    const length = Math.min(bits.length, own.length)
    let count = 0
    for (let from = 0; from < length && count <= countMax; from += STRIDE)
      count += countCommon(bits, own, from, Math.min(length, from + STRIDE))
    if (count > countMax || !hasVariants || countCommon(bits, variants, 0, length) === 0) return count
    count = countCommon(bits, single, 0, length)
    for (let i = 0; i < length && count <= countMax; i++) {
      for (let word = bits[i]! & ~single[i]! & (own[i]! | variants[i]!); word !== 0; word &= word - 1) {
        if (isNew(listingOf[i * WORD_BITS + 31 - Math.clz32(word & -word)]!)) count += 1
      }
    }
    return count
  }
  /** How many of the found listings have a value that few have. Its list is exact: each thing is in it once. */
  const countExact = (
    view: IndexView,
    found: Found,
    value: number,
    { things, length }: { readonly things: Uint32Array; readonly length: number },
  ): number => {
    const { own, variants } = found
    let count = 0
    let ofVariants = 0
    for (let from = 0; from < length && count <= countMax; from += STRIDE) {
      const end = Math.min(length, from + STRIDE)
      for (let i = from; i < end; i++) {
        const thing = things[i]!
        count += (own[thing >>> 5]! >>> (thing & 31)) & 1
        ofVariants += (variants[thing >>> 5]! >>> (thing & 31)) & 1
      }
    }
    return count > countMax || ofVariants === 0 ? count : countLists(view, found, [value])
  }
  /** How many of the found listings are in one of the lists of `values`, in whatever state these are. */
  const countLists = (view: IndexView, { own, variants }: Found, values: readonly number[]): number => {
    const { listingOf } = view
    let count = 0
    for (const value of values) {
      const list = view.values.list(value)
      if (!list) continue
      const { things, length, old } = list
      for (let i = 0; i < length && count <= countMax; i++) {
        const thing = things[i]!
        if (!hasBit(own, thing) && !hasBit(variants, thing)) continue
        if (old > 0 && !view.values.has(thing, value)) continue
        if (isNew(listingOf[thing]!)) count += 1
      }
    }
    return count
  }
  const countValues = (view: IndexView, found: Found, values: readonly number[]): number => {
    forgetSeen()
    const list = values.length === 1 ? view.values.list(values[0]!) : undefined
    const count = list?.bits
      ? countDense(view, found, list.bits)
      : list?.old === 0
        ? countExact(view, found, values[0]!, list)
        : countLists(view, found, values)
    return Math.min(count, countMax + 1)
  }
  const byValues = (view: IndexView, products: Bits, counted: Counted): ValueCounts => {
    const { names, categories } = view
    if (seen.length * WORD_BITS < view.capacity) seen = bitsFor(view.capacity)
    const single = intersection([products, view.single])
    const variants = products.slice()
    for (let i = 0; i < variants.length; i++) variants[i]! &= ~single[i]!
    const hasVariants = variants.some((word) => word !== 0)
    const found = { own: listingsOf(view, products), single, variants, hasVariants }
    const values = Uint32Array.from(names.all, (_, value) =>
      isCounted(view, value, counted) ? countValues(view, found, [value]) : 0,
    )
    if (!counted.categories) return { values, categories: new Uint32Array(categories.length) }
    const below = new Map<string, number[]>(categories.map(({ id }) => [id, []]))
    for (const { id, path } of categories) {
      const value = names.findCategory(id)
      if (value !== undefined) for (const above of path) below.get(above)?.push(value)
    }
    return {
      values,
      categories: Uint32Array.from(categories, ({ id }) => countValues(view, found, below.get(id)!)),
    }
  }

  const cheaperWay = (view: IndexView, products: Bits, counted: Counted): Way => {
    const { names, values } = view
    const found = countBits(products)
    const each = values.raw().used / Math.max(1, view.ids.size)
    // If what is found is anywhere in a list, so many of its things are looked at until the count ends.
    const untilEnd = ((countMax + 1) * view.ids.size) / Math.max(1, found)
    const words = view.capacity / WORD_BITS
    let visited = words
    for (let value = 0; value < names.all.length; value++) {
      const isOfCategory = names.all[value]!.facet === undefined
      if (!(isOfCategory ? counted.categories : isCounted(view, value, counted))) continue
      const list = values.list(value)
      if (!list) continue
      const { bits, length } = list
      const share = Math.min(1, untilEnd / Math.max(1, length))
      visited += share * (bits ? bits.length * COST.word : length)
    }
    return found * each * COST.valueOfProduct < visited ? 'by products' : 'by values'
  }

  return (view: IndexView, products: Bits, counted: Counted): ValueCounts =>
    (way ?? cheaperWay(view, products, counted)) === 'by products'
      ? countByProducts(view, products, counted, countMax)
      : byValues(view, products, counted)
}
