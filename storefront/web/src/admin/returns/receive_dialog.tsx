/** Records goods of a return that arrived. The same goods have the same key until the outcome is known: they are recorded once. */
import { newKey } from '@shop/client/attempt_keys'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import type { Order } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { paymentQuery } from '../../checkout/checkout_queries.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import type { Return } from '../../orders/returns_query.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, TextField } from '../../ui/field.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'

type Props = {
  order: Order
  each: Return
  nameOf: (productId: string) => string
  /** Something was paid for it that was not given back. */
  hasShipping: boolean
  close: () => void
  refetch: () => unknown
}

export function ReceiveDialog({ open, ...props }: Props & { open: boolean }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && props.close()}
      title={admin.returns.receiveTitle}
      description={admin.returns.receiveMore}
    >
      <ReceiveForm {...props} />
    </Dialog>
  )
}

/** What the return still expects. */
function expectedOf({ lines, receipts }: Return) {
  const came = receipts.flatMap((each) => each.lines)
  return lines.flatMap(({ product_id, quantity }) => {
    const before = came
      .filter((line) => line.product_id === product_id)
      .reduce((sum, line) => sum + line.quantity, 0)
    return quantity > before ? [{ product_id, left: quantity - before }] : []
  })
}

function ReceiveForm({ order, each, nameOf, hasShipping, close, refetch }: Props) {
  const texts = admin.returns
  const expected = expectedOf(each)
  const isPaid = order.checkout?.payment_method != null
  const [units, setUnits] = useState<Readonly<Record<string, number>>>(() =>
    Object.fromEntries(expected.map(({ product_id, left }) => [product_id, left])),
  )
  const [broken, setBroken] = useState<ReadonlySet<string>>(new Set())
  const [refund, setRefund] = useState(isPaid)
  const [shipping, setShipping] = useState(false)
  const [setOff, setSetOff] = useState(true)
  const { data: payment } = useAnswer({ ...paymentQuery(order), enabled: isPaid })
  const before = payment?.refunded_as_amount ?? '0'
  const [fault, setFault] = useState<string>()
  const attempt = useRef({ wish: '', key: '' })
  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: {
      lines: { product_id: string; quantity: number; restock: boolean }[]
      refund: boolean
      refund_shipping: boolean
      set_off: boolean
    }) => {
      const wish = JSON.stringify(body)
      if (attempt.current.wish !== wish) attempt.current = { wish, key: newKey() }
      return dataOf(
        shop.orders.POST('/orders/{id}/returns/{return_id}/receipts', {
          params: {
            path: { id: order.id, return_id: each.id },
            header: { 'idempotency-key': attempt.current.key },
          },
          body,
        }),
      )
    },
    onSuccess() {
      toast({ title: texts.received })
      close()
    },
    onSettled: () => refetch(),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lines = expected.flatMap(({ product_id }) => {
      const quantity = units[product_id] ?? 0
      return quantity > 0 ? [{ product_id, quantity, restock: !broken.has(product_id) }] : []
    })
    setFault(lines.length === 0 ? texts.nothing : undefined)
    if (lines.length > 0) mutate({ lines, refund, refund_shipping: refund && shipping, set_off: setOff })
  }
  const flip = (id: string, isGood: boolean) => {
    const next = new Set(broken)
    if (isGood) next.delete(id)
    else next.add(id)
    setBroken(next)
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error && <ProblemNotice error={error} title={texts.failed} />}
      {expected.map(({ product_id: id, left }) => (
        <div key={id} className="grid gap-1">
          <TextField
            label={nameOf(id)}
            hint={texts.expected(left)}
            type="number"
            inputMode="numeric"
            min={0}
            max={left}
            value={units[id] ?? 0}
            onChange={({ currentTarget }) => {
              const count = Math.min(left, Math.max(0, Math.trunc(Number(currentTarget.value)) || 0))
              setUnits({ ...units, [id]: count })
            }}
          />
          <Checkbox
            label={texts.restock(nameOf(id))}
            checked={!broken.has(id)}
            onChange={({ currentTarget }) => flip(id, currentTarget.checked)}
          />
        </div>
      ))}
      {isPaid && (
        <div className="grid gap-1 border-t border-line pt-3">
          <Checkbox
            label={texts.refund}
            checked={refund}
            onChange={({ currentTarget }) => setRefund(currentTarget.checked)}
          />
          {hasShipping && (
            <Checkbox
              label={texts.refundShipping}
              disabled={!refund}
              checked={refund && shipping}
              onChange={({ currentTarget }) => setShipping(currentTarget.checked)}
            />
          )}
          {payment && Number(before) > 0 && (
            <>
              <Checkbox
                label={texts.setOff(formatAmount(before, payment.currency))}
                disabled={!refund}
                checked={refund && setOff}
                onChange={({ currentTarget }) => setSetOff(currentTarget.checked)}
              />
              <p className="text-sm text-soft">{texts.setOffMore}</p>
            </>
          )}
        </div>
      )}
      {fault && (
        <p role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{texts.notYet}</Button>
        <Button type="submit" tone="primary" busy={isPending}>
          {texts.receive}
        </Button>
      </div>
    </form>
  )
}
