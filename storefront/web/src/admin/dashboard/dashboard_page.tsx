/** Figures of the shop, computed in the page from the newest orders. */

import { queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import type { Order } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import {
  formatAmount,
  formatDayAndHour,
  formatHour,
  formatMoment,
  formatNumber,
  formatPercent,
  numberFormat,
} from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { SHIP } from '../../orders/status.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { BarChart } from '../charts/bar_chart.tsx'
import { pagesOf } from '../pages_of.ts'
import { AdminPage, Panel, Tile } from '../parts.tsx'
import { ordersPage, productsPage } from '../queries.ts'
import {
  countOutcomes,
  DAY_MS,
  momentOf,
  revenueOf,
  type Slot,
  slotsOf,
  type Window,
  windowOf,
} from './figures.ts'
import { Outcomes } from './outcomes.tsx'
import { RunningOut } from './running_out.tsx'
import { outcomeSeries, revenueSeries } from './series.ts'

const ORDER_PAGES_MAX = 5
const PRODUCT_PAGES_MAX = 5
const POLL_MS = 20_000
const HOUR_MS = 3_600_000

const ordersQuery = queryOptions({
  queryKey: ['admin', 'orders', 'newest'],
  refetchInterval: pollEvery(POLL_MS),
  queryFn: ({ signal }) =>
    pagesOf(
      ORDER_PAGES_MAX,
      (cursor) => ordersPage(cursor, signal),
      (orders) => Date.parse(orders.at(-1)?.created_at ?? '') < Date.now() - DAY_MS,
    ),
})
const productsQuery = queryOptions({
  queryKey: ['products', 'newest'],
  refetchInterval: pollEvery(POLL_MS),
  queryFn: ({ signal }) => pagesOf(PRODUCT_PAGES_MAX, (cursor) => productsPage(cursor, signal)),
})

export default function DashboardPage() {
  const orders = useAnswer(ordersQuery)
  const products = useAnswer(productsQuery)
  const now = momentOf(orders.data?.items ?? [], new Date(orders.dataUpdatedAt || Date.now()))
  const window = orders.data && windowOf(orders.data.items, orders.data.complete, now)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.overview.title}>{admin.overview.title}</PageTitle>
        <p className="min-h-6 text-soft">{window && describeWindow(window)}</p>
      </div>
      {orders.error && !orders.data && (
        <ProblemNotice error={orders.error} title={admin.overview.notRead} retry={orders.refetch} />
      )}
      {orders.isPending && (
        <>
          <Loading what={admin.overview.loading} />
          <Skeleton className="h-28 rounded-xl" />
          <Skeleton className="h-80 rounded-xl" />
        </>
      )}
      {window && <Figures window={window} now={now} />}
      <Stale when={orders.error !== null && orders.data !== undefined} at={orders.dataUpdatedAt} />
      {products.error && !products.data && (
        <ProblemNotice
          error={products.error}
          title={admin.overview.productsNotRead}
          retry={products.refetch}
        />
      )}
      {window && products.isPending && (
        <>
          <Loading what={t.loading.products} />
          <Skeleton className="h-40 rounded-xl" />
        </>
      )}
      {window && products.data && (
        <RunningOut
          products={products.data.items}
          complete={products.data.complete}
          window={window}
          now={now}
        />
      )}
    </AdminPage>
  )
}

function describeWindow({ orders, from, cut }: Window): string {
  const first = orders.at(-1)
  if (!first) return admin.overview.noneToday
  return cut
    ? admin.overview.cut(orders.length, formatMoment(from))
    : admin.overview.all(formatMoment(new Date(first.created_at)))
}

function Figures({ window, now }: { window: Window; now: Date }) {
  const { orders } = window
  const newest = orders[0]
  const counts = countOutcomes(orders)
  const decided = orders.length - counts.open
  const waiting = orders.filter(({ allowed }) => allowed.includes(SHIP)).length
  if (newest === undefined) {
    return (
      <EmptyState
        title={admin.overview.none}
        icon="orders"
        action={<ButtonLink to="/admin/products">{admin.overview.toProducts}</ButtonLink>}
      >
        {admin.overview.noneMore}
      </EmptyState>
    )
  }
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
        <Tile label={admin.overview.orders} value={formatNumber(orders.length)} />
        <Tile
          label={admin.overview.revenue}
          value={formatAmount(revenueOf(orders), newest.currency)}
          note={admin.overview.revenueMore}
        />
        <Tile
          label={admin.overview.outcomes.declined}
          value={decided === 0 ? '–' : formatPercent(counts.declined / decided)}
          note={admin.overview.declinedMore}
        />
        <Tile label={admin.overview.toShip} value={formatNumber(waiting)} note={admin.overview.toShipMore} />
      </dl>
      <Charts window={window} now={now} money={newest} />
    </>
  )
}

type Money = Pick<Order, 'currency' | 'currency_digits'>

function Charts({ window, now, money }: { window: Window; now: Date; money: Money }) {
  const { currency, currency_digits: digits } = money
  const { sizeMs, slots } = slotsOf(window, now)
  const per = sizeMs === HOUR_MS ? admin.overview.perHour : admin.overview.per5Minutes
  const amounts = numberFormat({
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  })
  const named = ({ at }: Slot) => ({ name: formatDayAndHour(at), tick: formatHour(at) })
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Panel title={admin.overview.ordersPer(per)}>
        <BarChart
          whole
          summary={admin.overview.ordersSummary(per, window.orders.length)}
          nameOf={admin.overview.from}
          series={outcomeSeries()}
          buckets={slots.map((slot) => ({ ...named(slot), values: slot.counts }))}
          format={formatNumber}
          formatTick={formatNumber}
        />
      </Panel>
      <Panel title={admin.overview.revenuePer(per)}>
        <BarChart
          summary={admin.overview.revenueSummary(per, formatAmount(revenueOf(window.orders), currency))}
          nameOf={admin.overview.from}
          series={revenueSeries()}
          buckets={slots.map((slot) => ({ ...named(slot), values: { revenue: Number(slot.revenue) } }))}
          format={(value) => formatAmount(value.toFixed(digits), currency)}
          formatTick={(value) => amounts.format(value)}
        />
      </Panel>
      <Outcomes orders={window.orders} />
    </div>
  )
}
