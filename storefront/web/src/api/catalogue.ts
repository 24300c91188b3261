/**
 * The queries of the catalogue. When a big shop has just started, and beside a product_service of the release before, there
 * are no filters: the pages then list the products as they are, and say that they are not filtered.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Listing, listingOf } from '../shop/listing.ts'
import type { Total } from '../shop/totals.ts'
import { type CatalogueView, filtersOf, isFiltered, LISTINGS_PAGE_SIZE } from '../shop/view_address.ts'
import { dataOf, ShopProblem, shop } from './shop.ts'
import type { Category } from './types.ts'

/** Categories and counts change seldom. */
const SLOW_MS = 60_000
/** One more than a row, because the product itself may be among them. */
const RELATED = 5
const NONE = { items: [] }

type ListingsAnswer = {
  readonly items: readonly Listing[]
  readonly next_cursor: string | null
  readonly total?: Total
  readonly searched_for?: string
}
export type Facets = {
  readonly total: Total
  readonly categories: readonly ({ readonly id: string } & Total)[]
  readonly facets: readonly {
    readonly name: string
    readonly values: readonly ({ readonly value: string } & Total)[]
  }[]
  readonly in_stock: Total
  readonly prices: { readonly min: string | null; readonly max: string | null } | null
}

type Get = (
  path: string,
  init: { params?: object; cache?: RequestCache; signal?: AbortSignal },
) => ReturnType<typeof shop.products.GET>
const get = shop.products.GET as unknown as Get
async function read<Answer>(path: string, query: object, signal: AbortSignal): Promise<Answer> {
  return (await dataOf(get(path, { params: { query }, cache: 'no-cache', signal }))) as Answer
}

const isAbsent = (error: unknown) => error instanceof ShopProblem && error.status === 404
/** It has only just started, or it is of the release before. */
const isNotYet = (error: unknown) =>
  error instanceof ShopProblem && (error.status === 404 || error.code === 'store_unavailable')
/** A cursor of the list without filters, from before they were there. */
const isOfOtherList = (error: unknown) => error instanceof ShopProblem && error.code === 'malformed_cursor'

/** All categories, in the order of their tree; none where there is no such list. */
export const categoriesQuery = () =>
  queryOptions({
    queryKey: ['products', 'categories'],
    staleTime: SLOW_MS,
    queryFn: async ({ signal }) => {
      try {
        return (await dataOf(shop.products.GET('/categories', { cache: 'no-cache', signal })))
          .items as readonly Category[]
      } catch (error) {
        if (isAbsent(error)) return []
        throw error
      }
    },
  })

/** `category` is an id. The result contains its `q`, because that of another search may be shown while this one loads. */
export const listingsQuery = (view: CatalogueView, category?: string) =>
  queryOptions({
    queryKey: ['products', 'listings', view, category],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { q, sort, cursor } = view
      const query = {
        limit: LISTINGS_PAGE_SIZE,
        ...(q === '' ? {} : { q }),
        ...(sort === undefined ? {} : { sort }),
        ...(cursor === undefined ? {} : { cursor }),
      }
      try {
        const filters = { ...filtersOf(view), ...(category === undefined ? {} : { category }) }
        const page = await read<ListingsAnswer>('/catalogue', { ...query, ...filters }, signal)
        return { ...page, q, unfiltered: false }
      } catch (error) {
        if (!isNotYet(error) && !(cursor !== undefined && isOfOtherList(error))) throw error
      }
      const plain = { ...query, ...(view.inStock ? { in_stock: true } : {}) }
      const { items, ...rest } = await dataOf(
        shop.products.GET('/products', { params: { query: plain }, cache: 'no-cache', signal }),
      )
      const answer: ListingsAnswer = { items: items.map(listingOf), ...rest }
      return { ...answer, q, unfiltered: category !== undefined || isFiltered(view) }
    },
  })

/** What the list can be filtered by, with counts; null where there are no filters. */
export const facetsQuery = (view: CatalogueView, category?: string) =>
  queryOptions({
    queryKey: ['products', 'facets', view.q, filtersOf(view), category],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = {
        ...(view.q === '' ? {} : { q: view.q }),
        ...filtersOf(view),
        ...(category === undefined ? {} : { category }),
      }
      try {
        return await read<Facets>('/catalogue/facets', query, signal)
      } catch (error) {
        if (isNotYet(error)) return null
        throw error
      }
    },
  })

/** Some of the newest of a category; of the whole shop where there is none, or no filters. */
export const relatedQuery = (category: string | undefined) =>
  queryOptions({
    queryKey: ['products', 'related', category],
    staleTime: SLOW_MS,
    queryFn: async ({ signal }) => {
      const list = (query: object) => read<ListingsAnswer>('/catalogue', { limit: RELATED, ...query }, signal)
      try {
        const { items } = category === undefined ? NONE : await list({ category })
        if (items.length > 1) return { items, ofCategory: true }
        return { items: (await list({})).items, ofCategory: false }
      } catch (error) {
        if (!isNotYet(error)) throw error
      }
      const query = { limit: LISTINGS_PAGE_SIZE }
      const { items } = await dataOf(shop.products.GET('/products', { params: { query }, signal }))
      // Variants alone say little.
      const products = items.filter(({ group_id }) => group_id === null)
      return { items: products.slice(0, RELATED).map(listingOf), ofCategory: false }
    },
  })
