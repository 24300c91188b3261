/** A message about the state of an order, with the action that helps. */

import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { productQuery } from '../api/queries.ts'
import { ShopProblem } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { changeCart, withAdded } from '../cart/cart.ts'
import { formatAmount } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { isUndecided } from './status.ts'

/** Most orders are decided within this time; a message appears only after it. */
const PATIENCE_MS = 1_500

export function OrderNotice({ order }: { order: Order }) {
  if (isUndecided(order)) return <Undecided key={order.id} />
  if (order.rejection) return <Rejected order={order} />
  return null
}

function Undecided() {
  const [waiting, setWaiting] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setWaiting(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <Notice live tone="info" icon="clock" title={waiting ? t.order.waiting : t.order.holding}>
      <p className="min-h-[3.2rem]">{waiting && t.order.waitingMore}</p>
    </Notice>
  )
}

function Rejected({ order }: { order: Order }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      let added = 0
      for (const { product_id, quantity } of order.lines) {
        const product = await queries
          .fetchQuery({ ...productQuery(product_id), staleTime: 0 })
          .catch((error) => {
            if (error instanceof ShopProblem && error.status === 404) return undefined
            throw error
          })
        if (!product || product.stock === 0) continue
        added += 1
        changeCart(
          withAdded({
            productId: product.id,
            name: product.name,
            unitPrice: product.price,
            currency: product.currency,
            quantity: Math.min(quantity, product.stock),
          }),
        )
      }
      return added
    },
    onSuccess: (added) => {
      if (added > 0) navigate('/cart')
      else toast({ tone: 'bad', title: t.order.noneAvailable })
    },
    onError: () => toast({ tone: 'bad', title: t.order.noAnswer, description: t.order.pleaseTryAgain }),
  })
  return (
    <Notice
      tone="warn"
      title={t.order.declined}
      action={
        <Button size="sm" busy={isPending} onClick={() => mutate()}>
          {t.order.addAvailable}
        </Button>
      }
    >
      <Reason order={order} />
    </Notice>
  )
}

function Reason({ order: { rejection, currency, total_price } }: { order: Order }): ReactElement | null {
  if (!rejection) return null
  switch (rejection.reason) {
    case 'price_changed': {
      const now = rejection.current_total_price
      if (now === null) return <p>{t.order.priceChanged}</p>
      return <p>{t.order.totalChanged(formatAmount(now, currency), formatAmount(total_price, currency))}</p>
    }
    case 'insufficient_stock':
      return <Shortages shortages={rejection.shortages} />
    case 'product_not_found':
      return <p>{t.order.itemGone}</p>
  }
}

function Shortages({ shortages }: Pick<NonNullable<Order['rejection']>, 'shortages'>) {
  // An order that never held stock has no product names.
  const products = useQueries({ queries: shortages.map(({ product_id }) => productQuery(product_id)) })
  return (
    <ul className="grid gap-1.5">
      {shortages.map(({ product_id, requested, available }, i) => {
        const known = products[i]?.data?.name
        const name = (
          <strong className="font-semibold">{known ? <Typed>{known}</Typed> : t.order.anItem}</strong>
        )
        return (
          <li key={product_id}>
            {available === 0 ? t.order.hadSoldOut(name) : t.order.onlyLeft(name, available, requested)}
          </li>
        )
      })}
    </ul>
  )
}
