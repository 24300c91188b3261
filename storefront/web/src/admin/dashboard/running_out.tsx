import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Overview } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { numberFormat } from '../../language/formats.ts'
import { Stock } from '../../shop/stock.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Panel } from '../parts.tsx'
import { Thumb } from '../pictures/thumb.tsx'
import { soldQuery } from './best_selling.tsx'
import { type Running, runningOut } from './figures.ts'
import { lowStockQuery } from './queries.ts'
import type { Range } from './ranges.ts'

const SHOWN_MAX = 8

/** Of the products that sold best, and of those that are low whether they sell or not. */
export function RunningOut({ overview, now }: { overview: (Overview & Range) | undefined; now: Date }) {
  const low = useAnswer(lowStockQuery)
  const best = overview?.best_selling ?? []
  const { data: selling } = useQuery(soldQuery(best))
  const [all, setAll] = useState(false)
  if (low.error && !low.data)
    return <ProblemNotice error={low.error} title={admin.overview.productsNotRead} retry={low.refetch} />
  if (!low.data || !overview) return null
  const products = new Map([...(selling?.values() ?? []), ...low.data.items].map((each) => [each.id, each]))
  const found = runningOut([...products.values()], best, overview, now)
  const shown = all ? found : found.slice(0, SHOWN_MAX)
  return (
    <Panel
      title={admin.overview.runningOut}
      aside={<p className="text-sm text-soft">{admin.overview.atThisPace}</p>}
    >
      {shown.length === 0 ? (
        <p className="py-4 text-soft">{admin.overview.nothingRunsOut}</p>
      ) : (
        <ul className="grid gap-x-8 sm:grid-cols-2">
          {shown.map((running) => (
            <Row key={running.product.id} running={running} />
          ))}
        </ul>
      )}
      <div className="mt-3 flex flex-wrap gap-3">
        {found.length > shown.length && (
          <Button size="sm" tone="quiet" onClick={() => setAll(true)}>
            {admin.overview.showMore(found.length - shown.length)}
          </Button>
        )}
        {low.data.next_cursor !== null && (
          <ButtonLink size="sm" tone="quiet" to="/admin/products?status=published&stock=low">
            {admin.overview.allLow}
          </ButtonLink>
        )}
      </div>
    </Panel>
  )
}

function Row({ running: { product, sold, hoursLeft } }: { running: Running }) {
  const lasts = product.stock > 0 && hoursLeft !== undefined
  return (
    <li className="flex items-center gap-3 border-b border-line py-3">
      <Thumb of={product} className="size-11 shrink-0 rounded-sm" />
      <div className="min-w-0 flex-1">
        <Link to={`/admin/products/${product.id}`} className="line-clamp-1 font-semibold hover:underline">
          <Typed>{product.name}</Typed>
        </Link>
        <p className="flex flex-wrap items-center gap-x-3 text-sm text-soft">
          <Stock stock={product.stock} />
          <span>{sold === 0 ? admin.overview.noneSold : admin.overview.sold(sold)}</span>
          {lasts && <span className="text-ink">{admin.overview.lasts(describeHours(hoursLeft))}</span>}
        </p>
      </div>
    </li>
  )
}

function describeHours(hours: number): string {
  if (hours < 1) return format('minute', Math.max(1, Math.round(hours * 60)))
  return hours < 48 ? format('hour', Math.round(hours)) : format('day', Math.round(hours / 24))
}

const format = (unit: string, count: number) =>
  numberFormat({ style: 'unit', unit, unitDisplay: 'long' }).format(count)
