/** Moving one order on. Asking again for a status it already has changes nothing, so a lost answer is simply asked again. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { orderQuery } from '../../api/queries.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Order } from '../../api/types.ts'
import { STATUS, type TargetStatus } from '../../orders/status.ts'
import { explain } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'

export const setOrderStatus = (id: string, status: TargetStatus): Promise<Order> =>
  dataOf(shop.orders.PUT('/orders/{id}', { params: { path: { id } }, body: { status } }))

export function useSetStatus() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ order, to }: { order: Order; to: TargetStatus }) => setOrderStatus(order.id, to),
    onSuccess: (order) => {
      queries.setQueryData(orderQuery(order.id).queryKey, order)
      toast({ title: `${STATUS[order.status].label}: order …${order.id.slice(-6)}` })
    },
    onError: (error, { to }) =>
      toast({
        tone: 'bad',
        title: `Not ${STATUS[to].label.toLowerCase()}`,
        description: explainStatusError(error),
      }),
    onSettled: (_order, _error, { order }) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['admin', 'orders'] }),
        queries.invalidateQueries({ queryKey: orderQuery(order.id).queryKey }),
      ]),
  })
}

export function explainStatusError(error: unknown): string {
  return error instanceof ShopProblem && error.code === 'illegal_transition'
    ? 'It has gone on meanwhile, and this move is not open to it any more.'
    : explain(error)
}
