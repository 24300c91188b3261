/** Labelled controls. The label is always visible, and an error is linked to its control. */
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from './cx.ts'

export const CONTROL =
  'w-full min-h-11 rounded-md border border-edge bg-surface px-3 text-ink placeholder:text-soft ' +
  'aria-invalid:border-bad aria-invalid:outline-bad'

type Labelled = {
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  /** In a row of several: on wide screens the label is above the column, and here for screen readers alone. */
  inRow?: boolean
}

function Field({
  label,
  hint,
  error,
  inRow = false,
  children,
  className,
}: Labelled & {
  className?: string | undefined
  children: (ids: Record<string, string | boolean | undefined>) => ReactNode
}) {
  const id = useId()
  const described = cx(hint != null && `${id}-hint`, error && `${id}-error`) || undefined
  return (
    <div className={cx('grid content-start gap-1.5', className)}>
      <label htmlFor={id} className={cx('text-sm font-semibold', inRow && 'lg:sr-only')}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described, 'aria-invalid': error ? true : undefined })}
      {hint != null && (
        <p id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  )
}

export function TextField({
  label,
  hint,
  error,
  inRow,
  className,
  ...rest
}: Labelled & ComponentProps<'input'>) {
  return (
    <Field {...{ label, hint, error, className, ...(inRow && { inRow }) }}>
      {(ids) => <input dir="auto" {...rest} {...ids} className={CONTROL} />}
    </Field>
  )
}

export function TextArea({ label, hint, error, className, ...rest }: Labelled & ComponentProps<'textarea'>) {
  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(ids) => <textarea rows={4} dir="auto" {...rest} {...ids} className={cx(CONTROL, 'py-2')} />}
    </Field>
  )
}

export function SelectField<Value extends string>({
  label,
  hint,
  error,
  inRow,
  className,
  options,
  ...rest
}: Labelled &
  Omit<ComponentProps<'select'>, 'children'> & {
    options: readonly { readonly value: Value; readonly label: string }[]
  }) {
  return (
    <Field {...{ label, hint, error, className, ...(inRow && { inRow }) }}>
      {(ids) => (
        <select {...rest} {...ids} className={CONTROL}>
          {options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function Checkbox({
  label,
  className,
  ...rest
}: { label: ReactNode } & Omit<ComponentProps<'input'>, 'type'>) {
  return (
    <label className={cx('inline-flex min-h-11 cursor-pointer items-center gap-2.5', className)}>
      <input type="checkbox" {...rest} className="size-5 accent-accent" />
      <span>{label}</span>
    </label>
  )
}
