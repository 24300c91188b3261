/** One order: its status, its history, and what the buyer can still do. */

import { Link, useLocation, useParams } from 'react-router'
import { ShopProblem } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { NotFound } from '../layout/not_found.tsx'
import { useSession } from '../session/use_session.ts'
import { Icon } from '../ui/icon.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { AddToAccount } from './add_to_account.tsx'
import { CancelOrder } from './cancel_order.tsx'
import { numberOf } from './number_of.ts'
import { OrderLines } from './order_lines.tsx'
import { OrderNotice } from './order_notice.tsx'
import { OrderTitle, orderTitle } from './order_title.tsx'
import { CheckoutDetails, PaymentPanel } from './payment_panel.tsx'
import { ReturnsPart } from './returns_part.tsx'
import { CANCEL, isFinal, STATUS } from './status.ts'
import { StatusBadge } from './status_badge.tsx'
import { Timeline } from './timeline.tsx'
import { TrackingPart } from './tracking_part.tsx'
import { useLiveOrder } from './use_live_order.ts'

export default function OrderPage() {
  const { id = '' } = useParams()
  const { user } = useSession()
  const { data: order, error, refetch, streaming } = useLiveOrder(id)
  const { state } = useLocation() as { state: { placed?: boolean } | null }
  if (error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)) {
    return <NotFound title={t.order.gone}>{t.order.goneMore}</NotFound>
  }
  if (!order) {
    return (
      <div className="page grid max-w-4xl gap-6 pt-8 sm:pt-12">
        {error ? (
          <>
            <PageTitle title={t.order.tab}>{t.order.tab}</PageTitle>
            <ProblemNotice error={error} title={t.failed.showOrder} retry={refetch} />
          </>
        ) : (
          <>
            <Loading what={t.loading.order} />
            <Skeleton className="h-11 w-2/3" />
            <Skeleton className="h-64 rounded-xl" />
          </>
        )}
      </div>
    )
  }
  return (
    <div className="page grid max-w-5xl gap-8 pt-6 sm:pt-10">
      <div className="grid gap-3">
        <Link
          to={user ? '/orders' : '/'}
          className="-ms-2 inline-flex min-h-11 items-center gap-2 justify-self-start rounded-md px-2 text-sm font-semibold text-soft hover:text-ink"
        >
          <Icon name="left" />
          {user ? t.common.allOrders : t.common.toTheShop}
        </Link>
        <PageTitle
          title={orderTitle(order)}
          aside={
            <p role="status">
              <StatusBadge status={order.status} />
            </p>
          }
        >
          {state?.placed && STATUS[order.status].thanked ? t.order.thanks : <OrderTitle order={order} />}
        </PageTitle>
      </div>
      <OrderNotice order={order} />
      <PaymentPanel order={order} />
      <div className="grid gap-8 lg:grid-cols-[1fr_24rem] lg:gap-14">
        <section aria-label={t.order.progress}>
          <Timeline order={order} />
          <Follow order={order} streaming={streaming} failing={error !== null} />
        </section>
        <div className="grid content-start gap-5">
          <TrackingPart order={order} />
          <OrderLines order={order} />
          <CheckoutDetails order={order} />
          <ReturnsPart order={order} />
          <AddToAccount order={order} />
          {order.allowed.includes(CANCEL) && <CancelOrder order={order} />}
          <p className="text-xs text-soft">
            {t.order.number}{' '}
            <span className="tabular block text-sm font-semibold text-ink">{numberOf(order)}</span>
          </p>
        </div>
      </div>
    </div>
  )
}

function Follow({ order, streaming, failing }: { order: Order; streaming: boolean; failing: boolean }) {
  if (isFinal(order.status)) return null
  const [dot, label] = failing
    ? ['bg-warn', t.order.notUpdated]
    : ['bg-good', streaming ? t.order.live : t.order.polled]
  return (
    <p className="flex items-center gap-2.5 text-sm text-soft">
      <span aria-hidden="true" className={`size-2 rounded-full ${dot}`} />
      {label}
    </p>
  )
}
