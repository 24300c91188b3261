import { LIMITS } from '@shop/client/generated/limits'
import { useId } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { LANGUAGES, type Language } from '../../language/languages.ts'
import { Checkbox, CONTROL, TextArea, TextField } from '../../ui/field.tsx'
import { lengthFault } from '../../ui/limits.ts'
import { Panel } from '../parts.tsx'
import type { FieldsProps } from './draft.ts'

const LENGTHS = LIMITS['PATCH /shop']
const EVERY = Object.keys(LANGUAGES) as Language[]

export function Identity({ values, change }: FieldsProps) {
  const texts = admin.settings
  return (
    <Panel title={texts.identity}>
      <div className="grid gap-5">
        <TextField
          label={texts.name}
          value={values.name}
          error={lengthFault(values.name.trim(), LENGTHS.name)}
          onChange={({ currentTarget: { value } }) => change({ name: value })}
        />
        {EVERY.map((language) => (
          <TextField
            key={language}
            lang={language}
            label={texts.in(texts.tagline, LANGUAGES[language].name)}
            value={values.tagline[language]}
            onChange={({ currentTarget: { value } }) =>
              change({ tagline: { ...values.tagline, [language]: value } })
            }
          />
        ))}
        {EVERY.map((language) => (
          <TextField
            key={language}
            lang={language}
            label={texts.in(texts.announcement, LANGUAGES[language].name)}
            hint={texts.announcementHint}
            value={values.announcement[language]}
            onChange={({ currentTarget: { value } }) =>
              change({ announcement: { ...values.announcement, [language]: value } })
            }
          />
        ))}
      </div>
    </Panel>
  )
}

export function Contact({ values: { contact }, change }: FieldsProps) {
  const texts = admin.settings
  return (
    <Panel title={texts.contact}>
      <div className="grid gap-5">
        <TextField
          label={texts.email}
          type="email"
          value={contact.email}
          onChange={({ currentTarget: { value } }) => change({ contact: { ...contact, email: value } })}
        />
        <TextField
          label={texts.phone}
          type="tel"
          value={contact.phone}
          onChange={({ currentTarget: { value } }) => change({ contact: { ...contact, phone: value } })}
        />
        <TextArea
          label={texts.address}
          hint={texts.addressHint}
          defaultValue={contact.address.join('\n')}
          onChange={({ currentTarget: { value } }) =>
            change({
              contact: { ...contact, address: value.split('\n').filter((line) => line.trim() !== '') },
            })
          }
        />
      </div>
    </Panel>
  )
}

export function Display({ values, change }: FieldsProps) {
  const texts = admin.settings
  const [standard, currency] = [useId(), useId()]
  return (
    <Panel title={texts.display}>
      <div className="grid gap-5">
        <fieldset className="flex flex-wrap gap-x-6">
          <legend className="text-sm font-semibold">{texts.offered}</legend>
          {EVERY.map((language) => (
            <Checkbox
              key={language}
              label={LANGUAGES[language].name}
              checked={values.languages.includes(language)}
              disabled={values.languages.length === 1 && values.languages.includes(language)}
              onChange={({ currentTarget: { checked } }) =>
                change({
                  languages: EVERY.filter((each) =>
                    each === language ? checked : values.languages.includes(each),
                  ),
                })
              }
            />
          ))}
        </fieldset>
        <div className="grid gap-1.5">
          <label htmlFor={standard} className="text-sm font-semibold">
            {texts.standard}
          </label>
          <select
            id={standard}
            className={CONTROL}
            value={values.default_language}
            onChange={({ currentTarget: { value } }) => change({ default_language: value as Language })}
          >
            {EVERY.map((language) => (
              <option key={language} value={language}>
                {LANGUAGES[language].name}
              </option>
            ))}
          </select>
          <p className="text-sm text-soft">{texts.standardHint}</p>
        </div>
        <div className="grid gap-1.5">
          <label htmlFor={currency} className="text-sm font-semibold">
            {texts.currency}
          </label>
          <select
            id={currency}
            className={CONTROL}
            value={values.currency_display}
            onChange={({ currentTarget: { value } }) =>
              change({ currency_display: value as 'symbol' | 'code' })
            }
          >
            {(['symbol', 'code'] as const).map((each) => (
              <option key={each} value={each}>
                {texts.currencies[each]}
              </option>
            ))}
          </select>
        </div>
      </div>
    </Panel>
  )
}
