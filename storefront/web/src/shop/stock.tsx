/** The units that are free to sell, as text; the colour only repeats it. */
import { t } from '../language/texts.ts'
import { cx } from '../ui/cx.ts'
import { LOW_STOCK } from './low_stock.ts'

export function describeStock(stock: number): string {
  if (stock === 0) return t.stock.none
  if (stock === 1) return t.stock.last
  return stock <= LOW_STOCK ? t.stock.few(stock) : t.stock.many(stock)
}

export function Stock({ stock, className }: { stock: number; className?: string }) {
  const [dot, text] =
    stock === 0
      ? ['bg-edge', 'text-soft']
      : stock <= LOW_STOCK
        ? ['bg-warn', 'text-warn']
        : ['bg-good', 'text-soft']
  return (
    <span className={cx('tabular inline-flex items-center gap-2', text, className)}>
      <span aria-hidden="true" className={cx('size-2 rounded-full', dot)} />
      {describeStock(stock)}
    </span>
  )
}
