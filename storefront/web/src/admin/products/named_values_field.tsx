/** Lists of values with names: the attributes of a product, or the options of a group. */

import { type KeyboardEvent, useId, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { CONTROL, TextField } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Typed } from '../../ui/typed.tsx'
import type { NamedValues } from './conflict.ts'

type Props = {
  rows: readonly NamedValues[]
  onChange: (rows: readonly NamedValues[]) => void
  texts: { readonly name: string; readonly values: string; readonly add: string }
  max: number
  fault: string | undefined
}

export function NamedValuesField({ rows, onChange, texts, max, fault }: Props) {
  const id = useId()
  const set = (at: number, row: NamedValues) => onChange(rows.map((each, i) => (i === at ? row : each)))
  return (
    <div className="grid gap-3">
      {rows.map(([name, values], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing else that stays
        <div key={i} className="flex flex-wrap items-start gap-3 rounded-lg bg-sunken p-3">
          <TextField
            label={texts.name}
            value={name}
            className="min-w-0 flex-1 basis-32"
            aria-describedby={fault && id}
            onChange={({ currentTarget }) => set(i, [currentTarget.value, values])}
          />
          <div className="min-w-0 flex-[2] basis-56">
            <ValuesInput label={texts.values} values={values} onChange={(next) => set(i, [name, next])} />
          </div>
          <IconButton
            icon="trash"
            className="-mx-2 sm:mt-6"
            label={admin.fields.removeRow(name)}
            onClick={() => onChange(rows.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      {fault && (
        <p id={id} role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
      {rows.length < max && (
        <Button
          size="sm"
          icon="plus"
          className="justify-self-start"
          onClick={() => onChange([...rows, ['', []]])}
        >
          {texts.add}
        </Button>
      )}
    </div>
  )
}

/** Enter, or leaving the field, adds what is typed. Pasted lines are a value each. */
function ValuesInput({
  label,
  values,
  onChange,
}: {
  label: string
  values: readonly string[]
  onChange: (values: readonly string[]) => void
}) {
  const id = useId()
  const [text, setText] = useState('')
  const add = (typed: string) => {
    const fresh = typed
      .split('\n')
      .map((value) => value.trim())
      .filter((value) => value !== '')
    setText('')
    if (fresh.length > 0) onChange([...new Set([...values, ...fresh])])
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault()
      add(text)
    } else if (event.key === 'Backspace' && text === '' && values.length > 0) {
      onChange(values.slice(0, -1))
    }
  }
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-semibold">
        {label}
      </label>
      <div className={cx(CONTROL, 'flex flex-wrap items-center gap-1.5 px-1.5! py-1')}>
        {values.map((value) => (
          <span
            key={value}
            className="inline-flex min-w-0 items-center rounded-sm bg-accent-soft ps-2 text-sm text-accent"
          >
            <Typed>{value}</Typed>
            <button
              type="button"
              aria-label={admin.fields.removeValue(value)}
              className="grid size-8 shrink-0 place-items-center"
              onClick={() => onChange(values.filter((each) => each !== value))}
            >
              <Icon name="close" className="size-3.5" />
            </button>
          </span>
        ))}
        <input
          id={id}
          dir="auto"
          size={8}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text/plain')
            if (!pasted.includes('\n')) return
            event.preventDefault()
            add(text + pasted)
          }}
          onBlur={() => add(text)}
          className="min-h-8 min-w-0 flex-1 bg-transparent px-1.5"
        />
      </div>
    </div>
  )
}
