/** Yours, theirs and merged, field by field. The merged product is ready to be saved with one click. */
import { type FormEvent, type RefObject, useId, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { CONTROL } from '../../ui/field.tsx'
import { formatAmount, formatNumber } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Typed } from '../../ui/typed.tsx'
import { conflictsOf, type Edit, type Field, type FieldConflict } from './conflict.ts'
import { FIELD_WORDS, readFields } from './field_text.ts'
import type { Conflict } from './use_save_product.ts'

type Props = {
  conflict: Conflict | undefined
  resolve: (merged: Edit) => Promise<void>
  keepTheirs: () => void
  putOff: () => void
}

export function ConflictDialog({ conflict, resolve, keepTheirs, putOff }: Props) {
  const saver = useRef<HTMLButtonElement>(null)
  return (
    <Dialog
      open={conflict !== undefined}
      onOpenChange={(open) => !open && putOff()}
      size="wide"
      initialFocus={saver}
      title="Someone else changed this product"
      description="Nothing was saved yet. The merged version keeps both changes where it can."
    >
      {conflict && (
        <Merge
          key={conflict.current.version}
          saver={saver}
          conflict={conflict}
          resolve={resolve}
          keepTheirs={keepTheirs}
        />
      )}
    </Dialog>
  )
}

function Merge({
  conflict,
  resolve,
  keepTheirs,
  saver,
}: Omit<Props, 'putOff'> & { conflict: Conflict; saver: RefObject<HTMLButtonElement | null> }) {
  const { seen, edit, current } = conflict
  const rows = conflictsOf(seen, edit, current)
  const [texts, setTexts] = useState<Partial<Record<Field, string>>>(() =>
    Object.fromEntries(rows.map(({ field, merged }) => [field, merged])),
  )
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const { edit: merged, faults } = readFields(texts, current)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (Object.keys(faults).length > 0) return
    setBusy(true)
    setError(undefined)
    await resolve(merged).catch(setError)
    setBusy(false)
  }
  return (
    <form onSubmit={submit} className="grid gap-5">
      {error !== undefined && <ProblemNotice error={error} doing="save the merged product" />}
      {rows.map((row) => (
        <FieldRow
          key={row.field}
          row={row}
          currency={current.currency}
          text={texts[row.field] ?? ''}
          fault={faults[row.field]}
          onChange={(text) => setTexts({ ...texts, [row.field]: text })}
        />
      ))}
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap justify-end gap-3 border-t border-line bg-surface p-5 sm:-bottom-7 sm:-mx-7 sm:-mb-7 sm:px-7">
        <Button onClick={keepTheirs}>Keep theirs</Button>
        <Button ref={saver} type="submit" tone="primary" busy={busy}>
          Save merged
        </Button>
      </div>
    </form>
  )
}

function FieldRow({
  row,
  currency,
  text,
  fault,
  onChange,
}: {
  row: FieldConflict
  currency: string
  text: string
  fault: string | undefined
  onChange: (text: string) => void
}) {
  const id = useId()
  const { field, seen, yours, theirs, contested } = row
  const show = (value: string) => shown(field, value, currency)
  const control = {
    id,
    dir: 'auto',
    value: text,
    'aria-invalid': fault ? (true as const) : undefined,
    'aria-describedby': fault ? `${id}-fault` : undefined,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  }
  return (
    <fieldset className="grid gap-3 rounded-lg border border-line p-4">
      <legend className="px-1 font-semibold">{FIELD_WORDS[field]}</legend>
      <p className="-mt-2 text-sm text-soft">
        {contested
          ? 'Both of you changed it'
          : yours === seen
            ? 'Only they changed it'
            : 'Only you changed it'}
        {field !== 'description' && (
          <>
            ; it was <Typed>{show(seen)}</Typed>
          </>
        )}
        .{field === 'stock' && contested && ' Merged moves their count by as much as you moved it.'}
      </p>
      <div className="grid gap-3 sm:grid-cols-3">
        <Choice
          name={id}
          title="Yours"
          words={show(yours)}
          chosen={text === yours}
          onChoose={() => onChange(yours)}
        />
        <Choice
          name={id}
          title="Theirs"
          words={show(theirs)}
          chosen={text === theirs}
          onChoose={() => onChange(theirs)}
        />
        <div className="grid content-start gap-1.5">
          <label htmlFor={id} className="text-sm font-semibold">
            Merged<span className="sr-only"> {FIELD_WORDS[field].toLowerCase()}</span>
          </label>
          {field === 'description' ? (
            <textarea rows={4} {...control} className={cx(CONTROL, 'py-2')} />
          ) : (
            <input
              {...control}
              inputMode={field === 'name' ? 'text' : field === 'price' ? 'decimal' : 'numeric'}
              className={CONTROL}
            />
          )}
          {fault && (
            <p id={`${id}-fault`} className="text-sm text-bad">
              {fault}
            </p>
          )}
        </div>
      </div>
    </fieldset>
  )
}

function Choice({
  name,
  title,
  words,
  chosen,
  onChoose,
}: {
  name: string
  title: string
  words: string
  chosen: boolean
  onChoose: () => void
}) {
  return (
    <label
      className={cx(
        'grid cursor-pointer content-start gap-1 rounded-md border p-3 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        chosen ? 'border-accent bg-accent-soft' : 'border-edge hover:bg-sunken',
      )}
    >
      <span className="flex items-center gap-2 text-sm font-semibold">
        <input
          type="radio"
          name={name}
          checked={chosen}
          onChange={onChoose}
          className="size-4 accent-accent"
        />
        {title}
      </span>
      <Typed className="max-h-32 overflow-y-auto whitespace-pre-wrap">{words}</Typed>
    </label>
  )
}

function shown(field: Field, value: string, currency: string): string {
  if (field === 'price') return formatAmount(value, currency)
  if (field === 'stock') return formatNumber(Number(value))
  return value === '' ? '(empty)' : field === 'name' ? `“${value}”` : value
}
