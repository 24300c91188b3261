/**
 * Changes the status of one order. Setting the status that an order already has changes nothing, so after a lost answer
 * the same request is sent again.
 */

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { newer } from '../api/newer.ts'
import { orderQuery } from '../api/queries.ts'
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { explain } from '../ui/notice.tsx'
import { toast } from '../ui/toast.ts'
import { tokenHeader } from './order_token.ts'
import type { TargetStatus } from './status.ts'

export type Tracking = { readonly carrier?: string; readonly number: string }

export const setOrderStatus = (id: string, status: TargetStatus, tracking?: Tracking): Promise<Order> =>
  dataOf(
    shop.orders.PUT('/orders/{id}', {
      params: { path: { id } },
      body: { status, ...(tracking === undefined ? {} : { tracking }) },
      ...tokenHeader(id),
    }),
  )

/** Titles of the messages. */
type Titles = {
  readonly succeeded: (order: Order) => string
  readonly failed: (status: TargetStatus) => string
}

export function useSetStatus({ succeeded, failed }: Titles) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ order, to, tracking }: { order: Order; to: TargetStatus; tracking?: Tracking }) =>
      setOrderStatus(order.id, to, tracking),
    onSuccess: (order) => {
      queries.setQueryData(orderQuery(order.id).queryKey, (known) => newer(known, order))
      toast({ title: succeeded(order) })
    },
    onError: (error, { to }) =>
      toast({ tone: 'bad', title: failed(to), description: explainStatusError(error) }),
    onSettled: (_order, _error, { order }) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['admin', 'orders'] }),
        queries.invalidateQueries({ queryKey: orderQuery(order.id).queryKey }),
      ]),
  })
}

export const explainStatusError = (error: unknown): string =>
  error instanceof ShopProblem && error.code === 'illegal_transition' ? t.order.hasMoved : explain(error)
