/** One product with its live stock. */

import { useEffect, useRef, useState } from 'react'
import { Link, useLocation, useNavigate, useParams } from 'react-router'
import { liveProductQuery } from '../api/queries.ts'
import { ShopProblem } from '../api/shop.ts'
import type { Product } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { isFull, LINES_MAX, withAdded } from '../cart/cart.ts'
import { useCart } from '../cart/use_cart.ts'
import { t } from '../language/texts.ts'
import { NotFound } from '../layout/not_found.tsx'
import { Button } from '../ui/button.tsx'
import { Ago, Money } from '../ui/format.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { QuantityField } from '../ui/quantity_field.tsx'
import { Loading, Skeleton } from '../ui/skeleton.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { Cover } from './cover.tsx'
import { Stock } from './stock.tsx'

const FRAME = 'page grid gap-6 pt-4 sm:gap-8 sm:pt-8 md:grid-cols-2 md:gap-x-14 md:gap-y-6'
/** On a phone the price is visible without scrolling. */
const COVER = 'aspect-[4/3] w-full rounded-xl md:aspect-square'

export default function ProductPage() {
  const { id = '' } = useParams()
  const { data: product, error, dataUpdatedAt, refetch } = useAnswer(liveProductQuery(id))
  if (error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)) {
    return <NotFound title={t.product.gone}>{t.product.goneMore}</NotFound>
  }
  if (product) return <Shown key={id} product={product} asOf={dataUpdatedAt} stale={error} />
  if (error) {
    return (
      <div className="page grid gap-6 pt-4 sm:pt-8">
        <BackToShop />
        <PageTitle title={t.common.product}>{t.common.product}</PageTitle>
        <ProblemNotice error={error} title={t.failed.showProduct} retry={refetch} />
      </div>
    )
  }
  return (
    <div className={FRAME}>
      <Loading what={t.loading.product} />
      <div className="-mb-4 h-11 md:col-span-2" />
      <Skeleton className={COVER} />
      <div className="grid content-start gap-4">
        <Skeleton className="h-11 w-4/5" />
        <Skeleton className="h-8 w-28" />
        <Skeleton className="h-24 w-full" />
      </div>
    </div>
  )
}

function Shown({ product, asOf, stale }: { product: Product; asOf: number; stale: unknown }) {
  return (
    <article className={FRAME}>
      <div className="-mb-4 md:col-span-2">
        <BackToShop />
      </div>
      <Cover id={product.id} className={`${COVER} md:sticky md:top-24`} />
      <div className="grid content-start gap-5">
        <PageTitle title={product.name}>
          <Typed>{product.name}</Typed>
        </PageTitle>
        <Money amount={product.price} currency={product.currency} className="tabular text-2xl" />
        <Typed as="p" className="max-w-prose text-lg whitespace-pre-line text-soft">
          {product.description}
        </Typed>
        <LiveStock stock={product.stock} asOf={asOf} stale={stale} />
        <Buy product={product} />
        <p className="flex items-start gap-2.5 border-t border-line pt-5 text-sm text-soft">
          <Icon name="check" className="mt-px size-5 text-good" />
          {t.product.promise}
        </p>
      </div>
    </article>
  )
}

/** Goes back in the history when the visitor came from the catalogue. */
function BackToShop() {
  const navigate = useNavigate()
  const { state } = useLocation() as { state: { fromShop?: true } | null }
  return (
    <Link
      to="/"
      onClick={(event) => {
        if (!state?.fromShop || event.metaKey || event.ctrlKey) return
        event.preventDefault()
        navigate(-1)
      }}
      className="-ms-2 inline-flex min-h-11 items-center gap-2 justify-self-start rounded-md px-2 text-sm font-semibold text-soft hover:text-ink"
    >
      <Icon name="left" />
      {t.product.back}
    </Link>
  )
}

function LiveStock({ stock, asOf, stale }: { stock: number; asOf: number; stale: unknown }) {
  const before = useRef(stock)
  const [moved, setMoved] = useState(0)
  useEffect(() => {
    if (before.current !== stock) setMoved((count) => count + 1)
    before.current = stock
  }, [stock])
  return (
    <div className="grid gap-1 rounded-lg bg-surface p-4 shadow-rest">
      <p role="status" className="text-lg font-semibold">
        <span key={moved} className={moved > 0 ? 'arriving inline-block' : 'inline-block'}>
          <Stock stock={stock} />
        </span>
      </p>
      <p className="text-sm text-soft">
        {stale ? t.product.asOf(<Ago at={new Date(asOf).toISOString()} />) : t.product.live}
      </p>
    </div>
  )
}

function Buy({ product }: { product: Product }) {
  const { lines, change } = useCart()
  const navigate = useNavigate()
  const [quantity, setQuantity] = useState(1)
  const inCart = lines.find(({ productId }) => productId === product.id)?.quantity ?? 0
  const left = Math.max(0, product.stock - inCart)
  const full = inCart === 0 && isFull(lines)

  if (product.stock === 0) {
    return (
      <Notice tone="info" title={t.product.soldOut}>
        {t.product.soldOutMore}
      </Notice>
    )
  }
  const add = () => {
    change(
      withAdded({
        productId: product.id,
        name: product.name,
        unitPrice: product.price,
        currency: product.currency,
        quantity: Math.min(quantity, left),
      }),
    )
    setQuantity(1)
    toast({
      title: t.product.added,
      description: <Typed>{product.name}</Typed>,
      action: { label: t.product.showCart, run: () => navigate('/cart') },
    })
  }
  return (
    <div className="flex flex-wrap items-end gap-4">
      <QuantityField
        label={t.common.quantity}
        value={Math.min(quantity, Math.max(1, left))}
        max={Math.max(1, left)}
        onChange={setQuantity}
      />
      <Button
        tone="primary"
        icon="bag"
        onClick={add}
        aria-disabled={left === 0 || full || undefined}
        className="flex-1 basis-44"
      >
        {full ? t.product.cartFull : left === 0 ? t.product.allInCart : t.product.add}
      </Button>
      {full && <p className="basis-full text-sm text-soft">{t.product.cartFullMore(LINES_MAX)}</p>}
      {inCart > 0 && left > 0 && (
        <p className="basis-full text-sm text-soft">
          {t.product.inCart(inCart, (text) => (
            <Link to="/cart" className="font-semibold text-accent underline">
              {text}
            </Link>
          ))}
        </p>
      )}
    </div>
  )
}
