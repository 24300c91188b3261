import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { productsQuery } from '../../api/queries.ts'
import type { Overview } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Panel } from '../parts.tsx'
import { Thumb } from '../pictures/thumb.tsx'

const SHOWN_MAX = 5

/** By units; names and amounts are those of the orders. */
export function BestSelling({ overview: { best_selling: best, currency } }: { overview: Overview }) {
  const { data: products } = useQuery(soldQuery(best))
  const [all, setAll] = useState(false)
  if (best.length === 0) return null
  return (
    <Panel title={admin.overview.bestSelling} className="lg:col-span-2">
      <ol className="grid gap-x-8 sm:grid-cols-2">
        {best.slice(0, all ? undefined : SHOWN_MAX).map(({ product_id: id, name, quantity, total_price }) => (
          <li key={id} className="flex items-center gap-3 border-b border-line py-2.5">
            <Thumb of={products?.get(id) ?? { id, media: [] }} className="size-11 shrink-0 rounded-sm" />
            <div className="min-w-0 flex-1">
              <Link to={`/admin/products/${id}`} className="line-clamp-1 font-semibold hover:underline">
                <Typed>{name}</Typed>
              </Link>
              <p className="text-sm text-soft">{admin.overview.sold(quantity)}</p>
            </div>
            <p className="tabular font-semibold">{formatAmount(total_price, currency)}</p>
          </li>
        ))}
      </ol>
      {best.length > SHOWN_MAX && !all && (
        <Button size="sm" tone="quiet" className="mt-3" onClick={() => setAll(true)}>
          {admin.overview.showMore(best.length - SHOWN_MAX)}
        </Button>
      )}
    </Panel>
  )
}

/** The products that sold best, as they are now; those that were removed are missing. */
export const soldQuery = (best: Overview['best_selling']) => ({
  ...productsQuery(best.map(({ product_id }) => product_id).toSorted()),
  enabled: best.length > 0,
})
