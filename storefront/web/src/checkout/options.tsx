/** Alternatives with a line about each: ways of shipping and of paying. */
import { type ReactNode, useId } from 'react'
import { cx } from '../ui/cx.ts'
import { CheckoutPart } from './checkout_part.tsx'

export function Options<Value extends string>({
  name,
  title,
  options,
  chosen,
  choose,
}: {
  name: string
  title: string
  options: readonly {
    readonly value: Value
    readonly label: ReactNode
    readonly more?: ReactNode
    readonly aside?: ReactNode
  }[]
  chosen: string
  choose: (value: Value) => void
}) {
  const id = useId()
  return (
    <CheckoutPart id={id} title={title}>
      <div role="radiogroup" aria-labelledby={id} className="grid gap-2">
        {options.map(({ value, label, more, aside }) => (
          <label
            key={value}
            className={cx(
              'flex min-h-13 cursor-pointer items-center gap-3 rounded-md border px-4 py-2.5',
              value === chosen ? 'border-accent bg-accent-soft' : 'border-edge hover:bg-sunken',
            )}
          >
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === chosen}
              onChange={() => choose(value)}
              className="size-5 shrink-0 accent-accent"
            />
            <span className="min-w-0 flex-1">
              <span className="font-semibold">{label}</span>
              {more && <span className="block text-sm text-soft">{more}</span>}
            </span>
            {aside}
          </label>
        ))}
      </div>
    </CheckoutPart>
  )
}
