import type { paths } from '@shop/client/generated/order_service'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, shop } from '../../api/shop.ts'
import type { Json } from '../../api/types.ts'
import { LIVE_MS } from '../queries.ts'

type ReturnsPage = Json<paths['/returns']['get']['responses'][200]>
type WithdrawalsPage = Json<paths['/withdrawals']['get']['responses'][200]>
export type OrderReturns = ReturnsPage['items'][number]
export type Withdrawal = WithdrawalsPage['items'][number]

const PAGE_SIZE = 30
export const RETURN_STATES = ['requested', 'accepted', 'received', 'refused'] as const
export type ReturnState = (typeof RETURN_STATES)[number]
export const WITHDRAWAL_STATES = ['open', 'received', 'done'] as const
export type WithdrawalState = (typeof WITHDRAWAL_STATES)[number]

const after = (cursor: string | null) => (cursor ? { cursor } : {})
const paging = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor,
  refetchInterval: pollEvery(LIVE_MS),
}

export const returnsQuery = (state: ReturnState) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'returns', state],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.orders.GET('/returns', {
          params: { query: { state, limit: PAGE_SIZE, ...after(pageParam) } },
          signal,
        }),
      ),
    ...paging,
  })

export const withdrawalsQuery = (state: WithdrawalState) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'withdrawals', state],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.orders.GET('/withdrawals', {
          params: { query: { state, limit: PAGE_SIZE, ...after(pageParam) } },
          signal,
        }),
      ),
    ...paging,
  })
