/** Products as a grid that is edited in place. Enter or a character starts an edit, Enter saves, Escape discards. */

import { Fragment, useId, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { explain } from '../../ui/notice.tsx'
import { Table, Th } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import type { EditedField, Editing } from './cell_input.tsx'
import { type Edit, textOf } from './conflict.ts'
import { readField } from './field_text.ts'
import type { Column } from './grid_columns.ts'
import { ProductRow } from './product_row.tsx'
import { refusedFields } from './refused_fields.ts'
import { useGridKeys } from './use_grid_keys.ts'

type Props = {
  products: readonly Product[]
  caption: string
  columns: readonly Column[]
  save: (seen: Product, edit: Edit) => Promise<Product | undefined>
  remove: (product: Product) => void
  /** Chosen products, for what is done to many. */
  chosen: ReadonlySet<string>
  choose: (ids: readonly string[], on: boolean) => void
}

export function ProductGrid({ products, caption, columns, save, remove, chosen, choose }: Props) {
  const edited = columns.flatMap(({ field }) => (field ? [field] : []))
  const { grid, at, go, onKeyDown } = useGridKeys(products.length, edited.length + 2)
  const faultId = useId()
  const [editing, setEditing] = useState<Editing>()
  const [saving, setSaving] = useState<{ id: string; field: EditedField; text: string }>()

  const begin = (seen: Product, field: EditedField, text = textOf(field, seen)) =>
    setEditing({ seen, field, text })

  const finish = async ({ seen, field, text }: Editing) => {
    const read = readField(field, text, seen)
    if ('fault' in read) {
      setEditing({ seen, field, text, fault: read.fault })
      return
    }
    setEditing(undefined)
    if (read.value === seen[field]) return
    setSaving({ id: seen.id, field, text })
    try {
      await save(seen, { [field]: read.value })
    } catch (error) {
      const fault = refusedFields(error)?.[field] ?? explain(error)
      // Do not interrupt an edit of another cell.
      setEditing((other) => other ?? { seen, field, text, fault })
      toast({
        tone: 'bad',
        title: admin.grid.notSaved(<Typed>{seen.name}</Typed>),
        description: fault,
      })
    } finally {
      setSaving(undefined)
    }
  }

  const all = products.length > 0 && products.every(({ id }) => chosen.has(id))
  return (
    <>
      <Table caption={caption} className="table-fixed sm:min-w-[52rem]">
        <colgroup>
          <col className="w-11 sm:w-14" />
          {columns.map(({ name, width }) => (
            <col key={name} className={width} />
          ))}
          <col className="w-13 sm:w-26" />
        </colgroup>
        <thead>
          <tr>
            <Th className="p-0!">
              <label className="grid min-h-11 cursor-pointer place-items-center">
                <span className="sr-only">{admin.grid.chooseAll}</span>
                <input
                  type="checkbox"
                  className="size-5 accent-accent"
                  checked={all}
                  onChange={() =>
                    choose(
                      products.map(({ id }) => id),
                      !all,
                    )
                  }
                />
              </label>
            </Th>
            {columns.map(({ name, numeric, cell }) => (
              <Th key={name} numeric={numeric} className={`px-2! sm:px-4! ${cell}`}>
                {admin.grid.columns[name]}
              </Th>
            ))}
            <Th>
              <span className="sr-only">{admin.grid.actions}</span>
            </Th>
          </tr>
        </thead>
        <tbody ref={grid} onKeyDown={onKeyDown}>
          {products.map((product, row) => (
            <Fragment key={product.id}>
              <ProductRow
                product={product}
                columns={columns}
                chosen={chosen.has(product.id)}
                choose={(on) => choose([product.id], on)}
                remove={() => remove(product)}
                placeOf={(col) => at(row, col < 0 ? edited.length + 2 + col : col)}
                editing={editing?.seen.id === product.id ? editing : undefined}
                saving={saving?.id === product.id ? saving : undefined}
                faultId={faultId}
                begin={(field, text) => begin(product, field, text)}
                type={(text) => editing && setEditing({ ...editing, text, fault: undefined })}
                end={(how, col) => {
                  if (!editing) return
                  // Synchronous, so that the cell can get the focus and no key press is lost.
                  flushSync(() => {
                    if (how === 'escape') setEditing(undefined)
                    else void finish(editing)
                  })
                  if (how !== 'blur') go({ row, col: how === 'tab' ? col + 1 : col })
                }}
              />
              {editing?.seen.id === product.id && editing.fault && (
                <tr>
                  <td colSpan={columns.length + 2} className="border-b border-line bg-bad-soft p-0">
                    <p
                      id={faultId}
                      role="alert"
                      className="sticky start-0 w-fit max-w-[min(100%,calc(100vw-2rem))] px-4 py-2 text-sm text-bad"
                    >
                      {editing.fault}
                    </p>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </Table>
      <p className="mt-3 hidden text-sm text-soft sm:block">{admin.grid.keys}</p>
    </>
  )
}
