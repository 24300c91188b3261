/** One option of a group: its values as buttons, or as a list if there are many. Values that are sold out or do not exist say so. */
import { useId } from 'react'
import { t } from '../language/texts.ts'
import { cx } from '../ui/cx.ts'
import { CONTROL } from '../ui/field.tsx'
import { Typed } from '../ui/typed.tsx'
import type { Option } from './variant_choice.ts'

const BUTTONS_MAX = 16

type Props = { option: Option; chosen: string | undefined; choose: (value: string) => void }

export function OptionPicker({ option, chosen, choose }: Props) {
  const name = useId()
  if (option.values.length > BUTTONS_MAX) return <Listed option={option} chosen={chosen} choose={choose} />
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-sm">
        <Typed className="font-semibold">{option.name}</Typed>
        {chosen !== undefined && (
          <>
            {': '}
            <Typed className="text-soft">{chosen}</Typed>
          </>
        )}
      </legend>
      <div className="flex flex-wrap gap-2">
        {option.values.map((each) => (
          <label
            key={each.value}
            className={cx(
              'relative grid min-h-11 min-w-11 cursor-pointer place-items-center rounded-md border px-3.5 text-base transition-colors',
              'has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
              chosen === each.value
                ? 'border-accent bg-accent-soft font-semibold text-ink ring-1 ring-accent'
                : 'border-edge bg-surface hover:bg-sunken',
              !each.in_stock && 'border-dashed text-soft',
              !each.exists && 'line-through',
            )}
          >
            <input
              type="radio"
              name={name}
              value={each.value}
              checked={chosen === each.value}
              onChange={() => choose(each.value)}
              className="sr-only"
            />
            <Typed>{each.value}</Typed>
            {!each.in_stock && <span className="sr-only"> {stateOf(each)}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Listed({ option, chosen, choose }: Props) {
  return (
    <label className="grid gap-2 text-sm">
      <Typed className="font-semibold">{option.name}</Typed>
      <select
        dir="auto"
        className={CONTROL}
        value={chosen ?? ''}
        onChange={({ currentTarget: { value } }) => choose(value)}
      >
        {chosen === undefined && <option value="">{t.product.choose(option.name)}</option>}
        {option.values.map((each) => (
          <option key={each.value} value={each.value}>
            {each.in_stock ? each.value : `${each.value} (${stateOf(each)})`}
          </option>
        ))}
      </select>
    </label>
  )
}

const stateOf = ({ exists }: Option['values'][number]): string =>
  exists ? t.stock.none : t.product.notCombined
