/**
 * Filters, counts and pages of the catalogue in memory (catalogue_index.ts). Everything works on sets of bits, so a query costs
 * about the same wherever its page is; invariant 1 is kept here.
 */
import {
  countOf,
  FACET_VALUES_MAX,
  FACETS_MAX,
  type Facets,
  type ListingFilter,
  type ListingPage,
  type ListingQuery,
} from '../listings.ts'
import type { PageKey } from '../page.ts'
import { type Bits, bitsFor, countBits, eachBit, hasBit, intersection, setBit } from './bits.ts'
import type { CatalogueIndex, IndexView } from './catalogue_index.ts'

/** What the words of a filter find: ids by rank, most relevant first (pages.ts). */
export type FoundWords = readonly (readonly number[] | Uint32Array)[]

/** The sets of products that fulfil each kind of filter. */
type Fulfilled = ReadonlyMap<string, Bits>

const CATEGORY = 'category'
const PRICE = 'price'
const STOCK = 'stock'
const ALWAYS = ['live', 'words']

export function createListingQueries(index: CatalogueIndex) {
  return {
    /** `found` has the numbers of the products that the words of the query find, by rank; undefined without words. */
    list(query: Omit<ListingQuery, 'words'>, found: FoundWords | undefined): ListingPage {
      const view = index.view()
      const fulfilled = fulfil(view, query, found)
      const products = intersection([...fulfilled.values()])
      const listings = listingsOf(view, products)
      const page =
        query.sort === 'relevance' && found
          ? pageByRank(view, query, products, found)
          : pageBy(view, query, listings)
      const items = page.numbers.slice(0, query.limit).map((n) => listingOf(view, n))
      const next = page.numbers.length > query.limit ? page.keyOf(page.numbers[query.limit - 1]!) : undefined
      return { items, next, total: countOf(countBits(listings)) }
    },

    facets(filter: Omit<ListingFilter, 'words'>, found: FoundWords | undefined): Facets {
      const view = index.view()
      const fulfilled = fulfil(view, filter, found)
      const without = (kind: string) =>
        intersection([...fulfilled].flatMap(([name, bits]) => (name === kind ? [] : [bits])))
      const all = intersection([...fulfilled.values()])
      const totals = countValues(view, all)
      const ofFacet = new Map<number, Uint32Array>()
      const chosen = new Set<number>()
      for (const choice of filter.choices) {
        const value = view.names.findChoice(choice)
        const facet = value === undefined ? undefined : view.names.all[value]!.facet
        if (value === undefined || facet === undefined) continue
        chosen.add(value)
        if (!ofFacet.has(facet)) ofFacet.set(facet, countValues(view, without(facetKind(facet))).values)
      }
      const categories = filter.category === undefined ? totals : countValues(view, without(CATEGORY), true)
      const inStock = intersection([filter.inStock ? all : without(STOCK), view.inStock])
      return {
        total: countOf(countBits(listingsOf(view, all))),
        categories: view.categories.flatMap(({ id }) => {
          const count = categories.categories.get(id) ?? 0
          return count === 0 ? [] : [{ id, ...countOf(count) }]
        }),
        facets: facetsOf(view, totals.values, ofFacet, chosen),
        inStock: countOf(countBits(listingsOf(view, inStock))),
        prices: pricesOf(view, fulfilled.has(PRICE) ? without(PRICE) : all),
      }
    },
  }
}

const facetKind = (facet: number) => `facet ${facet}`

function fulfil(
  view: IndexView,
  { category, inStock, priceMinMinor, priceMaxMinor, choices }: Omit<ListingFilter, 'words'>,
  found: FoundWords | undefined,
): Fulfilled {
  const fulfilled = new Map<string, Bits>([[ALWAYS[0]!, view.live]])
  if (found) {
    const bits = bitsFor(view.capacity)
    for (const numbers of found) for (const n of numbers) setBit(bits, n)
    fulfilled.set(ALWAYS[1]!, bits)
  }
  if (inStock) fulfilled.set(STOCK, view.inStock)
  if (category !== undefined) {
    const below = view.categories.filter(({ path }) => path.includes(category))
    const wanted = below.flatMap(({ id }) => view.names.findCategory(id) ?? [])
    fulfilled.set(CATEGORY, productsWith(view, wanted))
  }
  if (priceMinMinor !== undefined || priceMaxMinor !== undefined) {
    const [min, max] = [priceMinMinor ?? 0, priceMaxMinor ?? Number.POSITIVE_INFINITY]
    const bits = bitsFor(view.capacity)
    for (let n = 0; n < view.ids.size; n++)
      if (view.prices[n]! >= min && view.prices[n]! <= max) setBit(bits, n)
    fulfilled.set(PRICE, bits)
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
    const facet = names.facets.indexOf(choice.slice(0, at))
    if (facet >= 0) return facetKind(facet)
  }
  return `unknown ${choice.slice(0, Math.max(0, choice.indexOf(':')))}`
}

/** The products that have one of the values, or whose group has. */
function productsWith(view: IndexView, wanted: readonly number[]): Bits {
  const bits = bitsFor(view.capacity)
  for (const value of wanted) {
    view.values.each(value, (n) => {
      setBit(bits, n)
      for (const variant of view.variants.get(n) ?? []) setBit(bits, variant)
    })
  }
  return bits
}

function listingsOf({ single, listingOf }: IndexView, products: Bits): Bits {
  const listings = intersection([products, single])
  const rest = products.slice()
  for (let i = 0; i < rest.length; i++) rest[i]! &= ~single[i]!
  eachBit(rest, (n) => setBit(listings, listingOf[n]!))
  return listings
}

const listingOf = ({ ids, single }: IndexView, n: number) =>
  ({ kind: hasBit(single, n) ? 'product' : 'group', id: ids.idOf(n) }) as const

/**
 * How many listings have each value, by its number; and how many are in each category or below it, by its id. With
 * `onlyCategories` the other values are not counted.
 */
function countValues(view: IndexView, products: Bits, onlyCategories = false) {
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

function facetsOf(
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

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function pricesOf({ prices }: IndexView, products: Bits): Facets['prices'] {
  let minMinor = Number.POSITIVE_INFINITY
  let maxMinor = Number.NEGATIVE_INFINITY
  eachBit(products, (n) => {
    const price = prices[n]!
    if (price < minMinor) minMinor = price
    if (price > maxMinor) maxMinor = price
  })
  return maxMinor < minMinor ? undefined : { minMinor, maxMinor }
}

type NumbersPage = { readonly numbers: readonly number[]; keyOf(n: number): PageKey }

function pageBy(
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
function pageByRank(
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
