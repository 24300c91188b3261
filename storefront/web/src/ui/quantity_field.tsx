import { NumberField } from '@base-ui/react/number-field'
import { useId } from 'react'
import { currentLocale } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Icon } from './icon.tsx'

const STEP = 'grid min-h-11 w-11 place-items-center hover:bg-sunken disabled:opacity-40'

/** An integer field with buttons for one more and one less. */
export function QuantityField({
  label,
  value,
  max,
  onChange,
  hideLabel = false,
}: {
  label: string
  value: number
  max: number
  onChange: (value: number) => void
  hideLabel?: boolean
}) {
  const id = useId()
  return (
    <NumberField.Root
      id={id}
      value={value}
      min={1}
      max={max}
      locale={currentLocale()}
      format={{ maximumFractionDigits: 0 }}
      onValueChange={(next) => onChange(Math.max(1, Math.min(next ?? 1, max)))}
      className="grid gap-1.5"
    >
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-sm font-semibold'}>
        {label}
      </label>
      <NumberField.Group className="inline-flex w-fit overflow-hidden rounded-md border border-edge bg-surface">
        <NumberField.Decrement aria-label={t.common.oneLess} className={STEP}>
          <Icon name="minus" />
        </NumberField.Decrement>
        <NumberField.Input className="tabular w-14 border-x border-line bg-transparent text-center" />
        <NumberField.Increment aria-label={t.common.oneMore} className={STEP}>
          <Icon name="plus" />
        </NumberField.Increment>
      </NumberField.Group>
    </NumberField.Root>
  )
}
