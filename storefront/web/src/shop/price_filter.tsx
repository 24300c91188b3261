/** The lowest and the highest price of a list. Applied when a field is left, or by Enter. */
import { useEffect, useId, useState } from 'react'
import type { Facets } from '../api/types.ts'
import { numberFormat } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { CONTROL } from '../ui/field.tsx'
import { digitsOf } from '../ui/money_math.ts'
import type { Change } from './catalogue_view.ts'
import { amountIn, type CatalogueView } from './view_address.ts'

export function PriceFilter({
  view,
  change,
  prices,
}: {
  view: CatalogueView
  change: (change: Change) => void
  prices: NonNullable<Facets['prices']>
}) {
  const id = useId()
  const [min, setMin] = useState(view.priceMin ?? '')
  const [max, setMax] = useState(view.priceMax ?? '')
  useEffect(() => setMin(view.priceMin ?? ''), [view.priceMin])
  useEffect(() => setMax(view.priceMax ?? ''), [view.priceMax])
  const apply = () => {
    const priceMin = amountOf(min)
    const priceMax = amountOf(max)
    if (priceMin !== view.priceMin || priceMax !== view.priceMax) change({ priceMin, priceMax })
  }
  const field = (label: string, text: string, set: (text: string) => void, hint: string | null) => (
    <label className="min-w-0 flex-1">
      <span className="sr-only">{label}</span>
      <input
        inputMode="decimal"
        value={text}
        placeholder={hint === null ? '' : asTyped(hint)}
        onChange={({ currentTarget: { value } }) => set(value)}
        onBlur={apply}
        className={`${CONTROL} tabular`}
      />
    </label>
  )
  return (
    <form
      aria-labelledby={id}
      className="grid gap-1.5"
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <h2 id={id} className="text-sm font-semibold">
        {t.catalogue.price}
      </h2>
      <div className="flex items-center gap-2">
        {field(t.catalogue.priceMin, min, setMin, prices.min)}
        <span aria-hidden="true">–</span>
        {field(t.catalogue.priceMax, max, setMax, prices.max)}
      </div>
      <button type="submit" className="sr-only">
        {t.catalogue.apply}
      </button>
    </form>
  )
}

/** With a comma or a point; anything that is no amount is none. */
const amountOf = (text: string) => amountIn(text.trim().replace(',', '.'))

/** With the comma or the point of the language. */
const asTyped = (amount: string) =>
  numberFormat({ minimumFractionDigits: digitsOf(amount), useGrouping: false }).format(Number(amount))
