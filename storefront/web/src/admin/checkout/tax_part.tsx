import { useId } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { currentLocale } from '../../language/formats.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Panel } from '../parts.tsx'
import { countryCodes, type Draft, type Faults, newRate, type RateDraft } from './draft.ts'
import { RATED_CLASSES } from './tax_classes.ts'

export type PartProps = {
  readonly draft: Draft
  readonly change: (next: Partial<Draft>) => void
  readonly faults: Faults
}

/** `undefined` for a code that is no country. */
export const countryName = (code: string): string | undefined => {
  if (!/^[A-Z]{2}$/.test(code)) return undefined
  return new Intl.DisplayNames([currentLocale()], { type: 'region', fallback: 'none' }).of(code)
}

export function PricesPart({ draft, change }: PartProps) {
  const texts = admin.checkout
  return (
    <Panel title={texts.prices}>
      <fieldset className="grid gap-2">
        <legend className="sr-only">{texts.prices}</legend>
        {([true, false] as const).map((includes) => (
          <label key={String(includes)} className="flex min-h-11 cursor-pointer items-start gap-3 py-1.5">
            <input
              type="radio"
              name="includes"
              className="mt-1 size-4 accent-accent"
              checked={draft.includeTax === includes}
              onChange={() => change({ includeTax: includes })}
            />
            <span>
              <span className="block font-semibold">{includes ? texts.inclusive : texts.exclusive}</span>
              <span className="block text-sm text-soft">
                {includes ? texts.inclusiveMore : texts.exclusiveMore}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
    </Panel>
  )
}

const ROW = 'grid gap-3 sm:grid-cols-2 lg:grid-cols-[1.3fr_1.2fr_0.9fr_0.8fr_auto]'

export function TaxPart({ draft: { rates }, change, faults }: PartProps) {
  const texts = admin.checkout
  const list = useId()
  const set = (key: number, next: Partial<RateDraft>) =>
    change({ rates: rates.map((rate) => (rate.key === key ? { ...rate, ...next } : rate)) })
  return (
    <Panel title={texts.sections.tax_rates}>
      <p className="mb-4 max-w-2xl text-soft">{texts.taxMore}</p>
      <datalist id={list}>
        {countryCodes().map((code) => (
          <option key={code} value={code}>
            {countryName(code)}
          </option>
        ))}
      </datalist>
      {rates.length === 0 && <p className="mb-4">{texts.noRates}</p>}
      {rates.length > 0 && (
        <div aria-hidden="true" className={`${ROW} mb-2 hidden text-sm font-semibold lg:grid`}>
          <span>{texts.taxClass}</span>
          <span>{texts.country}</span>
          <span>{texts.region}</span>
          <span>{texts.percent}</span>
          <span className="w-11" />
        </div>
      )}
      <ul aria-label={texts.sections.tax_rates} className="grid gap-3">
        {rates.map((rate, i) => {
          const path = `/tax_rates/${i}`
          const code = rate.country.trim().toUpperCase()
          return (
            <li key={rate.key} className={`${ROW} rounded-lg bg-sunken p-3 lg:bg-transparent lg:p-0`}>
              <SelectField
                inRow
                label={texts.taxClass}
                value={rate.tax_class}
                options={RATED_CLASSES.map((value) => ({ value, label: texts.classes[value] }))}
                onChange={({ currentTarget }) =>
                  set(rate.key, { tax_class: currentTarget.value as RateDraft['tax_class'] })
                }
              />
              <TextField
                inRow
                label={texts.country}
                value={rate.country}
                list={list}
                autoComplete="off"
                spellCheck={false}
                hint={countryName(code)}
                error={faults[`${path}/country`] ?? faults[path]}
                onChange={({ currentTarget }) => set(rate.key, { country: currentTarget.value })}
              />
              <TextField
                inRow
                label={texts.region}
                value={rate.region}
                placeholder={texts.wholeCountry}
                autoComplete="off"
                spellCheck={false}
                error={faults[`${path}/region`]}
                onChange={({ currentTarget }) => set(rate.key, { region: currentTarget.value })}
              />
              <TextField
                inRow
                label={texts.percent}
                value={rate.percent}
                inputMode="decimal"
                autoComplete="off"
                error={faults[`${path}/basis_points`]}
                onChange={({ currentTarget }) => set(rate.key, { percent: currentTarget.value })}
              />
              <IconButton
                icon="trash"
                label={texts.removeRate(i + 1)}
                className="self-start"
                onClick={() => change({ rates: rates.filter(({ key }) => key !== rate.key) })}
              />
            </li>
          )
        })}
      </ul>
      <Button
        size="sm"
        icon="plus"
        className="mt-4"
        onClick={() => change({ rates: [...rates, newRate(rates.at(-1)?.country)] })}
      >
        {texts.addRate}
      </Button>
    </Panel>
  )
}
