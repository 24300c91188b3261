/** The queries of the pages, each with its cache key. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { tokenHeader } from '../orders/order_token.ts'
import { type Chosen, choiceParams } from '../shop/variant_choice.ts'
import { pollEvery } from './refetch.ts'
import { dataOf, shop } from './shop.ts'

const ORDERS_PAGE_SIZE = 20
/** How often a visible product is fetched; its ETag makes an unchanged answer a few bytes. */
const LIVE_MS = 3_000

/** The currency of all prices, for a form without a product. */
export const currencyQuery = () =>
  queryOptions({
    queryKey: ['products', 'currency'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => dataOf(shop.products.GET('/products/currency', { signal })),
  })

export const productQuery = (id: string) =>
  queryOptions({
    queryKey: ['products', 'one', id],
    queryFn: ({ signal }) =>
      dataOf(shop.products.GET('/products/{id}', { params: { path: { id } }, cache: 'no-cache', signal })),
  })

/** Products by their ids, with one request; those that are no longer sold are missing. */
export const productsQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['products', 'some', ids],
    queryFn: async ({ signal }) => {
      const query = { ids: ids.join() }
      const { items } = await dataOf(shop.products.GET('/products', { params: { query }, signal }))
      return new Map(items.map((product) => [product.id, product]))
    },
  })

/** What has this slug, or had it before. */
export const slugQuery = (slug: string) =>
  queryOptions({
    queryKey: ['products', 'slug', slug],
    queryFn: ({ signal }) =>
      dataOf(shop.products.GET('/slugs/{slug}', { params: { path: { slug } }, signal })),
  })

export const groupQuery = (id: string) =>
  queryOptions({
    queryKey: ['products', 'group', id],
    queryFn: ({ signal }) =>
      dataOf(shop.products.GET('/groups/{id}', { params: { path: { id } }, cache: 'no-cache', signal })),
  })

/** What can be chosen beside `chosen`, and the variant if a value of each option is; polled while the page is visible. */
export const liveChoicesQuery = (id: string, chosen: Chosen) =>
  queryOptions({
    queryKey: ['products', 'choices', id, chosen],
    placeholderData: keepPreviousData,
    refetchInterval: pollEvery(LIVE_MS),
    staleTime: 0,
    queryFn: ({ signal }) => {
      const params = { path: { id }, query: choiceParams(chosen) }
      return dataOf(shop.products.GET('/groups/{id}/choices', { params, cache: 'no-cache', signal }))
    },
  })

/** Polled while the page is visible. */
export const liveProductQuery = (id: string) => ({
  ...productQuery(id),
  refetchInterval: pollEvery(LIVE_MS),
  staleTime: 0,
})

export const myOrdersQuery = (userId: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['mine', 'orders', 'list', userId, cursor],
    placeholderData: keepPreviousData,
    staleTime: 0,
    queryFn: ({ signal }) =>
      dataOf(
        shop.orders.GET('/orders/user/{user_id}', {
          params: {
            path: { user_id: userId },
            query: { limit: ORDERS_PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) },
          },
          signal,
        }),
      ),
  })

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['mine', 'orders', 'one', id],
    queryFn: ({ signal }) =>
      dataOf(shop.orders.GET('/orders/{id}', { params: { path: { id } }, ...tokenHeader(id), signal })),
  })

/** The settings of the shop with its legal texts. The other pages have theirs from settings/current.ts. */
export const shopQuery = () =>
  queryOptions({
    queryKey: ['shop'],
    queryFn: ({ signal }) => dataOf(shop.products.GET('/shop', { cache: 'no-cache', signal })),
  })
