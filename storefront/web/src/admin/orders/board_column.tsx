import { useState } from 'react'
import { Link } from 'react-router'
import type { Order, OrderStatus } from '../../api/types.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatClock, formatNumber } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { OrderTitle } from '../../orders/order_title.tsx'
import { SHIP } from '../../orders/status.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Ago, Money } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { More } from '../parts.tsx'
import { boardQuery } from '../queries.ts'
import { BuyerName } from './buyer.tsx'
import { OrderActions } from './order_actions.tsx'

type Props = {
  status: OrderStatus
  ship: (orders: readonly Order[]) => void
  className?: string | undefined
}

export function BoardColumn({ status, ship, className }: Props) {
  const list = usePages(boardQuery(status))
  const { data, error, isPending, dataUpdatedAt, hasNextPage, refetch } = list
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const orders = data?.pages.flatMap(({ items }) => items) ?? []
  const shippable = orders.filter(canShip)
  const chosen = shippable.filter(({ id }) => ticked.has(id))
  const all = chosen.length === shippable.length
  return (
    <section
      aria-label={t.status[status].label}
      className={cx(
        'grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3 rounded-xl bg-sunken p-3',
        className,
      )}
    >
      <div className="flex min-h-9 items-center gap-2 px-1">
        <h2 className="font-semibold">{t.status[status].label}</h2>
        {data && (
          <span className="tabular text-sm text-soft">
            {formatNumber(orders.length)}
            {hasNextPage && '+'}
          </span>
        )}
        {error && data && (
          <span role="status" className="ms-auto text-sm text-warn">
            {admin.board.asOf(formatClock(dataUpdatedAt))}
          </span>
        )}
      </div>
      {shippable.length > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-x-3 rounded-lg bg-surface py-1 ps-3 pe-2 shadow-rest">
          <label className="inline-flex min-h-11 cursor-pointer items-center gap-2.5 text-sm">
            <input
              type="checkbox"
              className="size-5 accent-accent"
              checked={all}
              onChange={() => setTicked(new Set(all ? [] : shippable.map(({ id }) => id)))}
            />
            {admin.board.allShown}
          </label>
          {chosen.length > 0 && (
            <ButtonLink
              size="sm"
              tone="quiet"
              to={`/admin/packing-slips?ids=${chosen.map(({ id }) => id).join()}`}
            >
              {admin.slips.title}
            </ButtonLink>
          )}
          <Button
            size="sm"
            tone="primary"
            icon="truck"
            disabled={chosen.length === 0}
            onClick={() => ship(chosen)}
          >
            {chosen.length === 0 ? admin.board.shipChosen : admin.board.ship(chosen.length)}
          </Button>
        </div>
      )}
      {error && !data && <ProblemNotice error={error} title={admin.board.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.board.loading(t.status[status].label)} />
          <Skeleton className="h-32 rounded-lg bg-surface" />
          <Skeleton className="h-32 rounded-lg bg-surface" />
        </>
      )}
      {data && orders.length === 0 && (
        <p className="px-1 py-6 text-center text-sm text-soft">{t.status[status].none}</p>
      )}
      {orders.length > 0 && (
        <ul className="grid grid-cols-[minmax(0,1fr)] gap-3">
          {orders.map((order) => (
            <Card
              key={order.id}
              order={order}
              tick={
                canShip(order)
                  ? {
                      on: ticked.has(order.id),
                      flip: () => setTicked(flipped(ticked, order.id)),
                    }
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      <More of={list} small>
        {admin.board.more}
      </More>
    </section>
  )
}

const canShip = ({ allowed }: Order) => allowed.includes(SHIP)

function flipped(ticked: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ticked)
  if (!next.delete(id)) next.add(id)
  return next
}

function Card({ order, tick }: { order: Order; tick: { on: boolean; flip: () => void } | undefined }) {
  const short = `…${order.id.slice(-6)}`
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg bg-surface p-3 shadow-rest">
      <div className="flex items-start gap-2.5">
        {tick && (
          <label className="-m-2.5 grid size-10 shrink-0 cursor-pointer place-items-center">
            <span className="sr-only">{admin.board.choose(short)}</span>
            <input type="checkbox" className="size-5 accent-accent" checked={tick.on} onChange={tick.flip} />
          </label>
        )}
        <Link
          to={`/admin/orders/${order.id}`}
          className="line-clamp-2 min-w-0 flex-1 leading-5 font-semibold hover:underline"
        >
          <OrderTitle order={order} />
        </Link>
      </div>
      <p className="flex items-baseline justify-between gap-x-3 text-sm whitespace-nowrap text-soft">
        <span className="flex min-w-0 gap-1.5">
          <span className="truncate">
            <BuyerName order={order} />
          </span>
          <span className="font-mono text-xs leading-5">{short}</span>
        </span>
        <Ago at={order.updated_at} />
      </p>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Money amount={order.total_price} currency={order.currency} className="tabular font-semibold" />
        <OrderActions order={order} />
      </div>
    </li>
  )
}
