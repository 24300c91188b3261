/** Asks for a return: units of lines, and a reason. A buyer asks; what an admin records is accepted. */
import { newKey } from '@shop/client/attempt_keys'
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { dataOf, shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { buying } from '../language/buying_texts.ts'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextArea } from '../ui/field.tsx'
import { lengthFault } from '../ui/limits.ts'
import { ProblemNotice } from '../ui/notice.tsx'
import { toast } from '../ui/toast.ts'
import { tokenHeader } from './order_token.ts'
import { ReturnUnits } from './return_units.tsx'
import type { ReturnLine } from './returns_query.ts'

const REASON = LIMITS['POST /orders/{id}/returns'].reason

type Props = {
  order: Order
  returnable: readonly ReturnLine[]
  texts: { title: string; more: string; send: string; done: string }
  close: () => void
  refetch: () => unknown
}

export function ReturnDialog({ open, ...props }: Props & { open: boolean }) {
  const { texts, close } = props
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={texts.title}
      description={texts.more}
    >
      <ReturnForm {...props} />
    </Dialog>
  )
}

function ReturnForm({ order, returnable, texts, close, refetch }: Props) {
  const [units, setUnits] = useState<ReadonlyMap<string, number>>(new Map())
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<{ units?: string; reason?: string }>({})
  /** The same wish has the same key until its outcome is known. */
  const attempt = useRef({ wish: '', key: '' })
  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: { lines: { product_id: string; quantity: number }[]; reason?: string }) => {
      const wish = JSON.stringify(body)
      if (attempt.current.wish !== wish) attempt.current = { wish, key: newKey() }
      return dataOf(
        shop.orders.POST('/orders/{id}/returns', {
          params: { path: { id: order.id }, header: { 'idempotency-key': attempt.current.key } },
          ...tokenHeader(order.id),
          body,
        }),
      )
    },
    onSuccess() {
      toast({ title: texts.done })
      close()
    },
    onSettled: () => refetch(),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const said = reason.trim()
    const wordy = said === '' ? undefined : lengthFault(said, REASON)
    setFaults({
      ...(units.size === 0 && { units: buying.returns.nothing }),
      ...(wordy !== undefined && { reason: wordy }),
    })
    if (units.size === 0 || wordy !== undefined) return
    const lines = [...units].map(([product_id, quantity]) => ({ product_id, quantity }))
    mutate({ lines, ...(said === '' ? {} : { reason: said }) })
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error && <ProblemNotice error={error} title={buying.returns.failed} />}
      <ReturnUnits
        lines={returnable}
        nameOf={(id) => order.lines.find(({ product_id }) => product_id === id)?.name ?? t.common.product}
        {...{ units, setUnits }}
        fault={faults.units}
      />
      <TextArea
        label={buying.returns.reason}
        autoComplete="off"
        value={reason}
        error={faults.reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{buying.returns.keep}</Button>
        <Button type="submit" tone="primary" busy={isPending}>
          {texts.send}
        </Button>
      </div>
    </form>
  )
}
