/** The input of a grid cell that is being edited. */

import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { cx } from '../../ui/cx.ts'
import { type Field, textOf } from './conflict.ts'

export type EditedField = Extract<Field, 'name' | 'sku' | 'price' | 'stock'>

export type Editing = {
  readonly seen: Product
  readonly field: EditedField
  readonly text: string
  readonly fault?: string | undefined
}

export function CellInput({
  editing: { seen, field, text, fault },
  faultId,
  onText,
  onEnd,
}: {
  editing: Editing
  faultId: string
  onText: (text: string) => void
  onEnd: (how: 'enter' | 'escape' | 'tab' | 'blur') => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const untouched = useRef(text === textOf(field, seen))
  useEffect(() => {
    input.current?.focus()
    if (untouched.current) input.current?.select()
  }, [])
  /** A key that ends the edit also blurs the input; it counts once. */
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
    <input
      ref={input}
      dir="auto"
      value={text}
      size={1}
      inputMode={isText(field) ? 'text' : field === 'price' ? 'decimal' : 'numeric'}
      aria-label={admin.grid.cellOf(admin.fields.labels[field], seen.name)}
      aria-invalid={fault ? true : undefined}
      aria-describedby={fault ? faultId : undefined}
      onChange={(event) => onText(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={() => end('blur')}
      className={cx(
        'min-h-11 w-full rounded-md border border-accent bg-surface px-2 aria-invalid:border-bad',
        !isText(field) && 'tabular text-end',
      )}
    />
  )
}

const isText = (field: EditedField) => field === 'name' || field === 'sku'

/** Typing starts an edit with that character, as in a spreadsheet. */
export function firstLetter(event: KeyboardEvent, field: EditedField): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  const wanted = isText(field) ? /^[\p{L}\p{N}]$/u : /^\d$/
  return wanted.test(event.key) ? event.key : undefined
}
