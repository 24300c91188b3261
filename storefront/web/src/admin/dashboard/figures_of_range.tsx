import type { Overview } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import {
  dateFormat,
  formatAmount,
  formatDayAndHour,
  formatHour,
  formatNumber,
  formatPercent,
  numberFormat,
} from '../../language/formats.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { Notice } from '../../ui/notice.tsx'
import { BarChart } from '../charts/bar_chart.tsx'
import { Panel, Tile } from '../parts.tsx'
import { BestSelling } from './best_selling.tsx'
import { countOrders, countOutcomes, revenueOf } from './figures.ts'
import { Outcomes } from './outcomes.tsx'
import type { Range, RangeName } from './ranges.ts'
import { outcomeSeries, revenueSeries } from './series.ts'

type Shown = Overview & Pick<Range, 'slot'>

export function Figures({ overview, range }: { overview: Shown; range: RangeName }) {
  const { slots, complete, currency } = overview
  const orders = countOrders(slots)
  const counts = countOutcomes(slots)
  const decided = orders - counts.open
  const sold = counts.sold
  /** Of numbers that may be larger. */
  const shown = (text: string) => (complete ? text : admin.overview.atLeast(text))
  if (orders === 0) {
    return (
      <EmptyState
        title={admin.overview.none[range]}
        icon="orders"
        action={
          range === 'month' ? (
            <ButtonLink to="/admin/products">{admin.overview.toProducts}</ButtonLink>
          ) : (
            <ButtonLink to="/admin?range=month">{admin.overview.toMonth}</ButtonLink>
          )
        }
      >
        {admin.overview.noneMore}
      </EmptyState>
    )
  }
  return (
    <>
      {!complete && (
        <Notice tone="info" title={admin.overview.incomplete}>
          {admin.overview.incompleteMore}
        </Notice>
      )}
      <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
        <Tile label={admin.overview.orders} value={shown(formatNumber(orders))} />
        <Tile
          label={admin.overview.revenue}
          value={shown(formatAmount(revenueOf(slots), currency))}
          note={admin.overview.revenueMore}
        />
        <Tile
          label={admin.overview.average}
          value={sold === 0 ? '–' : formatAmount(averageOf(overview, sold), currency)}
          note={admin.overview.averageMore}
        />
        <Tile
          label={admin.overview.outcomes.declined}
          value={decided === 0 ? '–' : formatPercent(counts.declined / decided)}
          note={admin.overview.declinedMore}
        />
      </dl>
      <Charts overview={overview} />
    </>
  )
}

/** For display alone: rounded to the digits of the currency. */
const averageOf = ({ slots, currency_digits }: Overview, sold: number): string =>
  (Number(revenueOf(slots)) / sold).toFixed(currency_digits)

function Charts({ overview }: { overview: Shown }) {
  const { slots, slot, currency, currency_digits: digits } = overview
  const per = slot === 'hour' ? admin.overview.perHour : admin.overview.perDay
  const amounts = numberFormat({
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  })
  const day = dateFormat({ weekday: 'short', day: 'numeric', month: 'short' })
  const tick = dateFormat({ day: 'numeric', month: 'numeric' })
  const named = (from: string) => {
    const at = new Date(from)
    return slot === 'hour'
      ? { name: formatDayAndHour(at), tick: formatHour(at) }
      : { name: day.format(at), tick: tick.format(at) }
  }
  const nameOf = slot === 'hour' ? admin.overview.from : admin.overview.day
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Panel title={admin.overview.ordersPer(per)}>
        <BarChart
          whole
          summary={admin.overview.ordersSummary(per, countOrders(slots))}
          nameOf={nameOf}
          series={outcomeSeries()}
          buckets={slots.map((each) => ({ ...named(each.from), values: countOutcomes([each]) }))}
          format={formatNumber}
          formatTick={formatNumber}
        />
      </Panel>
      <Panel title={admin.overview.revenuePer(per)}>
        <BarChart
          summary={admin.overview.revenueSummary(per, formatAmount(revenueOf(slots), currency))}
          nameOf={nameOf}
          series={revenueSeries()}
          buckets={slots.map((each) => ({
            ...named(each.from),
            values: { revenue: Number(revenueOf([each])) },
          }))}
          format={(value) => formatAmount(value.toFixed(digits), currency)}
          formatTick={(value) => amounts.format(value)}
        />
      </Panel>
      <Outcomes slots={slots} />
      <BestSelling overview={overview} />
    </div>
  )
}
