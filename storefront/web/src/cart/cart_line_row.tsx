import { Link } from 'react-router'
import type { Product } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { LinePicture } from '../shop/line_picture.tsx'
import { Stock } from '../shop/stock.tsx'
import { IconButton } from '../ui/button.tsx'
import { Money } from '../ui/format.tsx'
import { focusHeading } from '../ui/page_title.tsx'
import { QuantityField } from '../ui/quantity_field.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { type changeCart, withAdded, withChanged, withoutProducts } from './cart.ts'
import { QUANTITY_MAX } from './cart_line.ts'
import type { CartRow } from './changes.ts'

export function CartLineRow({
  row: { line, taken, total },
  now,
  change,
  locked,
}: {
  row: CartRow
  now: Product | null | undefined
  change: typeof changeCart
  /** No changes while an order is being sent. */
  locked: boolean
}) {
  const { productId, name, unitPrice, currency, quantity } = line
  const repriced = taken && taken.unitPrice !== unitPrice
  const remove = () => {
    change(withoutProducts([productId]))
    focusHeading()
    toast({
      title: t.cart.removed,
      description: <Typed>{name}</Typed>,
      action: { label: t.cart.putBack, run: () => change(withAdded(line)) },
    })
  }
  return (
    <li className="grid grid-cols-[5rem_1fr] gap-x-4 gap-y-3 py-5 sm:grid-cols-[6.5rem_1fr_auto] sm:gap-x-6">
      <LinePicture
        id={productId}
        product={now ?? undefined}
        sizes="6.5rem"
        className="row-span-2 aspect-[4/5] w-full rounded-md sm:row-span-1"
      />
      <div className="grid min-w-0 content-start gap-1">
        <Typed as="h2" className="font-semibold">
          <Link to={`/products/${productId}`} className="hover:underline">
            {name}
          </Link>
        </Typed>
        <p className="text-sm text-soft">
          {repriced ? (
            <>
              <s>
                <span className="sr-only">{t.cart.before} </span>
                <Money amount={unitPrice} currency={currency} />
              </s>{' '}
              <strong className="font-semibold text-warn">
                {t.cart.each(<Money amount={taken.unitPrice} currency={currency} />)}
              </strong>
            </>
          ) : (
            t.cart.each(<Money amount={unitPrice} currency={currency} />)
          )}
        </p>
        <p className="min-h-6 text-sm">
          {now === null ? (
            <span className="text-bad">{t.cart.gone}</span>
          ) : (
            now && <Stock stock={now.stock} />
          )}
        </p>
        <p className="mt-1 text-lg font-semibold">
          {taken ? <Money amount={total} currency={currency} /> : '–'}
          {taken && taken.quantity !== quantity && (
            <span className="text-sm font-normal text-warn"> {t.cart.forLeft(taken.quantity)}</span>
          )}
        </p>
      </div>
      <fieldset disabled={locked} className="flex items-start gap-1">
        <legend className="sr-only">{t.cart.change(<Typed>{name}</Typed>)}</legend>
        <QuantityField
          label={t.cart.quantityOf(name)}
          hideLabel
          value={quantity}
          max={Math.min(QUANTITY_MAX, Math.max(now?.stock ?? quantity, quantity))}
          onChange={(next) => change(withChanged(productId, { quantity: next }))}
        />
        <IconButton icon="trash" label={t.cart.remove(name)} onClick={remove} />
      </fieldset>
    </li>
  )
}
