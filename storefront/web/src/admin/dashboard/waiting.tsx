/** What waits for the shopkeeper, whenever it began; each leads to where it is done. */

import { Link } from 'react-router'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { cx } from '../../ui/cx.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Loading } from '../../ui/skeleton.tsx'
import { draftsQuery, lowStockQuery, toShipQuery } from './queries.ts'

/** `more`: there are at least as many. Undefined while it is read. */
type Counted = { readonly count: number; readonly more: boolean } | undefined

export function Waiting() {
  const toShip = useAnswer(toShipQuery)
  const low = useAnswer(lowStockQuery)
  const drafts = useAnswer(draftsQuery)
  const counted = (page: typeof low.data, fits: (product: { stock: number }) => boolean): Counted =>
    page && { count: page.items.filter(fits).length, more: page.next_cursor !== null }
  return (
    <section aria-label={admin.overview.waits}>
      {[toShip, low, drafts].some(({ isPending }) => isPending) && <Loading what={admin.overview.loading} />}
      <ul className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
        <Item
          icon="truck"
          to="/admin/orders"
          label={admin.overview.toShip}
          error={toShip.error !== null}
          counted={toShip.data}
          urgent
        />
        <Item
          icon="warning"
          to="/admin/products?status=published&stock=out"
          label={admin.overview.soldOut}
          error={low.error !== null}
          counted={counted(low.data, ({ stock }) => stock === 0)}
          urgent
        />
        <Item
          icon="down"
          to="/admin/products?status=published&stock=low"
          label={admin.overview.fewLeft}
          error={low.error !== null}
          counted={counted(low.data, ({ stock }) => stock > 0)}
        />
        <Item
          icon="clock"
          to="/admin/products?status=draft"
          label={admin.overview.drafts}
          error={drafts.error !== null}
          counted={counted(drafts.data, () => true)}
        />
      </ul>
    </section>
  )
}

function Item({
  icon,
  to,
  label,
  counted,
  error,
  urgent = false,
}: {
  icon: IconName
  to: string
  label: string
  counted: Counted
  error: boolean
  urgent?: boolean
}) {
  const some = counted !== undefined && (counted.count > 0 || counted.more)
  return (
    <li>
      <Link
        to={to}
        className="flex h-full items-start gap-3 rounded-xl bg-surface p-4 shadow-rest transition-colors hover:bg-sunken sm:p-5"
      >
        <span
          className={cx(
            'hidden size-10 shrink-0 place-items-center rounded-full sm:grid',
            some && urgent ? 'bg-accent-soft text-accent' : 'bg-sunken text-soft',
          )}
        >
          <Icon name={some ? icon : 'check'} />
        </span>
        <span className="grid min-w-0 gap-0.5">
          <span className="text-sm font-semibold text-soft">{label}</span>
          <span className={cx('tabular min-h-8 text-2xl font-semibold', !some && 'text-soft')}>
            {counted
              ? counted.more
                ? admin.overview.atLeast(formatNumber(counted.count))
                : formatNumber(counted.count)
              : error && '–'}
          </span>
          {error && !counted && <span className="text-sm text-bad">{admin.overview.notCounted}</span>}
        </span>
      </Link>
    </li>
  )
}
