/** Gives money back: an amount, or lines and shipping at what was paid for them. */
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Order } from '../../api/types.ts'
import type { Payment } from '../../checkout/checkout_queries.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { browserStorage } from '../../storage.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Checkbox, TextField } from '../../ui/field.tsx'
import { lengthFault } from '../../ui/limits.ts'
import { compareAmounts, digitsOf, isSameAmount } from '../../ui/money_math.ts'
import { ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { readPrice } from '../products/field_text.ts'
import { beginRefund, endRefund, type RefundWish } from './refund_attempts.ts'
import { RefundLines } from './refund_lines.tsx'
import { sumOfParts } from './refund_sums.ts'

const REASON = LIMITS['POST /payments/{order_id}/refunds'].reason
const WAYS = ['amount', 'lines'] as const

type Props = { payment: Payment; order: Order; close: () => void; refetch: () => unknown }
type Faults = { readonly what?: string; readonly reason?: string }

export function RefundDialog({ open, ...props }: Props & { open: boolean }) {
  const { payment, close } = props
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={admin.payment.refundTitle}
      description={admin.payment.refundMore(formatAmount(payment.refundable, payment.currency))}
    >
      <RefundForm {...props} />
    </Dialog>
  )
}

function useRefund({ payment: { order_id, currency }, close, refetch }: Props) {
  return useMutation({
    mutationFn: (wish: RefundWish) => {
      const key = beginRefund(browserStorage, order_id, wish)
      return dataOf(
        shop.payments.POST('/payments/{order_id}/refunds', {
          params: { path: { order_id }, header: { 'idempotency-key': key } },
          body: wish,
        }),
      )
    },
    onSuccess: ({ refund }, wish) => {
      endRefund(browserStorage, order_id, wish)
      const done = wish.by_hand ? admin.payment.refundRecorded : admin.payment.refundDone
      toast({ title: done(formatAmount(refund.amount, currency)) })
      close()
    },
    onError: (failure, wish) => {
      if (isAnswered(failure)) endRefund(browserStorage, order_id, wish)
    },
    onSettled: () => refetch(),
  })
}

/** Refused, and so nothing was given back. */
const isAnswered = (failure: unknown) =>
  failure instanceof ShopProblem &&
  failure.status !== undefined &&
  failure.status < 500 &&
  failure.status !== 401 &&
  !failure.retryable

function RefundForm(props: Props) {
  const { payment, order, close } = props
  const { currency, refundable } = payment
  const [way, setWay] = useState<(typeof WAYS)[number]>('amount')
  const [amount, setAmount] = useState(refundable)
  const [units, setUnits] = useState<ReadonlyMap<string, number>>(new Map())
  const [shipping, setShipping] = useState(false)
  const [byHand, setByHand] = useState(false)
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<Faults>({})
  const { mutate, isPending, error } = useRefund(props)
  const sum = sumOfParts(payment, units, shipping)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readPrice(amount.trim(), { currency, currency_digits: digitsOf(refundable) })
    const wrong =
      way === 'lines'
        ? linesFault(sum, units.size > 0 || shipping, payment)
        : 'fault' in read
          ? read.fault
          : amountFault(String(read.value), payment)
    const wordy = reason.trim() === '' ? admin.payment.refundNeeds : lengthFault(reason.trim(), REASON)
    setFaults({
      ...(wrong === undefined ? {} : { what: wrong }),
      ...(wordy === undefined ? {} : { reason: wordy }),
    })
    if (wrong !== undefined || wordy !== undefined) return
    const lines = [...units].map(([product_id, quantity]) => ({ product_id, quantity }))
    mutate({
      reason: reason.trim(),
      ...(way === 'amount' && 'value' in read ? { amount: String(read.value) } : {}),
      ...(way === 'lines' && lines.length > 0 ? { lines } : {}),
      ...(way === 'lines' && shipping ? { shipping } : {}),
      ...(byHand ? { by_hand: byHand } : {}),
    })
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error && <ProblemNotice error={error} title={admin.payment.refundFailed} />}
      {payment.lines.length > 0 && (
        <Choice
          name="refund_by"
          legend={admin.payment.refundBy}
          options={WAYS.map((value) => ({ value, label: admin.payment.refundWays[value] }))}
          chosen={way}
          choose={(chosen) => {
            setFaults({})
            setWay(chosen)
          }}
        />
      )}
      {way === 'amount' ? (
        <TextField
          label={admin.payment.refundAmount}
          inputMode="decimal"
          autoComplete="off"
          value={amount}
          error={faults.what}
          onChange={({ currentTarget }) => setAmount(currentTarget.value)}
        />
      ) : (
        <RefundLines
          {...{ payment, order, units, setUnits, shipping, setShipping, sum }}
          fault={faults.what}
        />
      )}
      <TextField
        label={admin.payment.refundReason}
        hint={admin.payment.refundReasonHint}
        autoComplete="off"
        value={reason}
        error={faults.reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      {payment.method === 'card' && (
        <Checkbox
          label={admin.payment.byHand}
          checked={byHand}
          onChange={({ currentTarget }) => setByHand(currentTarget.checked)}
        />
      )}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{admin.payment.notYet}</Button>
        <Button type="submit" tone="danger" busy={isPending}>
          {admin.payment.refund}
        </Button>
      </div>
    </form>
  )
}

function amountFault(amount: string, payment: Payment): string | undefined {
  return isSameAmount(amount, '0') ? admin.payment.refundNothing : excessOf(amount, payment)
}

function linesFault(sum: string, isAny: boolean, payment: Payment): string | undefined {
  return isAny ? excessOf(sum, payment) : admin.payment.refundNoLines
}

const excessOf = (amount: string, { refundable, currency }: Payment): string | undefined =>
  compareAmounts(amount, refundable) > 0
    ? admin.payment.refundTooMuch(formatAmount(refundable, currency))
    : undefined
