/** Asks for the carrier and the number of a parcel: when an order is shipped both may be missing, and later they are corrected. */
import { type FormEvent, useState } from 'react'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { SHIP, type TargetStatus } from '../../orders/status.ts'
import { useSetStatus } from '../../orders/use_set_status.ts'
import { browserStorage } from '../../storage.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { keepCarrier, lastCarrier, type TrackingFaults, trackingTyped } from './tracking_typed.ts'

type Props = {
  order: Order
  open: boolean
  close: () => void
  texts: typeof admin.tracking.ship
  titles: { succeeded: (order: Order) => string; failed: (to: TargetStatus) => string }
  /** It has left already. */
  correcting?: boolean
}

export function TrackingDialog({ open, close, texts, ...props }: Props) {
  return (
    <Dialog open={open} onOpenChange={(opened) => !opened && close()} title={texts.title}>
      {open && <TrackingForm {...props} close={close} texts={texts} />}
    </Dialog>
  )
}

function TrackingForm({ order, close, texts, titles, correcting = false }: Omit<Props, 'open'>) {
  const { mutateAsync, isPending } = useSetStatus(titles)
  const [faults, setFaults] = useState<TrackingFaults>({})
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const typed = trackingTyped(String(fields.get('carrier')), String(fields.get('number')), correcting)
    setFaults(typed.faults)
    if (typed.faults.carrier !== undefined || typed.faults.number !== undefined) return
    const { tracking } = typed
    if (tracking?.carrier !== undefined) keepCarrier(browserStorage, tracking.carrier)
    // Also when this form is gone by then: an order that is being captured has no actions. A failure is said by useSetStatus.
    void mutateAsync({ order, to: SHIP, ...(tracking && { tracking }) }).then(close, () => {})
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      <p className="text-soft">{texts.more}</p>
      <TextField
        label={admin.tracking.carrier}
        name="carrier"
        autoComplete="off"
        defaultValue={order.tracking ? (order.tracking.carrier ?? '') : lastCarrier(browserStorage)}
        error={faults.carrier}
      />
      <TextField
        label={admin.tracking.number}
        name="number"
        autoComplete="off"
        spellCheck={false}
        defaultValue={order.tracking?.number ?? ''}
        error={faults.number}
      />
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{admin.tracking.notYet}</Button>
        <Button type="submit" tone="primary" busy={isPending}>
          {texts.confirm}
        </Button>
      </div>
    </form>
  )
}
