/** The timeline of an order: every step with its time, and the steps still to come. */

import type { Order } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { cx } from '../ui/cx.ts'
import { Time } from '../ui/format.tsx'
import { Icon } from '../ui/icon.tsx'
import { STATUS, stepsAfter } from './status.ts'

export function Timeline({ order }: { order: Order }) {
  const steps = [
    ...order.history.map(({ status, at }) => ({ status, at })),
    ...stepsAfter(order.status).map((status) => ({ status, at: undefined })),
  ]
  return (
    <ol className="grid">
      {steps.map(({ status, at }, i) => {
        const { tone, icon } = STATUS[status]
        const { label, text } = t.status[status]
        const bad = tone === 'bad'
        const current = at !== undefined && steps[i + 1]?.at === undefined
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a status may come twice, and steps are only added.
            key={i}
            aria-current={current ? 'step' : undefined}
            className="grid grid-cols-[2.5rem_1fr] gap-x-4"
          >
            <div className="grid grid-rows-[2.5rem_1fr] justify-items-center">
              <span
                className={cx(
                  'grid size-10 place-items-center rounded-full',
                  at === undefined && 'border border-dashed border-edge text-soft',
                  at !== undefined && (bad ? 'bg-bad-soft text-bad' : 'bg-accent-soft text-accent'),
                  current && !bad && 'ring-2 ring-accent',
                )}
              >
                <Icon name={icon} />
              </span>
              {i < steps.length - 1 && (
                <span
                  aria-hidden="true"
                  className={cx(
                    'w-px flex-1 border-s',
                    steps[i + 1]?.at ? 'border-accent' : 'border-dashed border-edge',
                  )}
                />
              )}
            </div>
            <div className={cx('min-h-20 pb-5', at === undefined && 'text-soft')}>
              <p className="flex min-h-10 flex-wrap items-center gap-x-3 font-semibold">
                {label}
                {at === undefined && <span className="sr-only">{t.order.toCome}</span>}
                {at && <Time at={at} className="tabular text-sm font-normal text-soft" />}
              </p>
              {current && <p className="text-soft">{text}</p>}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
