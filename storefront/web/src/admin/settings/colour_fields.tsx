/** The accents with a sample of each, and how well it can be read. */
import { contrastOf } from '@shop/product_service/domain/contrast'
import { useEffect, useRef } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { numberFormat } from '../../language/formats.ts'
import { showColours } from '../../settings/colours.ts'
import { Panel } from '../parts.tsx'
import type { FieldsProps } from './draft.ts'

export function Colours({ values: { colours }, change }: FieldsProps) {
  const texts = admin.settings
  return (
    <Panel title={texts.colours}>
      <div className="grid gap-6 sm:grid-cols-2">
        {(['light', 'dark'] as const).map((scheme) => {
          const { accent, text } = colours[scheme]
          const set = (next: object) =>
            change({ colours: { ...colours, [scheme]: { accent, text, ...next } } })
          return (
            <fieldset key={scheme} className="grid content-start gap-3">
              <legend className="font-semibold">{texts[scheme]}</legend>
              <Colour label={texts.accent} value={accent} onChange={(value) => set({ accent: value })} />
              <Colour label={texts.text} value={text} onChange={(value) => set({ text: value })} />
              <Sample scheme={scheme} colours={colours} />
              <p className="text-sm text-soft">
                {texts.contrast(
                  numberFormat({ maximumFractionDigits: 1, roundingMode: 'floor' }).format(
                    contrastOf(accent, text),
                  ),
                )}
              </p>
            </fieldset>
          )
        })}
      </div>
    </Panel>
  )
}

function Colour({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  return (
    <label className="flex items-center gap-3 text-sm">
      <input
        type="color"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        className="h-11 w-14 rounded-md border border-edge bg-surface p-1"
      />
      {label}
    </label>
  )
}

function Sample({ scheme, colours }: Pick<FieldsProps['values'], 'colours'> & { scheme: 'light' | 'dark' }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!box.current) return
    box.current.style.colorScheme = scheme
    showColours(colours, box.current)
  }, [scheme, colours])
  return (
    <div ref={box} aria-hidden="true" className="flex items-center gap-3 rounded-md border border-line p-3">
      <span className="rounded-md bg-accent px-3 py-1.5 text-sm font-semibold text-on-accent">
        {admin.settings.sample}
      </span>
      <span className="rounded-full bg-accent-soft px-2.5 text-sm font-semibold text-accent">
        {admin.settings.accent}
      </span>
    </div>
  )
}
