/**
 * Counts of listings of the catalogue in memory, by category and by the values of facets.
 *
 * Invariants
 *  1. A count is exact up to `countMax`, and countMax + 1 beyond, so a frequent value ends early.
 *  2. There are two ways to count, with the same result: by the found products, each with its values, if they are few; or by the values,
 *     each with the things that have it. The cheaper one is estimated, so counts take a bounded time however many are found.
 */
import { type Bits, countBits, countCommon, WORD_BITS } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { type Counted, countByProducts, isCounted, type ValueCounts } from './counts_by_products.ts'
import { createOnceCounter, type Found, foundOf } from './listings_once.ts'

export type Way = 'by products' | 'by values'

/** The unit of these is a look at one thing of the list of a value. Things of a category are looked at for those above it, too. */
const COST = { word: 0.5, category: 2, valueOfProduct: 8 }
/** Things of a list that are looked at before the count is compared with its limit. */
const STRIDE = 1_024

export function createListingCounts(countMax: number, way?: Way) {
  const countOnce = createOnceCounter(countMax)

  /** Any number above the limit if they are more. */
  const countValue = (view: IndexView, found: Found, value: number): number => {
    const list = view.values.list(value)
    if (!list) return 0
    const { bits, things, length, old } = list
    const own = view.ofGroups.has(value) ? found.listings() : found.single
    const isOfVariants = found.hasVariants && view.ofVariants.has(value)
    if (bits) {
      const count = countDense(bits, own, countMax)
      if (count > countMax || !isOfVariants) return count
    } else if (old === 0 && !isOfVariants) return countListed(things, length, own, countMax)
    return countOnce(view, found, [value])
  }
  const byValues = (view: IndexView, products: Bits, counted: Counted): ValueCounts => {
    const { names, categories } = view
    const found = foundOf(view, products)
    const values = new Uint32Array(names.all.length)
    for (let value = 0; value < values.length; value++) {
      if (isCounted(view, value, counted)) values[value] = countValue(view, found, value)
    }
    const inCategories = new Uint32Array(categories.length)
    if (counted.categories) countCategories(view, found, inCategories)
    const capped = (count: number) => Math.min(count, countMax + 1)
    return { values: values.map(capped), categories: inCategories.map(capped) }
  }
  /** From the lowest to the top: above one that has more than the limit, none is counted. */
  const countCategories = (view: IndexView, found: Found, counts: Uint32Array): void => {
    const { categories, names } = view
    const below = new Map<string, number[]>(categories.map(({ id }) => [id, []]))
    for (const { id, path } of categories) {
      const value = names.findCategory(id)
      if (value !== undefined) for (const above of path) below.get(above)?.push(value)
    }
    const isBeyond = new Set<string>()
    const lowestFirst = [...categories.keys()].sort(
      (a, b) => categories[b]!.path.length - categories[a]!.path.length,
    )
    for (const i of lowestFirst) {
      const { id, path } = categories[i]!
      const values = below.get(id)!
      if (isBeyond.has(id)) counts[i] = countMax + 1
      else if (values.length === 1) counts[i] = countValue(view, found, values[0]!)
      else counts[i] = countOnce(view, found, values)
      if (counts[i]! > countMax) for (const above of path) isBeyond.add(above)
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
      const looks = bits ? Math.min(bits.length, words) * COST.word : length
      visited += share * looks * (isOfCategory ? COST.category : 1)
    }
    return found * each * COST.valueOfProduct < visited ? 'by products' : 'by values'
  }

  return (view: IndexView, products: Bits, counted: Counted): ValueCounts =>
    (way ?? cheaperWay(view, products, counted)) === 'by products'
      ? countByProducts(view, products, counted, countMax)
      : byValues(view, products, counted)
}

/** How many things two sets have in common; any number above `max` if they are more. */
function countDense(one: Bits, other: Bits, max: number): number {
  const length = Math.min(one.length, other.length)
  let count = 0
  for (let from = 0; from < length && count <= max; from += STRIDE)
    count += countCommon(one, other, from, Math.min(length, from + STRIDE))
  return count
}

/** The same of a set and a list in which each thing is once. */
function countListed(things: Uint32Array, length: number, set: Bits, max: number): number {
  let count = 0
  for (let from = 0; from < length && count <= max; from += STRIDE) {
    const end = Math.min(length, from + STRIDE)
    for (let i = from; i < end; i++) {
      const thing = things[i]!
      count += (set[thing >>> 5]! >>> (thing & 31)) & 1
    }
  }
  return count
}
