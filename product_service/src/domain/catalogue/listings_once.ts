/** What counts by values (listing_counts.ts) are made of: the found listings, and how many of them have a value, each counted once. */
import { type Bits, bitsFor, intersection, WORD_BITS } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'
import { listingsOf } from './listing_filters.ts'

/** What is found. Its listings are products without a group (`single`), and groups, whose values are those of each of their variants. */
export type Found = {
  readonly single: Bits
  readonly variants: Bits
  readonly hasVariants: boolean
  /** Made when the first value needs it that a group has itself. */
  listings(): Bits
}
export function foundOf(view: IndexView, products: Bits): Found {
  const single = intersection([products, view.single])
  const variants = products.slice()
  let any = 0
  for (let i = 0; i < variants.length; i++) any |= variants[i]! &= ~single[i]!
  let listings: Bits | undefined
  return {
    ...{ single, variants, hasVariants: any !== 0 },
    listings: () => {
      listings ??= any === 0 ? single : listingsOf(view, products)
      return listings
    },
  }
}

/**
 * Counts the found listings that have one of several values, up to `countMax` and one more. It is the slow way, for values that several
 * things of a listing may have.
 */
export function createOnceCounter(
  countMax: number,
): (view: IndexView, found: Found, values: readonly number[]) => number {
  /** Listings that were counted for the values that are counted now, and the same in a row, to be forgotten again. */
  let seen = bitsFor(0)
  const seenInRow = new Uint32Array(countMax + 1)

  /** `count`, and one more if the listing is seen for the first time. */
  const add = (listing: number, count: number): number => {
    const bit = 1 << (listing & 31)
    if ((seen[listing >>> 5]! & bit) !== 0) return count
    seen[listing >>> 5]! |= bit
    seenInRow[count] = listing
    return count + 1
  }
  /** The same for each listing that has a value which many things have. */
  const addDense = (
    { listingOf }: IndexView,
    own: Bits,
    variants: Bits,
    bits: Bits,
    before: number,
  ): number => {
    const length = Math.min(bits.length, own.length)
    let count = before
    for (let i = 0; i < length; i++) {
      for (let word = bits[i]! & (own[i]! | variants[i]!); word !== 0; word &= word - 1) {
        count = add(listingOf[i * WORD_BITS + 31 - Math.clz32(word & -word)]!, count)
        if (count > countMax) return count
      }
    }
    return count
  }
  /** And for the list of a value, in whatever state it is. */
  const addListed = (
    { listingOf, values }: IndexView,
    own: Bits,
    variants: Bits,
    value: number,
    { things, length, old }: { readonly things: Uint32Array; readonly length: number; readonly old: number },
    before: number,
  ): number => {
    let count = before
    for (let i = 0; i < length; i++) {
      const thing = things[i]!
      if ((((own[thing >>> 5]! | variants[thing >>> 5]!) >>> (thing & 31)) & 1) === 0) continue
      if (old > 0 && !values.has(thing, value)) continue
      count = add(listingOf[thing]!, count)
      if (count > countMax) return count
    }
    return count
  }

  return (view: IndexView, found: Found, values: readonly number[]): number => {
    if (seen.length * WORD_BITS < view.capacity) seen = bitsFor(view.capacity)
    let count = 0
    for (const value of values) {
      const list = view.values.list(value)
      if (!list || count > countMax) continue
      const own = view.ofGroups.has(value) ? found.listings() : found.single
      count = list.bits
        ? addDense(view, own, found.variants, list.bits, count)
        : addListed(view, own, found.variants, value, list, count)
    }
    for (let i = 0; i < count; i++) seen[seenInRow[i]! >>> 5] = 0
    return count
  }
}
