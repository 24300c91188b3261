/** What the order costs: lines, shipping, taxes by rate, and the total that is charged. */
import { useId } from 'react'
import { buying } from '../language/buying_texts.ts'
import { formatNumber, formatPercent } from '../language/formats.ts'
import { Money } from '../ui/format.tsx'
import { Typed } from '../ui/typed.tsx'
import { CheckoutPart } from './checkout_part.tsx'
import type { Quote } from './checkout_queries.ts'

export type Costs = Pick<Quote, 'goods' | 'taxes' | 'total' | 'prices_include_tax' | 'currency'> & {
  readonly shipping: { readonly price: string } | null
}

const BASIS_POINTS = 10_000
export const percentOf = (basisPoints: number) => formatPercent(basisPoints / BASIS_POINTS)

export function QuoteSummary({ quote }: { quote: Quote }) {
  return (
    <CheckoutPart id={useId()} title={buying.summary}>
      <ul className="grid gap-2 text-soft">
        {quote.lines.map(({ product_id, name, quantity, unit_price }) => (
          <li key={product_id} className="flex items-baseline justify-between gap-4">
            <span className="min-w-0">
              {formatNumber(quantity)} × <Typed>{name}</Typed>
            </span>
            <Money amount={unit_price} currency={quote.currency} className="tabular whitespace-nowrap" />
          </li>
        ))}
      </ul>
      <CostsList costs={quote} />
    </CheckoutPart>
  )
}

export function CostsList({ costs }: { costs: Costs }) {
  const { goods, shipping, taxes, total, currency, prices_include_tax } = costs
  const owed = taxes.filter(({ basis_points }) => basis_points > 0)
  const texts = prices_include_tax ? buying.including : buying.tax
  const tax = owed.map(({ basis_points, tax: amount }) => (
    <Row key={basis_points} label={texts(percentOf(basis_points))} amount={amount} currency={currency} />
  ))
  return (
    <dl className="grid gap-1.5 border-t border-line pt-4">
      <Row label={buying.goods} amount={goods} currency={currency} />
      {shipping && <Row label={buying.shipping} amount={shipping.price} currency={currency} />}
      {!prices_include_tax && tax}
      <div className="flex items-baseline justify-between border-t border-line pt-3">
        <dt className="font-semibold">{buying.total}</dt>
        <dd className="tabular text-2xl font-semibold">
          <Money amount={total} currency={currency} />
        </dd>
      </div>
      {prices_include_tax && tax}
    </dl>
  )
}

function Row({ label, amount, currency }: { label: string; amount: string; currency: string }) {
  return (
    <div className="flex justify-between gap-4 text-soft">
      <dt>{label}</dt>
      <dd className="tabular">
        <Money amount={amount} currency={currency} />
      </dd>
    </div>
  )
}
