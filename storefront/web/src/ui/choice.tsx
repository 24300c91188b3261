/** A few alternatives side by side: one is chosen. */
import { cx } from './cx.ts'

export function Choice<Value extends string>({
  name,
  legend,
  options,
  chosen,
  choose,
  quiet = false,
  className,
}: {
  name: string
  legend: string
  options: readonly { readonly value: Value; readonly label: string; readonly lang?: string }[]
  chosen: Value
  choose: (value: Value) => void
  /** Where it is a side matter. */
  quiet?: boolean
  className?: string
}) {
  return (
    <fieldset className={cx('flex flex-wrap rounded-md border border-line p-0.5', className)}>
      <legend className="sr-only">{legend}</legend>
      {options.map(({ value, label, lang }) => (
        <label
          key={value}
          lang={lang}
          className={cx(
            'relative grid min-h-9 grow cursor-pointer place-items-center rounded-sm px-2.5 text-sm font-semibold has-focus-visible:outline-2 has-focus-visible:outline-accent sm:px-3.5',
            value !== chosen
              ? 'text-soft hover:text-ink'
              : quiet
                ? 'bg-sunken text-ink'
                : 'bg-accent-soft text-accent',
          )}
        >
          <input
            type="radio"
            name={name}
            value={value}
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
