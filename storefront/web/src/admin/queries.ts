/** The queries of the admin pages. Their keys begin with 'admin', so that they are removed when another user signs in. */
import type { paths as AuthPaths } from '@shop/client/generated/auth_service'
import { LIMITS } from '@shop/client/generated/limits'
import type { paths as OrderPaths } from '@shop/client/generated/order_service'
import type { paths as ProductPaths } from '@shop/client/generated/product_service'
import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query'
import { newer } from '../api/newer.ts'
import { pollEvery } from '../api/refetch.ts'
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import type { Json, OrderStatus, Product } from '../api/types.ts'
import { pagesOf } from './pages_of.ts'

type Item<Page> = Page extends { items: (infer One)[] } ? One : never

export type Account = Item<Json<AuthPaths['/users']['get']['responses'][200]>>
export type Movement = Item<Json<ProductPaths['/products/{id}/stock_movements']['get']['responses'][200]>>

const BOARD_PAGE_SIZE = 20
const LEDGER_PAGE_SIZE = 50
const PEOPLE_PAGE_SIZE = 50
const LOG_PAGE_SIZE = 50
/** How often visible boards and tables are fetched. */
export const LIVE_MS = 5_000
const NAMES_PAGES_MAX = 3
const PAGE_MAX = LIMITS['GET /orders'].limit.maximum

const after = (cursor: string | null | undefined) => (cursor ? { cursor } : {})

type Paged = { next_cursor: string | null }
const paging = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: Paged) => page.next_cursor,
}

export const boardQuery = (status: OrderStatus) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'orders', 'board', status],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.orders.GET('/orders', {
          params: {
            query: { status, limit: pageParam === null ? BOARD_PAGE_SIZE : PAGE_MAX, ...after(pageParam) },
          },
          signal,
        }),
      ),
    ...paging,
    staleTime: 0,
    refetchInterval: pollEvery(LIVE_MS),
  })

/** One product, also a draft. */
export const anyProductQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'products', 'one', id],
    queryFn: ({ signal }) =>
      dataOf(shop.products.GET('/products/any/{id}', { params: { path: { id } }, signal })),
  })

export const ledgerQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'ledger', id],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.products.GET('/products/{id}/stock_movements', {
          params: { path: { id }, query: { limit: LEDGER_PAGE_SIZE, ...after(pageParam) } },
          signal,
        }),
      ),
    ...paging,
    staleTime: 0,
  })

/** The parts of the audit log, each of one service. */
export const LOG_PARTS = ['accounts', 'products', 'orders'] as const
export type LogPart = (typeof LOG_PARTS)[number]
type LogPage = Json<OrderPaths['/audit/orders']['get']['responses'][200]>
export type LogEntry = Item<LogPage>

/** The services take one filter at a time: each has its own index. */
export type LogFilter = { readonly action?: string; readonly by?: string; readonly subject?: string }

export const logQuery = (part: LogPart, filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'log', part, filter],
    queryFn: ({ signal, pageParam }): Promise<LogPage> => {
      const query = { limit: LOG_PAGE_SIZE, ...after(pageParam), ...(filter as object) }
      const options = { params: { query }, signal }
      switch (part) {
        case 'accounts':
          return dataOf(shop.auth.GET('/audit/accounts', options))
        case 'products':
          return dataOf(shop.products.GET('/audit/products', options))
        case 'orders':
          return dataOf(shop.orders.GET('/audit/orders', options))
      }
    },
    ...paging,
    staleTime: 0,
  })

export const peopleQuery = infiniteQueryOptions({
  queryKey: ['admin', 'people'],
  queryFn: ({ signal, pageParam }) =>
    dataOf(
      shop.auth.GET('/users', {
        params: { query: { limit: PEOPLE_PAGE_SIZE, ...after(pageParam) } },
        signal,
      }),
    ),
  ...paging,
})

/** Account names by id, from the first few pages. Other accounts are shown by a part of their id. */
export const namesQuery = queryOptions({
  queryKey: ['admin', 'names'],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    const { items } = await pagesOf(NAMES_PAGES_MAX, (cursor) =>
      dataOf(
        shop.auth.GET('/users', {
          params: { query: { limit: PAGE_MAX, ...after(cursor) } },
          cache: 'no-cache',
          signal,
        }),
      ),
    )
    return Object.fromEntries(items.map(({ id, username }) => [id, username]))
  },
})

/** Updates the product in every cached list and page that does not have a newer version. */
export function cacheProduct(queries: QueryClient, product: Product) {
  queries.setQueryData(anyProductQuery(product.id).queryKey, (known) => newer(known, product))
  queries.setQueryData(
    ['products', 'one', product.id],
    (known: Product | undefined) => known && newer(known, product),
  )
  queries.setQueriesData<{ items: Product[]; next_cursor: string | null }>(
    { queryKey: ['products', 'list'] },
    (page) =>
      page && {
        ...page,
        items: page.items.map((one) => (one.id === product.id ? newer(one, product) : one)),
      },
  )
}

/** The current product in the problem of a version conflict. */
export function currentOf(error: unknown): Product | undefined {
  return error instanceof ShopProblem && error.code === 'version_conflict'
    ? (error.document?.current as Product | undefined)
    : undefined
}
