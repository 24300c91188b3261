/**
 * Filters, counts and pages of the catalogue in memory (catalogue_index.ts). Everything works on sets of bits, so a query costs
 * about the same wherever its page is; invariant 1 is kept here.
 */
import {
  COUNT_MAX,
  countOf,
  type Facets,
  type ListingFilter,
  type ListingPage,
  type ListingQuery,
} from '../listings.ts'
import { type Bits, countBits, hasBit, intersection } from './bits.ts'
import type { CatalogueIndex, IndexView } from './catalogue_index.ts'
import { createListingCounts, type Way } from './listing_counts.ts'
import { facetsOf, pricesOf } from './listing_facets.ts'
import {
  CATEGORY,
  countListings,
  type FoundWords,
  type Fulfilled,
  facetKind,
  fulfil,
  listingsOf,
  PRICE,
  STOCK,
} from './listing_filters.ts'
import { pageBy, pageByRank } from './listing_pages.ts'

/** For tests: a lower limit of exact counts, and one of the ways to count. */
type Options = { readonly countMax?: number; readonly way?: Way }

export function createListingQueries(index: CatalogueIndex, { countMax = COUNT_MAX, way }: Options = {}) {
  const counts = createListingCounts(countMax, way)

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
      const without = intersectionsWithout(fulfilled)
      const all = intersection([...fulfilled.values()])
      const isOfCategory = filter.category !== undefined
      const ofFacet = new Map<number, Uint32Array>()
      const chosen = new Set<number>()
      for (const choice of filter.choices) {
        const value = view.names.findChoice(choice)
        const facet = value === undefined ? undefined : view.names.all[value]!.facet
        if (value === undefined || facet === undefined) continue
        chosen.add(value)
        if (ofFacet.has(facet)) continue
        const one = { facets: (each: number) => each === facet, categories: false }
        ofFacet.set(facet, counts(view, without(facetKind(facet)), one).values)
      }
      const others = { facets: (facet: number) => !ofFacet.has(facet), categories: !isOfCategory }
      const totals = counts(view, all, others)
      const { categories } = isOfCategory
        ? counts(view, without(CATEGORY), { facets: () => false, categories: true })
        : totals
      const inStock = intersection([filter.inStock ? all : without(STOCK), view.inStock])
      return {
        total: countOf(countListings(view, all, COUNT_MAX)),
        categories: view.categories.flatMap(({ id }, i) =>
          categories[i] === 0 ? [] : [{ id, ...countOf(categories[i]!) }],
        ),
        facets: facetsOf(view, totals.values, ofFacet, chosen),
        inStock: countOf(countListings(view, inStock, COUNT_MAX)),
        prices: pricesOf(view, fulfilled.has(PRICE) ? without(PRICE) : all),
      }
    },
  }
}

/** What fulfils all kinds of filters but one. Each is asked for about once, so those before and after a kind are put together first. */
function intersectionsWithout(fulfilled: Fulfilled): (kind: string) => Bits {
  const [names, sets] = [[...fulfilled.keys()], [...fulfilled.values()]]
  const before: Bits[] = []
  const after: Bits[] = []
  for (let i = 1; i < sets.length; i++) {
    before[i] = i === 1 ? sets[0]! : intersection([before[i - 1]!, sets[i - 1]!])
    const j = sets.length - 1 - i
    after[j] = i === 1 ? sets[j + 1]! : intersection([sets[j + 1]!, after[j + 1]!])
  }
  return (kind) => {
    const at = names.indexOf(kind)
    return intersection(at < 0 ? sets : [before[at], after[at]].filter((part) => part !== undefined))
  }
}

const listingOf = ({ ids, single }: IndexView, n: number) =>
  ({ kind: hasBit(single, n) ? 'product' : 'group', id: ids.idOf(n) }) as const
