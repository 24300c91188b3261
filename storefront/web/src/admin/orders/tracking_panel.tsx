/** How the parcel is followed, and correcting it, also when it was not said when it left. */
import { useState } from 'react'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { isOnItsWay } from '../../orders/status.ts'
import { TrackingList } from '../../orders/tracking_part.tsx'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../parts.tsx'
import { TrackingDialog } from './tracking_dialog.tsx'

const TITLES = { succeeded: () => admin.tracking.saved, failed: () => admin.tracking.notSaved }

export function TrackingPanel({ order }: { order: Order }) {
  const [open, setOpen] = useState(false)
  const { tracking } = order
  const mayChange = isOnItsWay(order)
  if (!tracking && !mayChange) return null
  return (
    <Panel
      title={admin.tracking.title}
      aside={
        mayChange && (
          <Button size="sm" onClick={() => setOpen(true)}>
            {tracking ? admin.tracking.correct.open : admin.tracking.add.open}
          </Button>
        )
      }
    >
      {tracking ? (
        <TrackingList tracking={tracking} texts={admin.tracking} />
      ) : (
        <p className="text-soft">{admin.tracking.none}</p>
      )}
      <TrackingDialog
        order={order}
        open={open}
        close={() => setOpen(false)}
        texts={tracking ? admin.tracking.correct : admin.tracking.add}
        titles={TITLES}
        correcting
      />
    </Panel>
  )
}
