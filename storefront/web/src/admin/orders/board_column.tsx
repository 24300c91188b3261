import { useState } from 'react'
import { Link } from 'react-router'
import type { Order, OrderStatus } from '../../api/types.ts'
import { usePages } from '../../api/use_answer.ts'
import { OrderTitle } from '../../orders/order_title.tsx'
import { actionsOf, CANCEL, SHIP, STATUS, STATUS_ACTIONS, type TargetStatus } from '../../orders/status.ts'
import { useSetStatus } from '../../orders/use_set_status.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Ago, formatNumber, Money } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Name } from '../names.tsx'
import { More } from '../parts.tsx'
import { boardQuery } from '../queries.ts'

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
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
      aria-label={STATUS[status].label}
      className={cx(
        'grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3 rounded-xl bg-sunken p-3',
        className,
      )}
    >
      <div className="flex min-h-9 items-center gap-2 px-1">
        <h2 className="font-semibold">{STATUS[status].label}</h2>
        {data && (
          <span className="tabular text-sm text-soft">
            {formatNumber(orders.length)}
            {hasNextPage && '+'}
          </span>
        )}
        {error && data && (
          <span role="status" className="ml-auto text-sm text-warn">
            as of {clock.format(dataUpdatedAt)}
          </span>
        )}
      </div>
      {shippable.length > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-x-3 rounded-lg bg-surface py-1 pr-2 pl-3 shadow-rest">
          <label className="inline-flex min-h-11 cursor-pointer items-center gap-2.5 text-sm">
            <input
              type="checkbox"
              className="size-5 accent-accent"
              checked={all}
              onChange={() => setTicked(new Set(all ? [] : shippable.map(({ id }) => id)))}
            />
            All shown
          </label>
          <Button
            size="sm"
            tone="primary"
            icon="truck"
            disabled={chosen.length === 0}
            onClick={() => ship(chosen)}
          >
            {chosen.length === 0 ? 'Ship chosen' : `Ship ${formatNumber(chosen.length)}`}
          </Button>
        </div>
      )}
      {error && !data && <ProblemNotice error={error} doing="show these orders" retry={refetch} />}
      {isPending && (
        <>
          <Loading what={`${STATUS[status].label} orders`} />
          <Skeleton className="h-32 rounded-lg bg-surface" />
          <Skeleton className="h-32 rounded-lg bg-surface" />
        </>
      )}
      {data && orders.length === 0 && (
        <p className="px-1 py-6 text-center text-sm text-soft">{STATUS[status].none}</p>
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
        More
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
            <span className="sr-only">Choose order {short}</span>
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
            <Name id={order.user_id} />
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

const TITLES = {
  succeeded: (order: Order) => `${STATUS[order.status].label}: order …${order.id.slice(-6)}`,
  failed: (to: TargetStatus) => `Not ${STATUS[to].label.toLowerCase()}`,
}

/** A button for each status that this order may get next. Cancelling asks for confirmation. */
export function OrderActions({ order, size = 'sm' }: { order: Order; size?: 'sm' | 'md' }) {
  const { mutate, isPending, variables } = useSetStatus(TITLES)
  const [asking, setAsking] = useState(false)
  const short = `…${order.id.slice(-6)}`
  const go = (to: TargetStatus) => mutate({ order, to })
  const moves = actionsOf(order)
  if (moves.length === 0) return null
  return (
    <div className="flex flex-wrap gap-2">
      {moves.map((to) => (
        <Button
          key={to}
          size={size}
          tone={to === CANCEL ? 'quiet' : size === 'md' ? 'primary' : 'plain'}
          busy={isPending && variables.to === to}
          aria-label={`${STATUS_ACTIONS[to]}, order ${short}`}
          onClick={() => (to === CANCEL ? setAsking(true) : go(to))}
        >
          {STATUS_ACTIONS[to]}
        </Button>
      ))}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel this order?"
        confirm="Cancel the order"
        keep="Keep it"
        onConfirm={() => {
          setAsking(false)
          go(CANCEL)
        }}
      >
        What is held for <OrderTitle order={order} /> is released at once.
      </ConfirmDialog>
    </div>
  )
}
