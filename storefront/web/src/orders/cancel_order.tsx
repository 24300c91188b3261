import { useState } from 'react'
import type { Order } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { CANCEL, isFinal } from './status.ts'
import { useSetStatus } from './use_set_status.ts'

const TITLES = {
  succeeded: ({ status }: Order) =>
    isFinal(status) ? 'Your order is cancelled' : 'Your order is being cancelled',
  failed: () => 'Your order could not be cancelled',
}

/** Cancels the order after a confirmation. */
export function CancelOrder({ order }: { order: Order }) {
  const [asking, setAsking] = useState(false)
  const { mutate, isPending } = useSetStatus(TITLES)
  const cancel = () => mutate({ order, to: CANCEL }, { onSettled: () => setAsking(false) })
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
        onConfirm={cancel}
      >
        The items that are held for you are released at once, and someone else may buy them.
      </ConfirmDialog>
    </>
  )
}
