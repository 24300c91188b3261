/** What pages ask the services for, each with the name under which the answer is kept. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { CatalogueView } from '../shop/view_address.ts'
import { pollEvery } from './refetch.ts'
import { dataOf, shop } from './shop.ts'

/** Divides by 2, 3 and 4: no grid ends in a ragged row. */
export const CATALOGUE_PAGE_SIZE = 24
const ORDERS_PAGE_SIZE = 20
/** How often a product in view is asked for; its ETag makes an unchanged answer a few bytes. */
const LIVE_MS = 3_000

/** With what it was asked for, as the answer of another search may still be shown while this one is on its way. */
export const catalogueQuery = ({ q, sort, inStock, cursor }: CatalogueView) =>
  queryOptions({
    queryKey: ['products', 'list', { q, sort, inStock, cursor }],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = {
        limit: CATALOGUE_PAGE_SIZE,
        ...(q === '' ? {} : { q }),
        ...(sort === undefined ? {} : { sort }),
        ...(inStock ? { in_stock: true } : {}),
        ...(cursor === undefined ? {} : { cursor }),
      }
      const page = await dataOf(
        shop.products.GET('/products', { params: { query }, cache: 'no-cache', signal }),
      )
      return { ...page, q }
    },
  })

/** The money all prices are in, for a price that is not written yet. */
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

/** As above, asked again and again while the page is in view. */
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
    queryFn: ({ signal }) => dataOf(shop.orders.GET('/orders/{id}', { params: { path: { id } }, signal })),
  })
