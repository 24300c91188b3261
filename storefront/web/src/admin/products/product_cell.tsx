import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount, formatNumber } from '../../language/formats.ts'
import { LOW_STOCK } from '../../shop/low_stock.ts'
import { cx } from '../../ui/cx.ts'
import { Spinner } from '../../ui/icon.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Thumb } from '../pictures/thumb.tsx'
import { type EditedField, firstLetter } from './cell_input.tsx'
import type { GridPlace } from './use_grid_keys.ts'

type Props = {
  product: Product
  field: EditedField
  /** The text that is being saved. */
  saving: string | undefined
  place: GridPlace
  /** Without `text`, it starts with the value of the cell. */
  begin: (text?: string) => void
}

/** A cell that is not being edited. A click, Enter or a character starts the edit. */
export function ProductCell({ product, field, saving, place, begin }: Props) {
  const busy = saving !== undefined
  return (
    <button
      type="button"
      {...place}
      aria-label={admin.grid.cell(admin.fields.labels[field], shown(product, field))}
      aria-busy={busy || undefined}
      onClick={() => begin()}
      onKeyDown={(event) => {
        const text = firstLetter(event, field)
        if (text === undefined) return
        event.preventDefault()
        begin(text)
      }}
      className={cx(
        'flex min-h-11 w-full min-w-0 items-center gap-3 rounded-md border border-transparent px-1 hover:border-edge sm:px-2',
        field === 'name'
          ? 'text-start font-semibold'
          : field === 'sku'
            ? 'text-start text-sm'
            : 'justify-end text-sm sm:text-base',
        busy && 'opacity-60',
      )}
    >
      {field === 'name' && (
        <Thumb of={product} className="hidden aspect-square w-10 shrink-0 rounded-sm sm:block" />
      )}
      <Typed className={cx('leading-5', field === 'name' && 'line-clamp-2')}>
        {busy ? saving : <Shown product={product} field={field} />}
      </Typed>
      {busy && <Spinner className="size-4" />}
    </button>
  )
}

function Shown({ product, field }: { product: Product; field: EditedField }) {
  if (field !== 'stock') return shown(product, field)
  const { stock } = product
  return (
    <span
      className={cx(
        'inline-flex items-center gap-2',
        stock === 0 ? 'text-bad' : stock <= LOW_STOCK && 'text-warn',
      )}
    >
      {stock <= LOW_STOCK && (
        <span className={cx('size-2 rounded-full', stock === 0 ? 'bg-bad' : 'bg-warn')} />
      )}
      {formatNumber(stock)}
    </span>
  )
}

function shown(product: Product, field: EditedField): string {
  switch (field) {
    case 'price':
      return formatAmount(product.price, product.currency)
    case 'stock':
      return formatNumber(product.stock)
    case 'sku':
      return product.sku ?? '–'
    case 'name':
      return product.name
  }
}
