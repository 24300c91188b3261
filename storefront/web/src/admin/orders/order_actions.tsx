import { useState } from 'react'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { t } from '../../language/texts.ts'
import { OrderTitle } from '../../orders/order_title.tsx'
import { actionsOf, CANCEL, SHIP, type TargetStatus } from '../../orders/status.ts'
import { useSetStatus } from '../../orders/use_set_status.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { TrackingDialog } from './tracking_dialog.tsx'

const TITLES = {
  succeeded: (order: Order) => admin.board.moved(t.status[order.status].label, `…${order.id.slice(-6)}`),
  failed: (to: TargetStatus) => admin.board.notMoved[to],
}

/** A button for each status that this order may get next. Cancelling asks for confirmation, shipping how the parcel is followed. */
export function OrderActions({ order, size = 'sm' }: { order: Order; size?: 'sm' | 'md' }) {
  const { mutate, isPending, variables } = useSetStatus(TITLES)
  const [asking, setAsking] = useState<TargetStatus>()
  const ask = (to: TargetStatus) => (to === CANCEL || to === SHIP ? setAsking(to) : go(to))
  const end = () => setAsking(undefined)
  const short = `…${order.id.slice(-6)}`
  const go = (to: TargetStatus) => mutate({ order, to })
  const moves = actionsOf(order)
  if (moves.length === 0) return null
  return (
    <div className="flex flex-wrap gap-2">
      {moves.map((to) => (
        <Button
          key={to}
          size={size}
          tone={to === CANCEL ? 'quiet' : size === 'md' ? 'primary' : 'plain'}
          busy={isPending && variables.to === to}
          aria-label={admin.board.action(t.statusActions[to], short)}
          onClick={() => ask(to)}
        >
          {t.statusActions[to]}
        </Button>
      ))}
      <ConfirmDialog
        open={asking === CANCEL}
        onOpenChange={(open) => !open && end()}
        title={admin.board.cancelAsk}
        confirm={admin.board.cancelYes}
        keep={admin.common.keep}
        onConfirm={() => {
          end()
          go(CANCEL)
        }}
      >
        {admin.board.cancelMore(<OrderTitle order={order} />)}
      </ConfirmDialog>
      <TrackingDialog
        order={order}
        open={asking === SHIP && moves.includes(SHIP)}
        close={end}
        texts={admin.tracking.ship}
        titles={TITLES}
      />
    </div>
  )
}
