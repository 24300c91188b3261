/** Packing slips to print, a page for each order: what goes into the parcel, without prices. */

import { useQueries } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { orderQuery } from '../../api/queries.ts'
import type { Order } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { Address } from '../../orders/address.tsx'
import { numberOf } from '../../orders/number_of.ts'
import { shopSettings } from '../../settings/current.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { Time } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage, AdminPageSkeleton, BackLink } from '../parts.tsx'
import { BuyerName } from './buyer.tsx'

/** As many as a column of the board shows at first. */
const SLIPS_MAX = 50

export default function SlipsPage() {
  const [params] = useSearchParams()
  const ids = [...new Set((params.get('ids') ?? '').split(','))].filter(Boolean).slice(0, SLIPS_MAX)
  const results = useQueries({ queries: ids.map((id) => orderQuery(id)) })
  const failed = results.find(({ error, data }) => error && !data)
  if (failed) {
    return (
      <AdminPage>
        <ProblemNotice error={failed.error} title={admin.order.notShown} retry={failed.refetch} />
      </AdminPage>
    )
  }
  const orders = results.flatMap(({ data }) => data ?? [])
  if (orders.length < ids.length) return <AdminPageSkeleton />
  return (
    <AdminPage>
      <div className="grid gap-3 print:hidden">
        <BackLink to="/admin/orders">{t.common.allOrders}</BackLink>
        <PageTitle
          title={admin.slips.title}
          aside={
            orders.length > 0 && (
              <Button tone="primary" onClick={() => print()}>
                {admin.slips.print}
              </Button>
            )
          }
        >
          {admin.slips.title}
        </PageTitle>
      </div>
      {orders.length === 0 && <EmptyState title={admin.slips.none}>{admin.slips.noneMore}</EmptyState>}
      {orders.map((order) => (
        <Slip key={order.id} order={order} />
      ))}
    </AdminPage>
  )
}

function Slip({ order }: { order: Order }) {
  return (
    <section
      aria-label={admin.slips.of(numberOf(order))}
      className="break-after-page rounded-xl bg-surface p-6 shadow-rest last:break-after-auto print:p-0 print:shadow-none"
    >
      <div className="flex flex-wrap items-start justify-between gap-4 border-b border-line pb-4">
        <div>
          <p className="text-lg font-semibold">{shopSettings().name}</p>
          <p className="text-soft">{admin.slips.kind}</p>
        </div>
        <dl className="grid grid-cols-[auto_auto] gap-x-4 text-sm">
          <dt className="text-soft">{admin.find.order}</dt>
          <dd className="font-semibold">{numberOf(order)}</dd>
          <dt className="text-soft">{admin.common.when}</dt>
          <dd>
            <Time at={order.created_at} />
          </dd>
          <dt className="text-soft">{admin.find.customer}</dt>
          <dd>
            <BuyerName order={order} />
          </dd>
          {order.tracking && (
            <>
              <dt className="text-soft">{admin.tracking.title}</dt>
              <dd className="grid">
                {order.tracking.carrier !== null && <Typed>{order.tracking.carrier}</Typed>}
                <Typed className="font-mono">{order.tracking.number}</Typed>
              </dd>
            </>
          )}
        </dl>
      </div>
      {order.checkout && order.erased_at === undefined && (
        <Address address={order.checkout.address} className="py-5 text-lg" />
      )}
      <ul>
        {order.lines.map(({ product_id, name, quantity }) => (
          <li key={product_id} className="flex items-center gap-4 border-b border-line py-3">
            <span aria-hidden="true" className="size-5 shrink-0 rounded-sm border border-edge" />
            <span className="tabular w-16 text-end text-lg font-semibold">{formatNumber(quantity)} ×</span>
            <Typed className="flex-1">{name ?? admin.order.nameUnknown}</Typed>
          </li>
        ))}
      </ul>
      <p className="mt-3 text-sm text-soft">
        {admin.slips.units(order.lines.reduce((sum, { quantity }) => sum + quantity, 0))}
      </p>
    </section>
  )
}
