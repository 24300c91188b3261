/** Who buys, and where the parcel goes. Browsers fill it in by the autocomplete names. */
import { useId } from 'react'
import { buying } from '../language/buying_texts.ts'
import { currentLocale } from '../language/formats.ts'
import { SelectField, TextField } from '../ui/field.tsx'
import type { Buyer, Faults, Field } from './buyer.ts'
import { CheckoutPart } from './checkout_part.tsx'

type Props = {
  buyer: Buyer
  change: (change: Partial<Buyer>) => void
  faults: Faults
  countries: readonly string[]
  /** Taxes or shipping of this country depend on the region. */
  needsRegion: boolean
}

export function BuyerForm({ buyer, change, faults, countries, needsRegion }: Props) {
  const names = new Intl.DisplayNames([currentLocale()], { type: 'region' })
  const options = countries
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .toSorted((a, b) => a.label.localeCompare(b.label, currentLocale()))
  const field = (name: Field) => ({
    name,
    value: buyer[name],
    error: faults[name],
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      change({ [name]: currentTarget.value }),
  })
  const optional = (label: string) => (
    <>
      {label} <span className="font-normal text-soft">{buying.optional}</span>
    </>
  )
  return (
    <>
      <CheckoutPart id={useId()} title={buying.contact}>
        <TextField
          {...field('email')}
          type="email"
          autoComplete="email"
          required
          label={buying.email}
          hint={buying.emailHint}
        />
      </CheckoutPart>
      <CheckoutPart id={useId()} title={buying.address}>
        <SelectField
          name="country"
          autoComplete="shipping country"
          required
          label={buying.country}
          error={faults.country}
          value={buyer.country}
          onChange={({ currentTarget }) => change({ country: currentTarget.value, region: '' })}
          options={[...(buyer.country === '' ? [{ value: '', label: '–' }] : []), ...options]}
        />
        <TextField {...field('name')} autoComplete="shipping name" required label={buying.name} />
        <TextField
          {...field('organization')}
          autoComplete="shipping organization"
          label={optional(buying.organization)}
        />
        <TextField
          {...field('street')}
          autoComplete="shipping address-line1"
          required
          label={buying.street}
        />
        <TextField {...field('more')} autoComplete="shipping address-line2" label={optional(buying.more)} />
        <div className="grid gap-5 sm:grid-cols-[10rem_1fr]">
          <TextField {...field('postalCode')} autoComplete="shipping postal-code" label={buying.postalCode} />
          <TextField {...field('city')} autoComplete="shipping address-level2" required label={buying.city} />
        </div>
        {needsRegion && (
          <TextField
            {...field('region')}
            autoComplete="shipping address-level1"
            required
            label={buying.region}
            hint={buying.regionHint}
          />
        )}
        <TextField
          {...field('phone')}
          type="tel"
          autoComplete="shipping tel"
          label={optional(buying.phone)}
          hint={buying.phoneHint}
        />
      </CheckoutPart>
    </>
  )
}
