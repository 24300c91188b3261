import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { orderQuery } from '../api/queries.ts'
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { toast } from '../ui/toast.ts'
import { CANCEL, isFinal } from './status.ts'

/** Asks whether it is meant, and cancels. */
export function CancelOrder({ order }: { order: Order }) {
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const { key, keep } = { key: orderQuery(order.id).queryKey, keep: () => setAsking(false) }
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      dataOf(
        shop.orders.PUT('/orders/{id}', {
          params: { path: { id: order.id } },
          body: { status: CANCEL },
        }),
      ),
    onSuccess: (next) => {
      queries.setQueryData(key, (known) => (known && known.version > next.version ? known : next))
      toast({
        title: isFinal(next.status) ? 'Your order is cancelled' : 'Your order is being cancelled',
      })
    },
    onError: async (error) => {
      await queries.invalidateQueries({ queryKey: key })
      toast({
        tone: 'bad',
        title: 'It could not be cancelled',
        description:
          error instanceof ShopProblem && error.code === 'illegal_transition'
            ? 'It has gone on meanwhile; see where it stands now.'
            : 'Please try again in a moment.',
      })
    },
    onSettled: keep,
  })
  return (
    <>
      <Button tone="danger" onClick={() => setAsking(true)}>
        Cancel this order
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel this order?"
        confirm="Cancel the order"
        keep="Keep it"
        busy={isPending}
        onConfirm={() => mutate()}
      >
        What was held for you goes back on the shelf at once, and someone else may buy it.
      </ConfirmDialog>
    </>
  )
}
