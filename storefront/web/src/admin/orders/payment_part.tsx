/** The money of an order for the admin: what was captured and refunded, giving it back, and marking an invoice as paid. */
import { type ReactNode, useState } from 'react'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Order } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { type Payment, paymentQuery } from '../../checkout/checkout_queries.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { Address } from '../../orders/address.tsx'
import { Button } from '../../ui/button.tsx'
import { Money, Time } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Panel } from '../parts.tsx'
import { MarkPaid } from './mark_paid.tsx'
import { RefundDialog } from './refund_dialog.tsx'

const POLL_MS = 5_000

export function PaymentPart({ order }: { order: Order }) {
  const isPaid = order.checkout?.payment_method != null
  const { data, error, refetch } = useAnswer({
    ...paymentQuery(order),
    enabled: isPaid,
    refetchInterval: pollEvery(POLL_MS),
  })
  if (!isPaid) return null
  const isUnknown = error instanceof ShopProblem && error.status === 404
  return (
    <Panel title={admin.payment.title}>
      {data ? (
        <Details payment={data} order={order} refetch={refetch} />
      ) : isUnknown ? (
        <p className="text-soft">{admin.payment.none}</p>
      ) : error ? (
        <ProblemNotice error={error} title={admin.payment.notShown} retry={refetch} />
      ) : (
        <Skeleton className="h-32" />
      )}
    </Panel>
  )
}

function Details({ payment, order, refetch }: { payment: Payment; order: Order; refetch: () => unknown }) {
  const [refunding, setRefunding] = useState(false)
  const { currency, refunds, capture_before, state, method } = payment
  const money = (amount: string) => <Money amount={amount} currency={currency} className="tabular" />
  const rows: readonly (readonly [string, ReactNode])[] = [
    [admin.payment.method, admin.payment.methods[method]],
    [admin.payment.state, admin.payment.states[state]],
    [admin.payment.amount, money(payment.amount)],
    [admin.payment.captured, money(payment.captured)],
    [admin.payment.refunded, money(payment.refunded)],
  ]
  const canRefund = Number(payment.refundable) > 0
  return (
    <div className="grid gap-5">
      <dl className="grid gap-1.5">
        {rows.map(([label, value]) => (
          <div key={label} className="flex justify-between gap-4">
            <dt className="text-soft">{label}</dt>
            <dd className="font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
      {capture_before !== null && state === 'authorised' && (
        <p className="text-soft">{admin.payment.captureBefore(<Time at={capture_before} />)}</p>
      )}
      {refunds.length > 0 && (
        <Table caption={admin.payment.refunds}>
          <thead>
            <tr>
              <Th>{admin.common.when}</Th>
              <Th>{admin.payment.refundReason}</Th>
              <Th>{admin.payment.state}</Th>
              <Th numeric>{admin.payment.amount}</Th>
            </tr>
          </thead>
          <tbody>
            {refunds.map(({ id, created_at, reason, state, amount, lines, shipping }) => (
              <tr key={id} className="last:*:border-b-0">
                <Td>
                  <Time at={created_at} />
                </Td>
                <Td>
                  <Typed>{reason}</Typed>
                  <RefundOf lines={lines} shipping={shipping} />
                </Td>
                <Td>
                  {method !== 'card' && state !== 'succeeded' ? (
                    <MarkPaid
                      texts={admin.payment.paidBack}
                      amount={formatAmount(amount, currency)}
                      send={() =>
                        dataOf(
                          shop.payments.POST('/payments/{order_id}/refunds/{refund_id}/paid', {
                            params: { path: { order_id: payment.order_id, refund_id: id } },
                          }),
                        )
                      }
                      refetch={refetch}
                    />
                  ) : (
                    admin.payment.refundStates[state]
                  )}
                </Td>
                <Td numeric>{money(amount)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <div className="flex flex-wrap gap-3">
        {canRefund && <Button onClick={() => setRefunding(true)}>{admin.payment.refund}</Button>}
        {method !== 'card' && state === 'authorised' && (
          <MarkPaid
            texts={admin.payment.paid}
            amount={formatAmount(payment.amount, currency)}
            send={() =>
              dataOf(
                shop.payments.POST('/payments/{order_id}/paid', {
                  params: { path: { order_id: payment.order_id } },
                }),
              )
            }
            refetch={refetch}
          />
        )}
      </div>
      {canRefund && (
        <RefundDialog
          {...{ payment, order }}
          open={refunding}
          close={() => setRefunding(false)}
          refetch={refetch}
        />
      )}
    </div>
  )
}

function RefundOf({ lines, shipping }: Pick<Payment['refunds'][number], 'lines' | 'shipping'>) {
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const parts = [
    ...(units > 0 ? [admin.payment.itemsRefunded(units)] : []),
    ...(Number(shipping) > 0 ? [admin.payment.shippingRefunded] : []),
  ]
  return parts.length > 0 && <p className="text-sm text-soft">{parts.join(', ')}</p>
}

/** Where the parcel goes, and how its buyer can be reached. */
export function DeliveryPart({ order: { checkout, erased_at } }: { order: Order }) {
  if (!checkout) return null
  if (erased_at !== undefined)
    return (
      <Panel title={admin.payment.delivery}>
        <p>{admin.payment.erased}</p>
      </Panel>
    )
  return (
    <Panel title={admin.payment.delivery}>
      <Address address={checkout.address} />
      <dl className="mt-4 grid gap-1 border-t border-line pt-4">
        <dt className="text-soft">{admin.payment.contact}</dt>
        <dd className="grid">
          <Typed>{checkout.email}</Typed>
          {checkout.address.phone !== null && <Typed>{checkout.address.phone}</Typed>}
        </dd>
      </dl>
    </Panel>
  )
}
