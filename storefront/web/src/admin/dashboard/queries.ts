/** The queries of the overview. None reads more than a page. */
import { LIMITS } from '@shop/client/generated/limits'
import type { paths as ProductPaths } from '@shop/client/generated/product_service'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, shop } from '../../api/shop.ts'
import { FIRST_COLUMN } from '../../orders/status.ts'
import { LOW_STOCK } from '../../shop/low_stock.ts'
import type { Range } from './ranges.ts'

/** Slower for a month, which costs more. */
const POLL_MS = { hour: 20_000, day: 120_000 } as const
const WAITING_POLL_MS = 30_000
const PRODUCTS_POLL_MS = 60_000
const PRODUCTS_MAX = LIMITS['GET /products/any'].limit.maximum
/** What waits is counted up to here. */
const WAITING_MAX = LIMITS['GET /orders'].limit.maximum

export const overviewQuery = ({ from, to, slot }: Range) =>
  queryOptions({
    queryKey: ['admin', 'overview', from.toISOString(), to.toISOString()],
    refetchInterval: pollEvery(POLL_MS[slot]),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { from: from.toISOString(), to: to.toISOString(), slot }
      const overview = await dataOf(shop.orders.GET('/orders/overview', { params: { query }, signal }))
      return { ...overview, from, to, slot }
    },
  })

/** How many orders wait to be shipped, whenever they were placed. */
export const toShipQuery = queryOptions({
  queryKey: ['admin', 'overview', 'to ship'],
  refetchInterval: pollEvery(WAITING_POLL_MS),
  queryFn: async ({ signal }) => {
    const query = { status: FIRST_COLUMN, limit: WAITING_MAX }
    const page = await dataOf(shop.orders.GET('/orders', { params: { query }, signal }))
    return { count: page.items.length, more: page.next_cursor !== null }
  },
})

type AnyQuery = NonNullable<ProductPaths['/products/any']['get']['parameters']['query']>
const anyProducts = (name: string, query: AnyQuery) =>
  queryOptions({
    queryKey: ['admin', 'overview', name],
    refetchInterval: pollEvery(PRODUCTS_POLL_MS),
    queryFn: ({ signal }) =>
      dataOf(
        shop.products.GET('/products/any', { params: { query: { limit: PRODUCTS_MAX, ...query } }, signal }),
      ),
  })

/** On sale, and sold out or nearly. */
export const lowStockQuery = anyProducts('low', { status: 'published', stock_max: LOW_STOCK })
export const draftsQuery = anyProducts('drafts', { status: 'draft' })
