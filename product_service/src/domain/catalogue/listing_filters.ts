/** Which products and listings of the catalogue in memory fulfil filters. */
import type { ListingFilter } from '../listings.ts'
import { type Bits, bitsFor, countBits, intersection, setBit, WORD_BITS } from './bits.ts'
import type { IndexView } from './catalogue_index.ts'

/** What the words of a filter find: ids by rank, most relevant first (pages.ts). */
export type FoundWords = readonly (readonly number[] | Uint32Array)[]

/** The sets of products that fulfil each kind of filter. */
export type Fulfilled = ReadonlyMap<string, Bits>

export const CATEGORY = 'category'
export const PRICE = 'price'
export const STOCK = 'stock'

export const facetKind = (facet: number) => `facet ${facet}`

export function fulfil(
  view: IndexView,
  { category, inStock, priceMinMinor, priceMaxMinor, choices }: Omit<ListingFilter, 'words'>,
  found: FoundWords | undefined,
): Fulfilled {
  const fulfilled = new Map<string, Bits>([['live', view.live]])
  if (found) {
    const bits = bitsFor(view.capacity)
    for (const numbers of found) for (const n of numbers) setBit(bits, n)
    fulfilled.set('words', bits)
  }
  if (inStock) fulfilled.set(STOCK, view.inStock)
  if (category !== undefined) {
    const below = view.categories.filter(({ path }) => path.includes(category))
    const wanted = below.flatMap(({ id }) => view.names.findCategory(id) ?? [])
    fulfilled.set(CATEGORY, productsWith(view, wanted))
  }
  if (priceMinMinor !== undefined || priceMaxMinor !== undefined) {
    fulfilled.set(PRICE, pricedFrom(view, priceMinMinor ?? 0, priceMaxMinor ?? Number.POSITIVE_INFINITY))
  }
  const byFacet = new Map<string, number[]>()
  for (const choice of choices) {
    const value = view.names.findChoice(choice)
    const facet = value === undefined ? undefined : view.names.all[value]!.facet
    // A value that nothing has: with others of its name it adds nothing, but alone it finds nothing.
    const kind = facet === undefined ? unknownKind(view, choice) : facetKind(facet)
    byFacet.set(kind, [...(byFacet.get(kind) ?? []), ...(value === undefined ? [] : [value])])
  }
  for (const [kind, wanted] of byFacet) fulfilled.set(kind, productsWith(view, wanted))
  return fulfilled
}

function unknownKind({ names }: IndexView, choice: string): string {
  for (let at = choice.indexOf(':'); at >= 0; at = choice.indexOf(':', at + 1)) {
    const facet = names.findFacet(choice.slice(0, at))
    if (facet !== undefined) return facetKind(facet)
  }
  return `unknown ${choice.slice(0, Math.max(0, choice.indexOf(':')))}`
}

/** The products that have one of the values, or whose group has. */
function productsWith(view: IndexView, wanted: readonly number[]): Bits {
  const { values, variants, live, capacity } = view
  const bits = bitsFor(capacity)
  for (const value of wanted) {
    const list = values.list(value)
    if (list?.bits) {
      const of = list.bits
      const length = Math.min(of.length, bits.length)
      for (let i = 0; i < length; i++) bits[i]! |= of[i]!
    } else if (list) {
      const { things, length, old } = list
      for (let i = 0; i < length; i++)
        if (old === 0 || values.has(things[i]!, value)) setBit(bits, things[i]!)
    }
  }
  // What is not on sale by itself may be a group.
  const groups = bitsFor(capacity)
  for (let i = 0; i < groups.length; i++) groups[i] = bits[i]! & ~live[i]!
  variants.addAll(bits, groups)
  return bits
}

function pricedFrom({ orders, capacity }: IndexView, min: number, max: number): Bits {
  const bits = bitsFor(capacity)
  orders.byPrice.addRange(
    bits,
    (price) => price < min,
    (price) => price >= min && price <= max,
  )
  return bits
}

/** The listings of products. A loop of its own, for it may run over each variant of the shop. */
export function listingsOf(view: IndexView, products: Bits): Bits {
  const listings = intersection([products, view.single])
  addGroups(view, products, listings, Number.POSITIVE_INFINITY)
  return listings
}

/** How many listings the products are of; any number above `max` if they are more. */
export function countListings(view: IndexView, products: Bits, max: number): number {
  const listings = intersection([products, view.single])
  const singles = countBits(listings)
  return singles > max ? singles : singles + addGroups(view, products, listings, max - singles)
}

/** Adds the groups of variants, until there are more than `max`, and returns how many were added. */
function addGroups({ single, listingOf }: IndexView, products: Bits, listings: Bits, max: number): number {
  let added = 0
  let last = -1
  for (let i = 0; i < products.length; i++) {
    for (let word = products[i]! & ~single[i]!; word !== 0; word &= word - 1) {
      const group = listingOf[i * WORD_BITS + 31 - Math.clz32(word & -word)]!
      if (group === last) continue
      last = group
      const before = listings[group >>> 5]!
      const after = before | (1 << (group & 31))
      if (after === (before | 0)) continue
      listings[group >>> 5] = after
      added += 1
    }
    if (added > max) return added
  }
  return added
}
