/**
 * What a shop shows in lists: each product without a group, and each group of variants. They can be filtered, counted and
 * sorted. Filters hold for one and the same variant: a red shirt in stock is a variant that is red and in stock.
 */
import type { Page, PageKey } from './page.ts'
import type { SearchSort } from './sorts.ts'

/** Counts are exact up to here. */
export const COUNT_MAX = 10_000
/** Facets of an answer: those that most of the found listings have. */
export const FACETS_MAX = 20
/** Values of a facet in an answer: the most frequent ones, and those that were chosen. */
export const FACET_VALUES_MAX = 50
/** Values that one query may choose. */
export const CHOICES_MAX = 30

export type ListingFilter = {
  /** Made by queryWords (search.ts). */
  readonly words: readonly string[]
  /** Its listings and those of the categories below it. */
  readonly category: string | undefined
  readonly inStock: boolean
  readonly priceMinMinor: number | undefined
  readonly priceMaxMinor: number | undefined
  /** Values as `Name:value`. Those of one name are alternatives; each name must have one. */
  readonly choices: readonly string[]
}

/** `after` is the key of the sort (pages.ts); for relevance [rank, id]. */
export type ListingQuery = ListingFilter & {
  readonly sort: SearchSort
  readonly after: PageKey | undefined
  readonly limit: number
}

/** With `more` there are more than COUNT_MAX, or words were not followed to their end (lowerBoundsOf), and there may be more. */
export type Count = { readonly count: number; readonly more: boolean }

export type Listing = { readonly kind: 'product' | 'group'; readonly id: string }
/** With `behind` the answer may change without a new revision of the catalogue. */
type Behind = { readonly behind?: boolean }
export type ListingPage = Page<Listing> & { readonly total: Count } & Behind

export type FacetValue = Count & { readonly value: string }

/** Numbers of listings. Those of a facet, of the categories, of stock and of prices disregard what was chosen of the same kind. */
export type Facets = {
  readonly total: Count
  /** Each with those below it; only categories that have any. */
  readonly categories: readonly (Count & { readonly id: string })[]
  readonly facets: readonly { readonly name: string; readonly values: readonly FacetValue[] }[]
  readonly inStock: Count
  /** Undefined if nothing is found. */
  readonly prices: { readonly minMinor: number; readonly maxMinor: number } | undefined
} & Behind

export type Listings = {
  /** Both fail with `store_unavailable` until the catalogue has been read into memory. */
  list(query: ListingQuery): Promise<ListingPage>
  facets(filter: ListingFilter): Promise<Facets>
}

const lowerBound = <C extends Count>(count: C): C => ({ ...count, more: true })
/** A page or counts of some of what the words match: the newest. Nothing that is counted is the whole number. */
export const lowerBoundsOf = {
  page: (page: ListingPage): ListingPage => ({ ...page, total: lowerBound(page.total) }),
  facets: (facets: Facets): Facets => ({
    ...facets,
    total: lowerBound(facets.total),
    categories: facets.categories.map(lowerBound),
    facets: facets.facets.map(({ name, values }) => ({ name, values: values.map(lowerBound) })),
    inStock: lowerBound(facets.inStock),
  }),
}

export const countOf = (number: number): Count => ({
  count: Math.min(number, COUNT_MAX),
  more: number > COUNT_MAX,
})
