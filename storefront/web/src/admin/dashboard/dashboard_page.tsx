/** Figures of the shop, computed in the page from the newest orders. */
import { queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import type { Order } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { OUTCOME_LABELS, SHIP } from '../../orders/status.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { formatAmount, formatNumber } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Stale } from '../../ui/stale.tsx'
import { BarChart } from '../charts/bar_chart.tsx'
import type { Series } from '../charts/chart.tsx'
import { pagesOf } from '../pages_of.ts'
import { AdminPage, Panel, Tile } from '../parts.tsx'
import { ordersPage, productsPage } from '../queries.ts'
import {
  countOutcomes,
  DAY_MS,
  EVERY_OUTCOME,
  momentOf,
  OUTCOMES,
  revenueOf,
  type Slot,
  slotsOf,
  type Window,
  windowOf,
} from './figures.ts'
import { Outcomes } from './outcomes.tsx'
import { RunningOut } from './running_out.tsx'

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

const OUTCOME_SERIES: readonly Series[] = EVERY_OUTCOME.map((key) => ({
  key,
  label: OUTCOME_LABELS[key],
  fill: OUTCOMES[key].fill,
}))
const REVENUE: readonly Series[] = [{ key: 'revenue', label: 'Revenue', fill: 'fill-accent' }]

const hour = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const dayAndHour = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: 'numeric',
  minute: '2-digit',
})
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 })

export default function DashboardPage() {
  const orders = useAnswer(ordersQuery)
  const products = useAnswer(productsQuery)
  const now = momentOf(orders.data?.items ?? [], new Date(orders.dataUpdatedAt || Date.now()))
  const window = orders.data && windowOf(orders.data.items, orders.data.complete, now)
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title="Overview">Overview</PageTitle>
        <p className="min-h-6 text-soft">{window && describeWindow(window)}</p>
      </div>
      {orders.error && !orders.data && (
        <ProblemNotice error={orders.error} doing="read the orders" retry={orders.refetch} />
      )}
      {orders.isPending && (
        <>
          <Loading what="the figures" />
          <Skeleton className="h-28 rounded-xl" />
          <Skeleton className="h-80 rounded-xl" />
        </>
      )}
      {window && <Figures window={window} now={now} />}
      <Stale when={orders.error !== null && orders.data !== undefined} at={orders.dataUpdatedAt} />
      {products.error && !products.data && (
        <ProblemNotice error={products.error} doing="read the products" retry={products.refetch} />
      )}
      {window && products.isPending && (
        <>
          <Loading what="products" />
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
  if (!first) return 'No orders in the last 24 hours.'
  return cut
    ? `From the newest ${formatNumber(orders.length)} orders, back to ${moment.format(from)}. Older ones are not counted here.`
    : `All orders of the last 24 hours; the first came ${moment.format(new Date(first.created_at))}.`
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
        title="No orders yet"
        icon="orders"
        action={<ButtonLink to="/admin/products">To the products</ButtonLink>}
      >
        The figures appear here with the first order.
      </EmptyState>
    )
  }
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
        <Tile label="Orders" value={formatNumber(orders.length)} />
        <Tile
          label="Revenue"
          value={formatAmount(revenueOf(orders), newest.currency)}
          note="held, shipped or delivered"
        />
        <Tile
          label={OUTCOME_LABELS.declined}
          value={decided === 0 ? '–' : percent.format(counts.declined / decided)}
          note="of the decided ones"
        />
        <Tile label="To be shipped" value={formatNumber(waiting)} note="confirmed, of these orders" />
      </dl>
      <Charts window={window} now={now} money={newest} />
    </>
  )
}

type Money = Pick<Order, 'currency' | 'currency_digits'>

function Charts({ window, now, money }: { window: Window; now: Date; money: Money }) {
  const { currency, currency_digits: digits } = money
  const { sizeMs, slots } = slotsOf(window, now)
  const per = sizeMs === HOUR_MS ? 'per hour' : 'per 5 minutes'
  const amounts = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  })
  const named = ({ at }: Slot) => ({ name: dayAndHour.format(at), tick: hour.format(at) })
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Panel title={`Orders ${per}`}>
        <BarChart
          whole
          summary={`Orders ${per} by what became of them: ${formatNumber(window.orders.length)} in all.`}
          nameOf="From"
          series={OUTCOME_SERIES}
          buckets={slots.map((slot) => ({ ...named(slot), values: slot.counts }))}
          format={formatNumber}
          formatTick={formatNumber}
        />
      </Panel>
      <Panel title={`Revenue ${per}`}>
        <BarChart
          summary={`Revenue ${per}: ${formatAmount(revenueOf(window.orders), currency)} in all.`}
          nameOf="From"
          series={REVENUE}
          buckets={slots.map((slot) => ({ ...named(slot), values: { revenue: Number(slot.revenue) } }))}
          format={(value) => formatAmount(value.toFixed(digits), currency)}
          formatTick={(value) => amounts.format(value)}
        />
      </Panel>
      <Outcomes orders={window.orders} />
    </div>
  )
}
