import type { Overview } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatList, formatNumber, formatPercent } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { REJECTION_REASONS } from '../../orders/rejection.ts'
import { cx } from '../../ui/cx.ts'
import { Panel } from '../parts.tsx'
import { countOrders, countOutcomes, countReason, EVERY_OUTCOME, OUTCOMES } from './figures.ts'

/** The share of each outcome. */
export function Outcomes({ slots }: Pick<Overview, 'slots'>) {
  const counts = countOutcomes(slots)
  const orders = countOrders(slots)
  const reasons = REJECTION_REASONS.flatMap((reason) => {
    const count = countReason(slots, reason)
    return count === 0 ? [] : [`${formatNumber(count)} ${t.rejections[reason].counted}`]
  })
  return (
    <Panel title={admin.overview.outcomesTitle} className="lg:col-span-2">
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
              {admin.overview.outcomes[outcome]}
            </dt>
            <dd className="tabular text-lg font-semibold">
              {formatNumber(counts[outcome])}{' '}
              <span className="text-sm font-normal text-soft">
                {formatPercent(counts[outcome] / Math.max(1, orders))}
              </span>
            </dd>
            {outcome === 'declined' && reasons.length > 0 && (
              <dd className="text-sm text-soft">{formatList(reasons)}</dd>
            )}
          </div>
        ))}
      </dl>
    </Panel>
  )
}
