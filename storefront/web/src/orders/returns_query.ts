/** The returns of an order, and what may still be returned. */
import type { paths } from '@shop/client/generated/order_service'
import { queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../api/refetch.ts'
import { dataOf, shop } from '../api/shop.ts'
import type { Json, Order } from '../api/types.ts'
import { tokenHeader } from './order_token.ts'
import { canComeBack } from './status.ts'

export type Returns = Json<paths['/orders/{id}/returns']['get']['responses'][200]>
export type Return = Returns['items'][number]
export type ReturnLine = { readonly product_id: string; readonly quantity: number }

const POLL_MS = 5_000

export const returnsOfOrderQuery = (order: Order) =>
  queryOptions({
    queryKey: ['mine', 'returns', order.id],
    enabled: canComeBack(order),
    staleTime: 0,
    refetchInterval: pollEvery(POLL_MS),
    queryFn: ({ signal }): Promise<Returns> =>
      dataOf(
        shop.orders.GET('/orders/{id}/returns', {
          params: { path: { id: order.id } },
          ...tokenHeader(order.id),
          signal,
        }),
      ),
  })
