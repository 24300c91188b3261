/** The orders by where they stand. A column looks again every few seconds; what is ticked stays ticked. */
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { OrderStatus } from '../../api/types.ts'
import { cx } from '../../ui/cx.ts'
import { PageTitle } from '../../ui/page_title.tsx'
import { AdminPage } from '../parts.tsx'
import { BoardColumn } from './board_column.tsx'
import { BulkShip } from './bulk_ship.tsx'

const GROUPS = {
  open: { words: 'On their way', statuses: ['pending', 'confirmed', 'shipped', 'delivered'] },
  ended: { words: 'Given up', statuses: ['cancelling', 'cancelled', 'rejected'] },
} as const satisfies Record<string, { words: string; statuses: readonly OrderStatus[] }>
type Group = keyof typeof GROUPS

export default function BoardPage() {
  const [params, setParams] = useSearchParams()
  const [shipping, setShipping] = useState<readonly string[]>()
  const group: Group = params.get('show') === 'ended' ? 'ended' : 'open'
  return (
    <AdminPage>
      <PageTitle
        title="Orders"
        aside={
          <fieldset className="flex rounded-md border border-line p-0.5">
            <legend className="sr-only">Which orders</legend>
            {(Object.keys(GROUPS) as Group[]).map((name) => (
              <label
                key={name}
                className={cx(
                  'grid min-h-9 cursor-pointer place-items-center rounded-sm px-3.5 text-sm font-semibold has-focus-visible:outline-2 has-focus-visible:outline-accent',
                  name === group ? 'bg-accent-soft text-accent' : 'text-soft hover:text-ink',
                )}
              >
                <input
                  type="radio"
                  name="group"
                  className="sr-only"
                  checked={name === group}
                  onChange={() => setParams(name === 'open' ? {} : { show: name }, { replace: true })}
                />
                {GROUPS[name].words}
              </label>
            ))}
          </fieldset>
        }
      >
        Orders
      </PageTitle>
      <section
        aria-label={`Orders, ${GROUPS[group].words.toLowerCase()}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className={cx(
          '-mx-4 grid snap-x auto-cols-[85%] grid-flow-col items-start gap-4 overflow-x-auto px-4 pb-2 sm:auto-cols-[46%] lg:auto-cols-fr',
        )}
      >
        {GROUPS[group].statuses.map((status) => (
          <BoardColumn key={status} status={status} ship={setShipping} />
        ))}
      </section>
      <BulkShip ids={shipping} close={() => setShipping(undefined)} />
    </AdminPage>
  )
}
