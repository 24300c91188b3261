/** The queries of the overview. None reads more than a page. */
import { LIMITS } from '@shop/client/generated/limits'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, shop } from '../../api/shop.ts'
import { TO_SHIP } from '../../orders/status.ts'
import type { Range } from './ranges.ts'

/** Slower for a month, which costs more. */
const POLL_MS = { hour: 20_000, day: 120_000 } as const
const WAITING_POLL_MS = 30_000
/** What waits is counted up to here. */
export const WAITING_MAX = LIMITS['GET /orders'].limit.maximum

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
    const query = { status: TO_SHIP, limit: WAITING_MAX }
    const page = await dataOf(shop.orders.GET('/orders', { params: { query }, signal }))
    return { count: page.items.length, more: page.next_cursor !== null }
  },
})
