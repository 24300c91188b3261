/** How many, and into the cart. */
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Product } from '../api/types.ts'
import { isFull, LINES_MAX, withAdded } from '../cart/cart.ts'
import { useCart } from '../cart/use_cart.ts'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { QuantityField } from '../ui/quantity_field.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'

export function Buy({ product }: { product: Product }) {
  const { lines, change } = useCart()
  const navigate = useNavigate()
  const [quantity, setQuantity] = useState(1)
  const inCart = lines.find(({ productId }) => productId === product.id)?.quantity ?? 0
  const left = Math.max(0, product.stock - inCart)
  const full = inCart === 0 && isFull(lines)

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
