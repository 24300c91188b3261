import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router'
import { myOrdersQuery, productsQuery } from '../api/queries.ts'
import type { Order, Product } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { LinePicture } from '../shop/line_picture.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { EmptyState } from '../ui/empty_state.tsx'
import { Money, Time } from '../ui/format.tsx'
import { useWaiting } from '../ui/late.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { Stale } from '../ui/stale.tsx'
import { numberOf } from './number_of.ts'
import { OrderTitle } from './order_title.tsx'
import { StatusBadge } from './status_badge.tsx'

const COVERS_MAX = 3

export default function OrdersPage() {
  const { user } = useSession()
  const [params] = useSearchParams()
  const navigate = useNavigate()
  const { state } = useLocation() as { state: { deeper?: boolean } | null }
  const cursor = params.get('cursor') ?? undefined
  const { data, error, isPending, isPlaceholderData, dataUpdatedAt, refetch } = useAnswer(
    myOrdersQuery(user?.id ?? '', cursor),
  )
  useWaiting(isPlaceholderData)
  const shown = new Set(
    (data?.items ?? []).flatMap(({ lines }) =>
      lines.slice(0, COVERS_MAX).map(({ product_id }) => product_id),
    ),
  )
  const { data: products } = useQuery({ ...productsQuery([...shown]), enabled: shown.size > 0 })
  return (
    <div className="page grid max-w-4xl gap-8 pt-8 sm:pt-12">
      <PageTitle title={t.orders.tab}>{t.orders.title}</PageTitle>
      {error && !data && <ProblemNotice error={error} title={t.failed.showOrders} retry={refetch} />}
      {isPending && (
        <div className="grid gap-4">
          <Loading what={t.loading.orders} />
          {['a', 'b', 'c'].map((key) => (
            <Skeleton key={key} className="h-28 rounded-lg" />
          ))}
        </div>
      )}
      {data?.items.length === 0 && (
        <EmptyState
          title={t.orders.none}
          icon="orders"
          action={
            <ButtonLink to="/" tone="primary">
              {t.common.toTheShop}
            </ButtonLink>
          }
        >
          {t.orders.noneMore}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <ul className={cx('grid gap-4 transition-opacity', isPlaceholderData && 'opacity-50')}>
          {data.items.map((order) => (
            <OrderRow key={order.id} order={order} products={products} />
          ))}
        </ul>
      )}
      <Stale when={error !== null && data !== undefined} at={dataUpdatedAt} />
      {(cursor || data?.next_cursor) && (
        <nav aria-label={t.common.pages} className="flex justify-center gap-3">
          {cursor && (
            <Button icon="left" onClick={() => (state?.deeper ? navigate(-1) : navigate('/orders'))}>
              {t.orders.newer}
            </Button>
          )}
          {data?.next_cursor && (
            <Button
              icon="right"
              className="*:flex-row-reverse"
              onClick={() =>
                navigate(`?cursor=${encodeURIComponent(data.next_cursor!)}`, { state: { deeper: true } })
              }
            >
              {t.orders.older}
            </Button>
          )}
        </nav>
      )}
    </div>
  )
}

function OrderRow({ order, products }: { order: Order; products: ReadonlyMap<string, Product> | undefined }) {
  return (
    <li className="group relative flex items-center gap-4 rounded-lg bg-surface p-4 shadow-rest transition-shadow hover:shadow-lift sm:gap-6">
      <div aria-hidden="true" className="flex -space-x-7 sm:-space-x-6">
        {order.lines.slice(0, COVERS_MAX).map(({ product_id }) => (
          <LinePicture
            key={product_id}
            id={product_id}
            product={products?.get(product_id)}
            sizes="4rem"
            className="aspect-[4/5] w-12 rounded-md ring-2 ring-surface sm:w-16"
          />
        ))}
      </div>
      <div className="grid min-w-0 flex-1 gap-1">
        <h2 className="truncate font-semibold">
          <Link
            to={`/orders/${order.id}`}
            className="after:absolute after:inset-0 after:rounded-lg group-hover:underline"
          >
            <OrderTitle order={order} />
          </Link>
        </h2>
        <p className="text-sm text-soft">
          <span className="tabular">{numberOf(order)}</span>
          {' · '}
          <Time at={order.created_at} />
        </p>
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1.5 sm:hidden">
          <StatusBadge status={order.status} />
          <Money amount={order.total_price} currency={order.currency} className="tabular font-semibold" />
        </p>
      </div>
      <div className="hidden justify-items-end gap-1.5 sm:grid">
        <StatusBadge status={order.status} />
        <Money amount={order.total_price} currency={order.currency} className="tabular font-semibold" />
      </div>
    </li>
  )
}
