/**
 * The price of a product, and what it was before. A reduction is measured by the lowest price of the 30 days before it, and
 * shown with it (Directive 98/6/EC, Article 6a).
 */
import type { Group, Product } from '../api/types.ts'
import { formatPercent } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { REDUCED, REDUCED_ROW, SHARE } from '../looks.ts'
import { cx } from '../ui/cx.ts'
import { Money } from '../ui/format.tsx'
import { reductionOf } from './reduction.ts'

type Props = { product: Product; full?: boolean; className?: string }

/** `full` with the words that belong beside a reduction; a card has no room for them, and shows no percentage. */
export function Price({ product, full = false, className }: Props) {
  const { price, currency } = product
  const reduction = reductionOf(product)
  if (!reduction) return <Money amount={price} currency={currency} className={cx('tabular', className)} />
  return (
    <span className={REDUCED}>
      <span className={REDUCED_ROW}>
        <Money amount={price} currency={currency} className={cx('tabular text-bad', className)} />
        <s className="tabular text-soft">
          <span className="sr-only">{t.product.before} </span>
          <Money amount={reduction.before} currency={currency} />
        </s>
        {full && reduction.share !== undefined && (
          <span className={SHARE}>{formatPercent(-reduction.share)}</span>
        )}
      </span>
      {full && reduction.lowest !== undefined && (
        <span className="text-sm text-soft">
          {t.product.lowest30(<Money amount={reduction.lowest} currency={currency} />)}
        </span>
      )}
    </span>
  )
}

/** From the least price of a variant to the highest. */
export function PriceRange({ group, className }: { group: Group; className?: string }) {
  const { price_from, price_to, currency } = group
  if (price_from === null) return null
  const least = <Money amount={price_from} currency={currency} />
  return (
    <span className={cx('tabular', className)}>
      {price_from === price_to ? least : t.product.from(least)}
    </span>
  )
}
