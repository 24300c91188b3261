import type { Order } from '../../api/types.ts'
import { REJECTIONS } from '../../orders/rejection.ts'
import { OUTCOME_LABELS } from '../../orders/status.ts'
import { cx } from '../../ui/cx.ts'
import { formatNumber } from '../../ui/format.tsx'
import { Panel } from '../parts.tsx'
import { countOutcomes, EVERY_OUTCOME, OUTCOMES } from './figures.ts'

const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 })

/** The share of each outcome. */
export function Outcomes({ orders }: { orders: readonly Order[] }) {
  const counts = countOutcomes(orders)
  const reasons = Object.entries(REJECTIONS).flatMap(([reason, { counted }]) => {
    const count = orders.filter(({ rejection }) => rejection?.reason === reason).length
    return count === 0 ? [] : [`${formatNumber(count)} ${counted}`]
  })
  return (
    <Panel title="Outcomes" className="lg:col-span-2">
      <div aria-hidden="true" className="flex h-4 gap-0.5 overflow-hidden rounded-full">
        {EVERY_OUTCOME.filter((outcome) => counts[outcome] > 0).map((outcome) => (
          <span
            key={outcome}
            className={cx('min-w-1.5', OUTCOMES[outcome].ground)}
            style={{ flexGrow: counts[outcome] }}
          />
        ))}
      </div>
      <dl className="mt-5 grid grid-cols-2 gap-x-4 gap-y-4 sm:grid-cols-4">
        {EVERY_OUTCOME.map((outcome) => (
          <div key={outcome} className="grid content-start gap-0.5">
            <dt className="flex items-center gap-2 text-sm text-soft">
              <span aria-hidden="true" className={cx('size-2.5 rounded-xs', OUTCOMES[outcome].ground)} />
              {OUTCOME_LABELS[outcome]}
            </dt>
            <dd className="tabular text-lg font-semibold">
              {formatNumber(counts[outcome])}{' '}
              <span className="text-sm font-normal text-soft">
                {percent.format(counts[outcome] / Math.max(1, orders.length))}
              </span>
            </dd>
            {outcome === 'declined' && reasons.length > 0 && (
              <dd className="text-sm text-soft">{reasons.join(', ')}</dd>
            )}
          </div>
        ))}
      </dl>
    </Panel>
  )
}
