/**
 * The queries of the catalogue. When a big shop has just started, and beside a product_service of the release before, there
 * are no filters: the pages then list the products as they are, and say that they are not filtered.
 */
import type { paths } from '@shop/client/generated/product_service'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { listingOf, mediaOf } from '../shop/listing.ts'
import { type CatalogueView, filtersOf, isFiltered, LISTINGS_PAGE_SIZE } from '../shop/view_address.ts'
import { dataOf, ShopProblem, shop } from './shop.ts'
import type { Category, ListingsPage, Media } from './types.ts'

/** Categories and counts change seldom. */
const SLOW_MS = 60_000
/** One more than a row, because the product itself may be among them. */
const RELATED = 5
/** So many of the newest are asked for a picture of their category. */
const PICTURED = 8
const NONE = { items: [] }

/** Without filters there is no total. */
type ListingsAnswer = Omit<ListingsPage, 'total'> & Partial<Pick<ListingsPage, 'total'>>
type Query = NonNullable<paths['/catalogue']['get']['parameters']['query']>
const readListings = (query: Query, signal: AbortSignal): Promise<ListingsPage> =>
  dataOf(shop.products.GET('/catalogue', { params: { query }, cache: 'no-cache', signal }))

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
        const page: ListingsAnswer = await readListings({ ...query, ...filters }, signal)
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
        return await dataOf(
          shop.products.GET('/catalogue/facets', { params: { query }, cache: 'no-cache', signal }),
        )
      } catch (error) {
        if (isNotYet(error)) return null
        throw error
      }
    },
  })

/** The first picture of the newest products of a category; null while there is none, or no filters. */
export const categoryPictureQuery = (category: string) =>
  queryOptions({
    queryKey: ['products', 'picture', category],
    staleTime: SLOW_MS,
    queryFn: async ({ signal }): Promise<Media | null> => {
      try {
        const { items } = await readListings({ category, limit: PICTURED }, signal)
        return items.flatMap(mediaOf)[0] ?? null
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
      const list = (query: Query) => readListings({ limit: RELATED, ...query }, signal)
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
