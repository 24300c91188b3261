import { Link } from 'react-router'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { cx } from '../../ui/cx.ts'
import { Ago } from '../../ui/format.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Td } from '../../ui/table.tsx'
import { CellInput, type EditedField, type Editing } from './cell_input.tsx'
import type { Column } from './grid_columns.ts'
import { ProductCell } from './product_cell.tsx'
import type { GridPlace } from './use_grid_keys.ts'

type Props = {
  product: Product
  columns: readonly Column[]
  chosen: boolean
  choose: (on: boolean) => void
  remove: () => void
  /** Of a cell that can have the focus, from 0; -1 is the last one. */
  placeOf: (col: number) => GridPlace
  editing: Editing | undefined
  saving: { field: EditedField; text: string } | undefined
  faultId: string
  begin: (field: EditedField, text?: string) => void
  type: (text: string) => void
  end: (how: 'enter' | 'escape' | 'tab' | 'blur', col: number) => void
}

export function ProductRow({ product, columns, chosen, choose, remove, placeOf, ...edit }: Props) {
  const { editing, saving, faultId, begin, type, end } = edit
  const edited = columns.filter(({ field }) => field)
  return (
    <tr className={cx('group last:*:border-b-0', chosen ? 'bg-accent-soft' : 'hover:bg-ground')}>
      <Td className="p-0!">
        <label className="grid min-h-11 cursor-pointer place-items-center">
          <span className="sr-only">{admin.grid.choose(product.name)}</span>
          <input
            type="checkbox"
            className="size-5 accent-accent"
            checked={chosen}
            onChange={({ currentTarget }) => choose(currentTarget.checked)}
          />
        </label>
      </Td>
      {columns.map((column) => {
        const { name, field, numeric, cell } = column
        if (!field)
          return (
            <Td key={name} numeric={numeric} className={cx(cell, name !== 'reserved' && 'text-sm text-soft')}>
              <Shown product={product} name={name} />
            </Td>
          )
        const col = edited.indexOf(column)
        return (
          <Td key={name} numeric={numeric} className={cx(cell, 'h-16 px-1! py-1.5! sm:px-2!')}>
            {editing?.field === field ? (
              <CellInput editing={editing} faultId={faultId} onText={type} onEnd={(how) => end(how, col)} />
            ) : (
              <ProductCell
                product={product}
                field={field}
                saving={saving?.field === field ? saving.text : undefined}
                place={placeOf(col)}
                begin={(text) => begin(field, text)}
              />
            )}
          </Td>
        )
      })}
      <Td className="px-1! py-1.5! sm:px-2! sm:whitespace-nowrap">
        <Link
          to={`/admin/products/${product.id}`}
          {...placeOf(-2)}
          aria-label={admin.grid.open(product.name)}
          className="inline-grid size-11 place-items-center rounded-md align-middle text-soft hover:bg-sunken hover:text-ink"
        >
          <Icon name="right" />
        </Link>
        <button
          type="button"
          {...placeOf(-1)}
          aria-label={admin.grid.remove(product.name)}
          onClick={remove}
          // A phone has no room beside the arrow: the page of the product removes it, too.
          className="hidden size-11 place-items-center rounded-md align-middle text-soft hover:bg-bad-soft hover:text-bad sm:inline-grid"
        >
          <Icon name="trash" />
        </button>
      </Td>
    </tr>
  )
}

function Shown({ product, name }: { product: Product; name: Column['name'] }) {
  if (name === 'reserved') return formatNumber(product.reserved)
  if (name === 'changed') return <Ago at={product.updated_at} />
  return admin.fields.statuses[product.status]
}
