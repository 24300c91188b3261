import { useState } from 'react'
import { Link } from 'react-router'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { numberFormat } from '../../language/formats.ts'
import { Cover } from '../../shop/cover.tsx'
import { Stock } from '../../shop/stock.tsx'
import { Button } from '../../ui/button.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Panel } from '../parts.tsx'
import { type Running, runningOut, type Window } from './figures.ts'

const SHOWN_MAX = 8

type Props = { products: readonly Product[]; complete: boolean; window: Window; now: Date }

export function RunningOut({ products, complete, window, now }: Props) {
  const found = runningOut(products, window, now)
  const [all, setAll] = useState(false)
  const shown = all ? found : found.slice(0, SHOWN_MAX)
  return (
    <Panel
      title={admin.overview.runningOut}
      aside={
        <p className="text-sm text-soft">
          {complete ? admin.overview.atThisPace : admin.overview.ofNewest(products.length)}
        </p>
      }
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
      {found.length > shown.length && (
        <Button size="sm" tone="quiet" className="mt-3" onClick={() => setAll(true)}>
          {admin.overview.showMore(found.length - shown.length)}
        </Button>
      )}
    </Panel>
  )
}

function Row({ running: { product, sold, hoursLeft } }: { running: Running }) {
  const lasts = product.stock > 0 && hoursLeft !== undefined
  return (
    <li className="flex items-center gap-3 border-b border-line py-3">
      <Cover id={product.id} className="aspect-square w-11 shrink-0 rounded-sm" />
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
