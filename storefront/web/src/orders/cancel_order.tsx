import { useState } from 'react'
import type { Order } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { CANCEL, isFinal } from './status.ts'
import { useSetStatus } from './use_set_status.ts'

const TITLES = {
  succeeded: ({ status }: Order) => (isFinal(status) ? t.order.isCancelled : t.order.isCancelling),
  failed: () => t.order.notCancelled,
}

/** Cancels the order after a confirmation. */
export function CancelOrder({ order }: { order: Order }) {
  const [asking, setAsking] = useState(false)
  const { mutate, isPending } = useSetStatus(TITLES)
  const cancel = () => mutate({ order, to: CANCEL }, { onSettled: () => setAsking(false) })
  return (
    <>
      <Button tone="danger" onClick={() => setAsking(true)}>
        {t.order.cancel}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t.order.cancelAsk}
        confirm={t.order.cancelYes}
        keep={t.order.cancelNo}
        busy={isPending}
        onConfirm={cancel}
      >
        {t.order.cancelMore}
      </ConfirmDialog>
    </>
  )
}
