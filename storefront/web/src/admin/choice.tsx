/** A few alternatives side by side: one is chosen. */
import { cx } from '../ui/cx.ts'

export function Choice<Value extends string>({
  name,
  legend,
  options,
  chosen,
  choose,
  className,
}: {
  name: string
  legend: string
  options: readonly { value: Value; label: string }[]
  chosen: Value
  choose: (value: Value) => void
  className?: string
}) {
  return (
    <fieldset className={cx('flex flex-wrap rounded-md border border-line p-0.5', className)}>
      <legend className="sr-only">{legend}</legend>
      {options.map(({ value, label }) => (
        <label
          key={value}
          className={cx(
            'relative grid min-h-9 cursor-pointer place-items-center rounded-sm px-2.5 text-sm font-semibold has-focus-visible:outline-2 has-focus-visible:outline-accent sm:px-3.5',
            value === chosen ? 'bg-accent-soft text-accent' : 'text-soft hover:text-ink',
          )}
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={value === chosen}
            onChange={() => choose(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}
