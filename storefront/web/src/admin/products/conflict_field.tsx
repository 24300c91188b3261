/** One field of a conflict: choose either value, or edit the merged one. What is chosen is not edited here. */

import { useId } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { cx } from '../../ui/cx.ts'
import { CONTROL } from '../../ui/field.tsx'
import { Typed } from '../../ui/typed.tsx'
import { CHOSEN, type Field, type FieldConflict } from './conflict.ts'
import { isMoney, shownText } from './shown_text.ts'

const isChosen = (field: Field) => (CHOSEN as readonly Field[]).includes(field)
const modeOf = (field: Field) =>
  isMoney(field) ? 'decimal' : field === 'stock' || field === 'weight_grams' ? 'numeric' : 'text'

export function ConflictField({
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
  const show = (value: string) => shownText(field, value, currency)
  const who = contested
    ? admin.conflict.both
    : yours === seen
      ? admin.conflict.onlyThey
      : admin.conflict.onlyYou
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
      <legend className="px-1 font-semibold">{admin.fields.labels[field]}</legend>
      <p className="-mt-2 text-sm text-soft">
        {field === 'description' ? `${who}.` : admin.conflict.itWas(who, <Typed>{show(seen)}</Typed>)}
        {field === 'stock' && contested && ` ${admin.conflict.stockMerged}`}
      </p>
      <div className="grid gap-3 sm:grid-cols-3">
        <Choice
          name={id}
          title={admin.conflict.yours}
          label={show(yours)}
          chosen={text === yours}
          onChoose={() => onChange(yours)}
        />
        <Choice
          name={id}
          title={admin.conflict.theirs}
          label={show(theirs)}
          chosen={text === theirs}
          onChoose={() => onChange(theirs)}
        />
        {!isChosen(field) && (
          <div className="grid content-start gap-1.5">
            <label htmlFor={id} className="text-sm font-semibold">
              {admin.conflict.merged}
              <span className="sr-only">: {admin.fields.labels[field]}</span>
            </label>
            {field === 'description' ? (
              <textarea rows={4} {...control} className={cx(CONTROL, 'py-2')} />
            ) : (
              <input {...control} inputMode={modeOf(field)} className={CONTROL} />
            )}
            {fault && (
              <p id={`${id}-fault`} className="text-sm text-bad">
                {fault}
              </p>
            )}
          </div>
        )}
      </div>
    </fieldset>
  )
}

function Choice({
  name,
  title,
  label,
  chosen,
  onChoose,
}: {
  name: string
  title: string
  label: string
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
      <Typed className="max-h-32 overflow-y-auto whitespace-pre-wrap">{label}</Typed>
    </label>
  )
}
