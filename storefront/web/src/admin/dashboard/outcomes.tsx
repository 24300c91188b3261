import type { Order } from '../../api/types.ts'
import { cx } from '../../ui/cx.ts'
import { formatNumber } from '../../ui/format.tsx'
import { Panel } from '../parts.tsx'
import { countOutcomes, OUTCOME_WORDS, type Outcome } from './figures.ts'

const PARTS: readonly { outcome: Outcome; ground: string }[] = [
  { outcome: 'sold', ground: 'bg-accent' },
  { outcome: 'open', ground: 'bg-chart-open' },
  { outcome: 'cancelled', ground: 'bg-edge' },
  { outcome: 'rejected', ground: 'bg-chart-failed' },
]
const REASONS = {
  insufficient_stock: 'not enough stock',
  price_changed: 'price had changed',
  product_not_found: 'not for sale any more',
} as const
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 })

/** What became of the orders, as parts of a whole. */
export function Outcomes({ orders }: { orders: readonly Order[] }) {
  const counts = countOutcomes(orders)
  const reasons = Object.entries(REASONS).flatMap(([reason, words]) => {
    const count = orders.filter(({ rejection }) => rejection?.reason === reason).length
    return count === 0 ? [] : [`${formatNumber(count)} ${words}`]
  })
  return (
    <Panel title="Outcomes" className="lg:col-span-2">
      <div aria-hidden="true" className="flex h-4 gap-0.5 overflow-hidden rounded-full">
        {PARTS.filter(({ outcome }) => counts[outcome] > 0).map(({ outcome, ground }) => (
          <span key={outcome} className={cx('min-w-1.5', ground)} style={{ flexGrow: counts[outcome] }} />
        ))}
      </div>
      <dl className="mt-5 grid grid-cols-2 gap-x-4 gap-y-4 sm:grid-cols-4">
        {PARTS.map(({ outcome, ground }) => (
          <div key={outcome} className="grid content-start gap-0.5">
            <dt className="flex items-center gap-2 text-sm text-soft">
              <span aria-hidden="true" className={cx('size-2.5 rounded-xs', ground)} />
              {OUTCOME_WORDS[outcome]}
            </dt>
            <dd className="tabular text-lg font-semibold">
              {formatNumber(counts[outcome])}{' '}
              <span className="text-sm font-normal text-soft">
                {percent.format(counts[outcome] / Math.max(1, orders.length))}
              </span>
            </dd>
            {outcome === 'rejected' && reasons.length > 0 && (
              <dd className="text-sm text-soft">{reasons.join(', ')}</dd>
            )}
          </div>
        ))}
      </dl>
    </Panel>
  )
}
