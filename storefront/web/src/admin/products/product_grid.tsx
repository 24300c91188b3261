/** The products as a grid that is edited in place. Enter or a character starts an edit, Enter saves, Escape discards. */

import { Fragment, useId, useState } from 'react'
import { flushSync } from 'react-dom'
import { Link } from 'react-router'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { cx } from '../../ui/cx.ts'
import { faultsByField } from '../../ui/field_faults.ts'
import { Ago } from '../../ui/format.tsx'
import { Icon } from '../../ui/icon.tsx'
import { explain } from '../../ui/notice.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { CellInput, type EditedField, type Editing } from './cell_input.tsx'
import type { Edit } from './conflict.ts'
import { readField } from './field_text.ts'
import { ProductCell } from './product_cell.tsx'
import { useGridKeys } from './use_grid_keys.ts'

const COLUMNS: readonly EditedField[] = ['name', 'price', 'stock']
const OPEN = 3
const REMOVE = 4
const COUNT = 5

type Props = {
  products: readonly Product[]
  save: (seen: Product, edit: Edit) => Promise<Product | undefined>
  remove: (product: Product) => void
}

export function ProductGrid({ products, save, remove }: Props) {
  const { grid, at, go, onKeyDown } = useGridKeys(products.length, COUNT)
  const faultId = useId()
  const [editing, setEditing] = useState<Editing>()
  const [saving, setSaving] = useState<{ id: string; field: EditedField; text: string }>()

  const begin = (seen: Product, field: EditedField, text = String(seen[field])) =>
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
      const fault = faultsByField(error, admin.fields.subjects)?.[field] ?? explain(error)
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

  return (
    <>
      <Table caption={admin.grid.caption} className="table-fixed sm:min-w-[52rem]">
        <colgroup>
          <col />
          <col className="w-22 sm:w-36" />
          <col className="w-16 sm:w-36" />
          <col className="hidden w-28 sm:table-column" />
          <col className="hidden w-36 sm:table-column" />
          <col className="w-13 sm:w-26" />
        </colgroup>
        <thead>
          <tr>
            <Th className="px-2! sm:px-4!">{admin.fields.labels.name}</Th>
            <Th numeric className="px-2! sm:px-4!">
              {admin.fields.labels.price}
            </Th>
            <Th numeric className="px-2! sm:px-4!">
              {admin.fields.labels.stock}
            </Th>
            <Th numeric className="hidden sm:table-cell">
              {admin.grid.reserved}
            </Th>
            <Th className="hidden sm:table-cell">{admin.grid.changed}</Th>
            <Th>
              <span className="sr-only">{admin.grid.actions}</span>
            </Th>
          </tr>
        </thead>
        <tbody ref={grid} onKeyDown={onKeyDown}>
          {products.map((product, row) => (
            <Fragment key={product.id}>
              <tr className="group last:*:border-b-0 hover:bg-ground">
                {COLUMNS.map((field, col) => {
                  const edited = editing?.seen.id === product.id && editing.field === field
                  const busy = saving?.id === product.id && saving.field === field
                  return (
                    <Td key={field} numeric={field !== 'name'} className="h-16 px-1! py-1.5! sm:px-2!">
                      {edited ? (
                        <CellInput
                          editing={editing}
                          faultId={faultId}
                          onText={(text) => setEditing({ ...editing, text, fault: undefined })}
                          onEnd={(how) => {
                            // Synchronous, so that the cell can get the focus and no key press is lost.
                            flushSync(() => {
                              if (how === 'escape') setEditing(undefined)
                              else void finish(editing)
                            })
                            if (how !== 'blur') go({ row, col: how === 'tab' ? col + 1 : col })
                          }}
                        />
                      ) : (
                        <ProductCell
                          product={product}
                          field={field}
                          saving={busy ? saving.text : undefined}
                          place={at(row, col)}
                          begin={(text) => begin(product, field, text)}
                        />
                      )}
                    </Td>
                  )
                })}
                <Td numeric className={cx('hidden sm:table-cell', product.reserved === 0 && 'text-soft')}>
                  {formatNumber(product.reserved)}
                </Td>
                <Td className="hidden text-sm text-soft sm:table-cell">
                  <Ago at={product.updated_at} />
                </Td>
                <Td className="px-1! py-1.5! sm:px-2! sm:whitespace-nowrap">
                  <Link
                    to={`/admin/products/${product.id}`}
                    {...at(row, OPEN)}
                    aria-label={admin.grid.open(product.name)}
                    className="inline-grid size-11 place-items-center rounded-md align-middle text-soft hover:bg-sunken hover:text-ink"
                  >
                    <Icon name="right" />
                  </Link>
                  <button
                    type="button"
                    {...at(row, REMOVE)}
                    aria-label={admin.grid.remove(product.name)}
                    onClick={() => remove(product)}
                    className="inline-grid size-11 place-items-center rounded-md align-middle text-soft hover:bg-bad-soft hover:text-bad"
                  >
                    <Icon name="trash" />
                  </button>
                </Td>
              </tr>
              {editing?.seen.id === product.id && editing.fault && (
                <tr>
                  <td colSpan={COLUMNS.length + 1} className="border-b border-line bg-bad-soft p-0">
                    <p
                      id={faultId}
                      role="alert"
                      className="sticky start-0 w-fit max-w-[min(100%,calc(100vw-2rem))] px-4 py-2 text-sm text-bad"
                    >
                      {editing.fault}
                    </p>
                  </td>
                  <td colSpan={2} className="hidden border-b border-line bg-bad-soft sm:table-cell" />
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
