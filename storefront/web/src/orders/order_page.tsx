/** One order: where it stands, the way it took, and what can still be done about it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import { orderQuery, productQuery } from '../api/queries.ts'
import { dataOf, ShopProblem, shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { NotFound } from '../layout/not_found.tsx'
import { Cover } from '../shop/cover.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { Money } from '../ui/format.tsx'
import { Icon } from '../ui/icon.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { OrderNotice } from './order_notice.tsx'
import { OrderWords, orderWords } from './order_words.tsx'
import { isFinal, STATUS } from './status.ts'
import { StatusBadge } from './status_badge.tsx'
import { Timeline } from './timeline.tsx'
import { useLiveOrder } from './use_live_order.ts'

/** Totals that nobody pays. */
const NOTHING_CHARGED: Partial<Record<Order['status'], string>> = {
  rejected: 'Not bought',
  cancelled: STATUS.cancelled.words,
}
const CANCELLABLE: readonly Order['status'][] = ['pending', 'confirmed']

export default function OrderPage() {
  const { id = '' } = useParams()
  const { data: order, error, refetch, streaming } = useLiveOrder(id)
  const { state } = useLocation() as { state: { placed?: boolean } | null }
  if (error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)) {
    return <NotFound title="There is no such order">At least none of yours.</NotFound>
  }
  if (!order) {
    return (
      <div className="page grid max-w-4xl gap-6 pt-8 sm:pt-12">
        {error ? (
          <>
            <PageTitle title="Order">Order</PageTitle>
            <ProblemNotice error={error} doing="show this order" retry={refetch} />
          </>
        ) : (
          <>
            <Loading what="the order" />
            <Skeleton className="h-11 w-2/3" />
            <Skeleton className="h-64 rounded-xl" />
          </>
        )}
      </div>
    )
  }
  return (
    <div className="page grid max-w-5xl gap-8 pt-6 sm:pt-10">
      <div className="grid gap-3">
        <Link
          to="/orders"
          className="-ml-2 inline-flex min-h-11 items-center gap-2 justify-self-start rounded-md px-2 text-sm font-semibold text-soft hover:text-ink"
        >
          <Icon name="left" />
          All orders
        </Link>
        <PageTitle
          title={orderWords(order)}
          aside={
            <p role="status">
              <StatusBadge status={order.status} />
            </p>
          }
        >
          {state?.placed && order.status === 'confirmed' ? (
            'Thank you. It’s yours.'
          ) : (
            <OrderWords order={order} />
          )}
        </PageTitle>
      </div>
      <OrderNotice order={order} />
      <div className="grid gap-8 lg:grid-cols-[1fr_24rem] lg:gap-14">
        <section aria-label="Way of the order">
          <Timeline order={order} />
          <Follow order={order} streaming={streaming} failing={error !== null} />
        </section>
        <div className="grid content-start gap-5">
          <Lines order={order} />
          {CANCELLABLE.includes(order.status) && <Cancel order={order} />}
          <p className="text-xs text-soft">
            Order number <span className="block font-mono break-all">{order.id}</span>
          </p>
        </div>
      </div>
    </div>
  )
}

function Follow({ order, streaming, failing }: { order: Order; streaming: boolean; failing: boolean }) {
  if (isFinal(order.status)) return null
  const [dot, words] = failing
    ? ['bg-warn', 'We can’t see the newest just now. What you see is the last we know.']
    : [
        'bg-good',
        streaming ? 'Live: the next step appears here by itself.' : 'Looking again every few seconds.',
      ]
  return (
    <p className="flex items-center gap-2.5 text-sm text-soft">
      <span aria-hidden="true" className={`size-2 rounded-full ${dot}`} />
      {words}
    </p>
  )
}

function Lines({ order }: { order: Order }) {
  return (
    <section aria-label="Items" className="rounded-xl bg-surface p-5 shadow-rest">
      <ul className="grid gap-4">
        {order.lines.map((line) => (
          <LineRow key={line.product_id} line={line} currency={order.currency} />
        ))}
      </ul>
      <p className="mt-5 flex items-baseline justify-between border-t border-line pt-4">
        <span className="font-semibold">{NOTHING_CHARGED[order.status] ?? 'Total'}</span>
        <Money
          amount={order.total_price}
          currency={order.currency}
          className="tabular text-xl font-semibold"
        />
      </p>
    </section>
  )
}

function LineRow({ line, currency }: { line: Order['lines'][number]; currency: string }) {
  const { product_id, quantity, name, unit_price } = line
  // Until the stock is held the order has no names of its own.
  const { data: product } = useQuery({ ...productQuery(product_id), enabled: name === null })
  return (
    <li className="flex items-center gap-4">
      <Cover id={product_id} className="aspect-square w-14 shrink-0 rounded-md" />
      <div className="min-w-0 flex-1">
        <Link to={`/products/${product_id}`} className="font-semibold hover:underline">
          <Typed>{name ?? product?.name ?? 'Product'}</Typed>
        </Link>
        <p className="tabular text-sm text-soft">
          {quantity}
          {unit_price !== null && (
            <>
              {' × '}
              <Money amount={unit_price} currency={currency} />
            </>
          )}
        </p>
      </div>
    </li>
  )
}

function Cancel({ order }: { order: Order }) {
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const { key, keep } = { key: orderQuery(order.id).queryKey, keep: () => setAsking(false) }
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      dataOf(
        shop.orders.PUT('/orders/{id}', {
          params: { path: { id: order.id } },
          body: { status: 'cancelled' },
        }),
      ),
    onSuccess: (next) => {
      queries.setQueryData(key, (known) => (known && known.version > next.version ? known : next))
      toast({
        title: next.status === 'cancelled' ? 'Your order is cancelled' : 'Your order is being cancelled',
      })
    },
    onError: async (error) => {
      await queries.invalidateQueries({ queryKey: key })
      toast({
        tone: 'bad',
        title: 'It could not be cancelled',
        description:
          error instanceof ShopProblem && error.code === 'illegal_transition'
            ? 'It has gone on meanwhile; see where it stands now.'
            : 'Please try again in a moment.',
      })
    },
    onSettled: keep,
  })
  return (
    <>
      <Button tone="danger" onClick={() => setAsking(true)}>
        Cancel this order
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel this order?"
        confirm="Cancel the order"
        keep="Keep it"
        busy={isPending}
        onConfirm={() => mutate()}
      >
        What was held for you goes back on the shelf at once, and someone else may buy it.
      </ConfirmDialog>
    </>
  )
}
