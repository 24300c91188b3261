/**
 * Gives money back, in part or whole. An attempt keeps its Idempotency-Key until the outcome is known, so sending it again after a lost
 * answer never refunds twice.
 */
import { newKey } from '@shop/client/attempt_keys'
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Payment } from '../../checkout/checkout_queries.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { lengthFault } from '../../ui/limits.ts'
import { compareAmounts, digitsOf, isSameAmount } from '../../ui/money_math.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { readPrice } from '../products/field_text.ts'

const REASON = LIMITS['POST /payments/{order_id}/refunds'].reason

type Wish = { readonly amount: string; readonly reason: string }

export function RefundDialog({
  payment,
  open,
  close,
  refetch,
}: {
  payment: Payment
  open: boolean
  close: () => void
  refetch: () => unknown
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={admin.payment.refundTitle}
      description={admin.payment.refundMore(formatAmount(payment.refundable, payment.currency))}
    >
      <RefundForm payment={payment} close={close} refetch={refetch} />
    </Dialog>
  )
}

function RefundForm({
  payment,
  close,
  refetch,
}: {
  payment: Payment
  close: () => void
  refetch: () => unknown
}) {
  const { order_id, currency, refundable } = payment
  const attempt = useRef<Wish & { readonly key: string }>(undefined)
  const [amount, setAmount] = useState(refundable)
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<Partial<Wish>>({})
  const { mutate, isPending, error } = useMutation({
    mutationFn: (wish: Wish) => {
      const known = attempt.current
      const key = known?.amount === wish.amount && known.reason === wish.reason ? known.key : newKey()
      attempt.current = { ...wish, key }
      return dataOf(
        shop.payments.POST('/payments/{order_id}/refunds', {
          params: { path: { order_id }, header: { 'idempotency-key': key } },
          body: wish,
        }),
      )
    },
    onSuccess: (_answer, wish) => {
      toast({ title: admin.payment.refundDone(formatAmount(wish.amount, currency)) })
      close()
    },
    onError: (failure) => {
      if (failure instanceof ShopProblem && !failure.retryable) attempt.current = undefined
    },
    onSettled: () => refetch(),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readPrice(amount.trim(), { currency, currency_digits: digitsOf(refundable) })
    const wrong = 'fault' in read ? read.fault : amountFault(String(read.value), payment)
    const wordy = reason.trim() === '' ? admin.payment.refundNeeds : lengthFault(reason.trim(), REASON)
    const found = {
      ...(wrong === undefined ? {} : { amount: wrong }),
      ...(wordy === undefined ? {} : { reason: wordy }),
    }
    setFaults(found)
    if ('value' in read && Object.keys(found).length === 0)
      mutate({ amount: String(read.value), reason: reason.trim() })
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error && <ProblemNotice error={error} title={admin.payment.refundFailed} />}
      <TextField
        label={admin.payment.refundAmount}
        inputMode="decimal"
        autoComplete="off"
        value={amount}
        error={faults.amount}
        onChange={({ currentTarget }) => setAmount(currentTarget.value)}
      />
      <TextField
        label={admin.payment.refundReason}
        hint={admin.payment.refundReasonHint}
        autoComplete="off"
        value={reason}
        error={faults.reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{admin.payment.notYet}</Button>
        <Button type="submit" tone="danger" busy={isPending}>
          {admin.payment.refund}
        </Button>
      </div>
    </form>
  )
}

function amountFault(amount: string, { refundable, currency }: Payment): string | undefined {
  if (isSameAmount(amount, '0')) return admin.payment.refundNothing
  if (compareAmounts(amount, refundable) > 0)
    return admin.payment.refundTooMuch(formatAmount(refundable, currency))
  return undefined
}
