/** How an order is paid: the way to the payment page while it waits, and what became of the money. */
import { useSearchParams } from 'react-router'
import { pollEvery } from '../api/refetch.ts'
import type { Order } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { type Payment, paymentQuery } from '../checkout/checkout_queries.ts'
import { buying } from '../language/buying_texts.ts'
import { Money, Time } from '../ui/format.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { Typed } from '../ui/typed.tsx'
import { Address } from './address.tsx'
import { isPayable } from './status.ts'

const POLL_MS = 1_500

export function PaymentPanel({ order }: { order: Order }) {
  const [params] = useSearchParams()
  const waits = isPayable(order)
  const { data, error, refetch } = useAnswer({
    ...paymentQuery(order),
    enabled: waits,
    refetchInterval: pollEvery(POLL_MS),
  })
  const back = params.get('payment')
  const payment: Payment | undefined = data
  if (!waits) return null
  const until = order.payable_until
  if (!payment) {
    return error ? (
      <ProblemNotice error={error} title={buying.pay.notShown} retry={refetch} />
    ) : (
      <Notice tone="info" icon="clock" title={buying.pay.waiting}>
        <p>{buying.pay.preparing}</p>
      </Notice>
    )
  }
  if (back === 'done') {
    return (
      <Notice live tone="info" icon="clock" title={buying.pay.title}>
        <p>{buying.pay.checking}</p>
      </Notice>
    )
  }
  return (
    <Notice
      live
      tone="info"
      icon="clock"
      title={buying.pay.waiting}
      action={
        payment.checkout_url !== null && (
          <a
            href={payment.checkout_url}
            className="inline-flex min-h-11 items-center justify-center rounded-md bg-accent px-4 font-semibold text-on-accent hover:bg-accent-strong"
          >
            {buying.pay.now}
          </a>
        )
      }
    >
      {back === 'left' && <p>{buying.pay.left}</p>}
      <p>{until && buying.pay.waitingMore(<Time at={until} />)}</p>
      {payment.checkout_url === null && <p>{buying.pay.preparing}</p>}
    </Notice>
  )
}

/** The address, what it costs, and the money, of an order that was quoted. */
export function CheckoutDetails({ order }: { order: Order }) {
  const { checkout } = order
  const isPaid = checkout?.payment_method != null
  const { data } = useAnswer({ ...paymentQuery(order), enabled: isPaid })
  if (!checkout) return null
  const payment: Payment | undefined = data
  return (
    <section aria-label={buying.delivery} className="grid gap-4 rounded-xl bg-surface p-5 shadow-rest">
      <div className="grid gap-1">
        <h2 className="font-semibold">{buying.delivery}</h2>
        {order.erased_at === undefined ? (
          <>
            <Address address={checkout.address} className="text-soft" />
            <Typed as="p" className="text-soft">
              {checkout.email}
            </Typed>
          </>
        ) : (
          <p className="text-soft">{buying.erased}</p>
        )}
      </div>
      {checkout.payment_method !== null && (
        <dl className="grid gap-1 border-t border-line pt-4">
          <div className="flex justify-between gap-4">
            <dt className="font-semibold">{buying.pay.title}</dt>
            <dd className="text-soft">{buying.methods[checkout.payment_method]}</dd>
          </div>
          {payment && (
            <p className="text-soft">
              {payment.method !== 'card' && payment.state === 'authorised'
                ? buying.pay.invoiceOpen
                : buying.pay.states[payment.state]}
            </p>
          )}
          {payment && Number(payment.refunded) > 0 && (
            <div className="flex justify-between gap-4 text-soft">
              <dt>{buying.pay.refunded}</dt>
              <dd className="tabular">
                <Money amount={payment.refunded} currency={payment.currency} />
              </dd>
            </div>
          )}
        </dl>
      )}
    </section>
  )
}
