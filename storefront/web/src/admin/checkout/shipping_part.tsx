import { admin } from '../../language/admin_texts.ts'
import { formatList } from '../../language/formats.ts'
import { LANGUAGES } from '../../language/languages.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Panel } from '../parts.tsx'
import { Bands } from './bands.tsx'
import { codesIn, type Faults, type MethodDraft, newMethod } from './draft.ts'
import { SHIPPING_CLASSES } from './tax_classes.ts'
import { countryName, type PartProps } from './tax_part.tsx'

export function ShippingPart({
  draft: { methods },
  change,
  faults,
  currency,
}: PartProps & { currency: string }) {
  const texts = admin.checkout
  const set = (key: number, next: Partial<MethodDraft>) =>
    change({ methods: methods.map((method) => (method.key === key ? { ...method, ...next } : method)) })
  return (
    <Panel title={texts.sections.shipping_methods}>
      <p className="mb-4 max-w-2xl text-soft">{texts.shippingMore}</p>
      {methods.length === 0 && <p className="mb-4">{texts.noMethods}</p>}
      <div className="grid gap-5">
        {methods.map((method, i) => (
          <MethodFields
            key={method.key}
            method={method}
            path={`/shipping_methods/${i}`}
            number={i + 1}
            faults={faults}
            currency={currency}
            set={(next) => set(method.key, next)}
            remove={() => change({ methods: methods.filter(({ key }) => key !== method.key) })}
          />
        ))}
      </div>
      <Button
        size="sm"
        icon="plus"
        className="mt-4"
        onClick={() => change({ methods: [...methods, newMethod()] })}
      >
        {texts.addMethod}
      </Button>
    </Panel>
  )
}

function MethodFields({
  method,
  path,
  number,
  faults,
  currency,
  set,
  remove,
}: {
  method: MethodDraft
  path: string
  number: number
  faults: Faults
  currency: string
  set: (next: Partial<MethodDraft>) => void
  remove: () => void
}) {
  const texts = admin.checkout
  const names = codesIn(method.countries).flatMap((code) => countryName(code) ?? [])
  return (
    <fieldset className="grid min-w-0 gap-4 rounded-lg border border-line p-4">
      <legend className="px-1 font-semibold">{method.en.trim() || texts.method(number)}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        {(['en', 'de'] as const).map((language) => (
          <TextField
            key={language}
            lang={language}
            label={admin.settings.in(texts.name, LANGUAGES[language].name)}
            value={method[language]}
            error={faults[`${path}/names/${language}`]}
            onChange={({ currentTarget }) => set({ [language]: currentTarget.value })}
          />
        ))}
        <TextField
          label={texts.id}
          hint={texts.idHint}
          value={method.id}
          autoComplete="off"
          spellCheck={false}
          error={faults[`${path}/id`]}
          onChange={({ currentTarget }) => set({ id: currentTarget.value })}
        />
        <SelectField
          label={texts.shippingClass}
          value={method.tax_class}
          options={SHIPPING_CLASSES.map((value) => ({ value, label: texts.classes[value] }))}
          onChange={({ currentTarget }) =>
            set({ tax_class: currentTarget.value as MethodDraft['tax_class'] })
          }
        />
        <TextField
          className="sm:col-span-2"
          label={texts.countries}
          hint={names.length > 0 ? formatList(names) : texts.countriesHint}
          value={method.countries}
          autoComplete="off"
          spellCheck={false}
          error={faults[`${path}/countries`] ?? countryFault(faults, path)}
          onChange={({ currentTarget }) => set({ countries: currentTarget.value })}
        />
      </div>
      <Bands method={method} path={path} faults={faults} currency={currency} set={set} />
      <Button size="sm" tone="danger" icon="trash" className="justify-self-start" onClick={remove}>
        {texts.removeMethod}
      </Button>
    </fieldset>
  )
}

/** Of one of the countries of a method. */
const countryFault = (faults: Faults, path: string): string | undefined =>
  Object.entries(faults).find(([at]) => at.startsWith(`${path}/countries/`))?.[1]
