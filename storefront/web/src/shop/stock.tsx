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
  const state = stock === 0 ? 'none' : stock <= LOW_STOCK ? 'few' : 'many'
  return (
    <Dotted state={state} className={className}>
      {describeStock(stock)}
    </Dotted>
  )
}

/** Of a group: whether any of its variants is in stock. */
export const InStock = ({ inStock, className }: { inStock: boolean; className?: string }) => (
  <Dotted state={inStock ? 'many' : 'none'} className={className}>
    {inStock ? t.catalogue.inStock : t.stock.none}
  </Dotted>
)

const LOOKS = {
  none: ['bg-edge', 'text-soft'],
  few: ['bg-warn', 'text-warn'],
  many: ['bg-good', 'text-soft'],
} as const

function Dotted({
  state,
  className,
  children,
}: {
  state: keyof typeof LOOKS
  className: string | undefined
  children: string
}) {
  const [dot, text] = LOOKS[state]
  return (
    <span className={cx('tabular inline-flex items-center gap-2', text, className)}>
      <span aria-hidden="true" className={cx('size-2 rounded-full', dot)} />
      {children}
    </span>
  )
}
