import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { productsQuery } from '../api/queries.ts'
import type { Order, Product } from '../api/types.ts'
import { CostsList } from '../checkout/quote_summary.tsx'
import { formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { LinePicture } from '../shop/line_picture.tsx'
import { Money } from '../ui/format.tsx'
import { Typed } from '../ui/typed.tsx'
import { STATUS } from './status.ts'

/** The lines of an order and their total. */
export function OrderLines({ order }: { order: Order }) {
  // Pictures; and names, because the order has none before its stock is held.
  const { data: products } = useQuery(productsQuery(order.lines.map(({ product_id }) => product_id)))
  return (
    <section aria-label={t.order.items} className="rounded-xl bg-surface p-5 shadow-rest">
      <ul className="grid gap-4">
        {order.lines.map((line) => (
          <LineRow
            key={line.product_id}
            line={line}
            currency={order.currency}
            product={products?.get(line.product_id)}
          />
        ))}
      </ul>
      {order.checkout && isOwed(order) ? (
        <div className="mt-5">
          <CostsList costs={{ ...order.checkout, currency: order.currency }} />
        </div>
      ) : (
        <p className="mt-5 flex items-baseline justify-between border-t border-line pt-4">
          <span className="font-semibold">{t.status[order.status].total}</span>
          <Money
            amount={order.total_price}
            currency={order.currency}
            className="tabular text-xl font-semibold"
          />
        </p>
      )}
    </section>
  )
}

/** Otherwise nothing is bought, and its parts do not matter. */
const isOwed = ({ status }: Order) => ['sold', 'open'].includes(STATUS[status].outcome)

function LineRow({
  line,
  currency,
  product,
}: {
  line: Order['lines'][number]
  currency: string
  product: Product | undefined
}) {
  const { product_id, quantity, name, unit_price } = line
  return (
    <li className="flex items-center gap-4">
      <LinePicture
        id={product_id}
        product={product}
        sizes="3.5rem"
        className="aspect-square w-14 shrink-0 rounded-md"
      />
      <div className="min-w-0 flex-1">
        <Link to={`/products/${product_id}`} className="font-semibold hover:underline">
          <Typed>{name ?? product?.name ?? t.common.product}</Typed>
        </Link>
        <p className="tabular text-sm text-soft">
          {formatNumber(quantity)}
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
