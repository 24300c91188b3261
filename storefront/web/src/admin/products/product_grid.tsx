/** The products as a grid that is edited in place. Enter or a first letter begins, Enter keeps, Escape leaves it. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Link } from 'react-router'
import { ShopProblem } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import { Cover } from '../../shop/cover.tsx'
import { cx } from '../../ui/cx.ts'
import { Ago, formatAmount, formatNumber } from '../../ui/format.tsx'
import { Icon, Spinner } from '../../ui/icon.tsx'
import { explain } from '../../ui/notice.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.ts'
import type { Edit, Field } from './conflict.ts'
import { FIELD_WORDS, readField } from './field_text.ts'
import { useGridKeys } from './use_grid_keys.ts'

type EditedField = Exclude<Field, 'description'>
const COLUMNS: readonly EditedField[] = ['name', 'price', 'stock']
const OPEN = 3
const REMOVE = 4
const COUNT = 5
const FEW = 5

type Editing = {
  readonly seen: Product
  readonly field: EditedField
  readonly text: string
  readonly fault?: string | undefined
}

type Props = {
  products: readonly Product[]
  save: (seen: Product, edit: Edit) => Promise<Product | undefined>
  remove: (product: Product) => void
}

export function ProductGrid({ products, save, remove }: Props) {
  const { grid, at, go, onKeyDown } = useGridKeys(products.length, COUNT)
  const [editing, setEditing] = useState<Editing>()
  const [saving, setSaving] = useState<{ id: string; field: EditedField; text: string }>()

  const begin = (seen: Product, field: EditedField, text = String(seen[field])) =>
    setEditing({ seen, field, text })

  const finish = async ({ seen, field, text }: Editing) => {
    const read = readField(field, text, seen.currency)
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
      const refused = error instanceof ShopProblem && error.code === 'validation_failed'
      setEditing({
        seen,
        field,
        text,
        fault: refused ? 'The shop does not take this value.' : explain(error),
      })
      if (!refused) toast({ tone: 'bad', title: 'It was not saved', description: explain(error) })
    } finally {
      setSaving(undefined)
    }
  }

  return (
    <>
      <Table caption="Products" className="min-w-[42.5rem] table-fixed sm:min-w-3xl">
        <colgroup>
          <col />
          <col className="w-24 sm:w-32" />
          <col className="w-20 sm:w-28" />
          <col className="w-26" />
          <col className="w-36" />
          <col className="w-26" />
        </colgroup>
        <thead>
          <tr>
            <Th>Name</Th>
            <Th numeric>Price</Th>
            <Th numeric>Stock</Th>
            <Th numeric>Reserved</Th>
            <Th>Changed</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody ref={grid} onKeyDown={onKeyDown}>
          {products.map((product, row) => (
            <tr key={product.id} className="group last:*:border-b-0 hover:bg-ground">
              {COLUMNS.map((field, col) => {
                const edited = editing?.seen.id === product.id && editing.field === field
                const busy = saving?.id === product.id && saving.field === field
                return (
                  <Td key={field} numeric={field !== 'name'} className="h-16 px-2! py-1.5!">
                    {edited ? (
                      <CellInput
                        editing={editing}
                        onText={(text) => setEditing({ ...editing, text, fault: undefined })}
                        onEnd={(how) => {
                          // At once, so that the focus has somewhere to go and no key is lost in between.
                          flushSync(() => {
                            if (how === 'escape') setEditing(undefined)
                            else void finish(editing)
                          })
                          if (how !== 'blur') go({ row, col: how === 'tab' ? col + 1 : col })
                        }}
                      />
                    ) : (
                      <button
                        type="button"
                        {...at(row, col)}
                        aria-label={`${FIELD_WORDS[field]} ${shown(product, field)}, edit`}
                        aria-busy={busy || undefined}
                        onClick={() => begin(product, field)}
                        onKeyDown={(event) => {
                          const text = firstLetter(event, field)
                          if (text === undefined) return
                          event.preventDefault()
                          begin(product, field, text)
                        }}
                        className={cx(
                          'flex min-h-11 w-full min-w-0 items-center gap-3 rounded-md border border-transparent px-2 hover:border-edge',
                          field === 'name' ? 'text-left font-semibold' : 'justify-end',
                          busy && 'opacity-60',
                        )}
                      >
                        {field === 'name' && (
                          <Cover
                            id={product.id}
                            className="hidden aspect-square w-10 shrink-0 rounded-sm sm:block"
                          />
                        )}
                        <span className={cx('min-w-0', field === 'name' && 'line-clamp-2 leading-5')}>
                          {busy ? saving.text : <Shown product={product} field={field} />}
                        </span>
                        {busy && <Spinner className="size-4" />}
                      </button>
                    )}
                  </Td>
                )
              })}
              <Td numeric className={product.reserved === 0 ? 'text-soft' : undefined}>
                {formatNumber(product.reserved)}
              </Td>
              <Td className="text-sm text-soft">
                <Ago at={product.updated_at} />
              </Td>
              <Td className="px-2! py-1.5! whitespace-nowrap">
                <Link
                  to={`/admin/products/${product.id}`}
                  {...at(row, OPEN)}
                  aria-label={`Open ${product.name}`}
                  className="inline-grid size-11 place-items-center rounded-md align-middle text-soft hover:bg-sunken hover:text-ink"
                >
                  <Icon name="right" />
                </Link>
                <button
                  type="button"
                  {...at(row, REMOVE)}
                  aria-label={`Remove ${product.name}`}
                  onClick={() => remove(product)}
                  className="inline-grid size-11 place-items-center rounded-md align-middle text-soft hover:bg-bad-soft hover:text-bad"
                >
                  <Icon name="trash" />
                </button>
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p className="mt-3 hidden text-sm text-soft sm:block">
        Arrow keys walk through the table. Enter edits a cell and keeps it, Escape leaves it as it was.
      </p>
    </>
  )
}

function CellInput({
  editing: { seen, field, text, fault },
  onText,
  onEnd,
}: {
  editing: Editing
  onText: (text: string) => void
  onEnd: (how: 'enter' | 'escape' | 'tab' | 'blur') => void
}) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const untouched = useRef(text === String(seen[field]))
  useEffect(() => {
    input.current?.focus()
    if (untouched.current) input.current?.select()
  }, [])
  /** Leaving by a key also blurs; it counts once. */
  const ended = useRef(false)
  const end = (how: 'enter' | 'escape' | 'tab' | 'blur') => {
    if (ended.current) return
    ended.current = true
    onEnd(how)
    queueMicrotask(() => {
      ended.current = false
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const how = ({ Enter: 'enter', Escape: 'escape', Tab: 'tab' } as const)[event.key]
    if (!how || (how === 'tab' && event.shiftKey)) return
    event.preventDefault()
    end(how)
  }
  return (
    <div className="relative">
      <input
        ref={input}
        value={text}
        inputMode={field === 'name' ? 'text' : field === 'price' ? 'decimal' : 'numeric'}
        aria-label={`${FIELD_WORDS[field]} of ${seen.name}`}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault ? id : undefined}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={() => end('blur')}
        className={cx(
          'min-h-11 w-full rounded-md border border-accent bg-surface px-2 aria-invalid:border-bad',
          field !== 'name' && 'tabular text-right',
        )}
      />
      {fault && (
        <p
          id={id}
          role="alert"
          className="absolute top-full right-0 z-10 mt-1 w-60 rounded-md bg-bad-soft px-3 py-2 text-left text-sm text-bad shadow-over"
        >
          {fault}
        </p>
      )}
    </div>
  )
}

function Shown({ product, field }: { product: Product; field: EditedField }) {
  if (field !== 'stock') return shown(product, field)
  const { stock } = product
  return (
    <span
      className={cx('inline-flex items-center gap-2', stock === 0 ? 'text-bad' : stock <= FEW && 'text-warn')}
    >
      {stock <= FEW && <span className={cx('size-2 rounded-full', stock === 0 ? 'bg-bad' : 'bg-warn')} />}
      {formatNumber(stock)}
    </span>
  )
}

const shown = (product: Product, field: EditedField): string =>
  field === 'price'
    ? formatAmount(product.price, product.currency)
    : field === 'stock'
      ? formatNumber(product.stock)
      : product.name

/** A digit begins a number with that digit, as in every spreadsheet; F2 begins with what is there. */
function firstLetter(event: KeyboardEvent, field: EditedField): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  const wanted = field === 'name' ? /^[\p{L}\p{N}]$/u : /^\d$/
  return wanted.test(event.key) ? event.key : undefined
}
