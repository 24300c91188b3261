/** The cart, what has changed since it was filled, and the order itself. */

import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { useAnswer } from '../api/use_answer.ts'
import { buyerNow } from '../checkout/attempt.ts'
import { CheckoutNotice } from '../checkout/checkout_notice.tsx'
import { checkoutSettingsQuery, needsCheckout } from '../checkout/checkout_queries.ts'
import { useCheckout } from '../checkout/use_checkout.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { browserStorage } from '../storage.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'
import { Money } from '../ui/format.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { focusHeading, PageTitle } from '../ui/page_title.tsx'
import type { CartLine } from './cart_line.ts'
import { CartLineRow } from './cart_line_row.tsx'
import { sumOf } from './changes.ts'
import { ChangesNotice } from './changes_notice.tsx'
import { useCart } from './use_cart.ts'
import { useProductsNow } from './use_products_now.ts'

export default function CartPage() {
  const { user } = useSession()
  const { lines, change } = useCart()
  const { now, problem, retry } = useProductsNow(lines)
  const checkout = useCheckout(user?.id)
  const { step } = checkout
  const settings = useAnswer(checkoutSettingsQuery)
  // While it cannot be known, nothing is ordered here: the checkout says why.
  const asks = settings.data === undefined ? settings.isError : needsCheckout(settings.data)
  const navigate = useNavigate()
  const waiting = step.at === 'sending' || step.at === 'asking'
  // While an order is being sent, its lines stay as they are, whatever happens to price and stock.
  const locked = waiting || step.at === 'missing'
  const { rows, changes, taken, total } = sumOf(lines, locked ? () => undefined : now)

  const order = () => {
    change(() => taken)
    if (asks || !user || buyerNow(browserStorage, user.id) !== user.id) navigate('/checkout')
    else void checkout.order(taken)
  }
  // Who orders before that is known has ordered: it begins once it is, unless something else is offered by then.
  const offered = JSON.stringify([total, changes.length])
  const [wanted, setWanted] = useState<string>()
  useEffect(() => {
    if (wanted === undefined || settings.isPending) return
    setWanted(undefined)
    if (wanted === offered) order()
  })

  if (lines.length === 0 && ['cart', 'changed', 'elsewhere'].includes(step.at)) {
    return <Empty elsewhere={step.at === 'elsewhere'} />
  }
  return (
    <div className="page grid gap-8 pt-8 sm:pt-12">
      <PageTitle title={t.cart.tab}>{t.cart.title}</PageTitle>
      <div className="grid gap-8 lg:grid-cols-[1fr_22rem] lg:gap-12">
        <ul className="grid content-start divide-y divide-line border-y border-line">
          {rows.map((row) => (
            <CartLineRow
              key={row.line.productId}
              row={row}
              now={now(row.line.productId)}
              change={change}
              locked={locked}
            />
          ))}
        </ul>
        <section aria-label={t.cart.summary} className="grid content-start gap-4 lg:sticky lg:top-24">
          {problem !== undefined && changes.length === 0 && step.at === 'cart' && (
            <ProblemNotice error={problem} title={t.failed.checkCart} retry={retry} />
          )}
          <CheckoutNotice
            checkout={checkout}
            signedIn={user !== undefined}
            unchanged={changes.length === 0}
          />
          {changes.length > 0 && <ChangesNotice changes={changes} refused={step.at === 'changed'} />}
          <Summary taken={taken} total={total} asks={asks} />
          {step.at !== 'missing' && (
            <Actions
              signedIn={user !== undefined}
              waiting={waiting || wanted !== undefined}
              taken={taken}
              changed={changes.length > 0}
              asks={asks}
              adjust={() => {
                change(() => taken)
                focusHeading()
              }}
              order={settings.isPending ? () => setWanted(offered) : order}
            />
          )}
        </section>
      </div>
    </div>
  )
}

function Actions({
  signedIn,
  waiting,
  taken,
  changed,
  asks,
  adjust,
  order,
}: {
  signedIn: boolean
  waiting: boolean
  taken: readonly CartLine[]
  changed: boolean
  asks: boolean
  adjust: () => void
  order: () => void
}) {
  const adjustButton = changed && <Button onClick={adjust}>{t.cart.onlyUpdate}</Button>
  if (taken.length === 0) return adjustButton || null
  return (
    <div className="grid gap-3">
      {signedIn ? (
        <Button tone="primary" size="lg" busy={waiting} waitShownElsewhere onClick={order}>
          {asks
            ? changed
              ? t.cart.acceptAndCheckOut
              : t.cart.checkOut
            : changed
              ? t.cart.acceptAndOrder
              : t.cart.order}
        </Button>
      ) : (
        <>
          <ButtonLink tone="primary" size="lg" to="/sign-in?next=/cart">
            {t.cart.signInToOrder}
          </ButtonLink>
          <Button size="lg" busy={waiting} onClick={order}>
            {t.cart.asGuest}
          </Button>
        </>
      )}
      {adjustButton}
    </div>
  )
}

function Summary({ taken, total, asks }: { taken: readonly CartLine[]; total: string; asks: boolean }) {
  const currency = taken[0]?.currency
  const units = taken.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <dl className="grid gap-2 rounded-lg bg-surface p-5 shadow-rest">
      <div className="flex justify-between gap-4 text-soft">
        <dt className="whitespace-nowrap">{t.common.items(units)}</dt>
        <dd className="text-end">{asks ? t.cart.costsAtCheckout : t.cart.noExtraCosts}</dd>
      </div>
      <div className="flex items-baseline justify-between border-t border-line pt-3">
        <dt className="font-semibold">{t.common.total}</dt>
        <dd className="text-2xl font-semibold">
          {currency ? <Money amount={total} currency={currency} /> : '–'}
        </dd>
      </div>
    </dl>
  )
}

function Empty({ elsewhere }: { elsewhere: boolean }) {
  return (
    <div className="page pt-8 sm:pt-12">
      <PageTitle title={t.cart.tab}>{t.cart.title}</PageTitle>
      {elsewhere ? (
        <EmptyState
          title={t.cart.elsewhere}
          icon="orders"
          action={
            <ButtonLink to="/orders" tone="primary">
              {t.cart.seeOrders}
            </ButtonLink>
          }
        >
          {t.cart.elsewhereEmpty}
        </EmptyState>
      ) : (
        <EmptyState
          title={t.cart.empty}
          action={
            <ButtonLink to="/" tone="primary">
              {t.cart.browse}
            </ButtonLink>
          }
        >
          {t.cart.emptyMore}
        </EmptyState>
      )}
    </div>
  )
}
