/**
 * Filters, counts and pages of the catalogue in memory (catalogue_index.ts). Everything works on sets of bits, so a query costs
 * about the same wherever its page is; invariant 1 is kept here.
 */
import { countOf, type Facets, type ListingFilter, type ListingPage, type ListingQuery } from '../listings.ts'
import { countBits, hasBit, intersection } from './bits.ts'
import type { CatalogueIndex, IndexView } from './catalogue_index.ts'
import { countValues, facetsOf, pricesOf } from './listing_counts.ts'
import { CATEGORY, type FoundWords, facetKind, fulfil, listingsOf, PRICE, STOCK } from './listing_filters.ts'
import { pageBy, pageByRank } from './listing_pages.ts'

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

const listingOf = ({ ids, single }: IndexView, n: number) =>
  ({ kind: hasBit(single, n) ? 'product' : 'group', id: ids.idOf(n) }) as const
