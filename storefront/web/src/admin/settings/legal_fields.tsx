/** One legal page at a time, in one language, with a preview. */
import { useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { LANGUAGES, type Language } from '../../language/languages.ts'
import { Markdown } from '../../pages/markdown.tsx'
import { CONTROL, TextArea, TextField } from '../../ui/field.tsx'
import type { FieldsProps, Values } from './draft.ts'

type Page = keyof Values['legal']

export function LegalPages({ values: { legal }, change }: FieldsProps) {
  const texts = admin.settings
  const [page, setPage] = useState<Page>('imprint')
  const [language, setLanguage] = useState<Language>('en')
  const { slug, title, text } = legal[page]
  const set = (next: object) => change({ legal: { ...legal, [page]: { slug, title, text, ...next } } })
  return (
    <div className="grid gap-5">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <label className="grid gap-1.5 text-sm font-semibold">
          {texts.page}
          <select
            className={CONTROL}
            value={page}
            onChange={({ currentTarget: { value } }) => setPage(value as Page)}
          >
            {(Object.keys(legal) as Page[]).map((each) => (
              <option key={each} value={each}>
                {texts.pages[each]}
              </option>
            ))}
          </select>
        </label>
        <label className="grid gap-1.5 text-sm font-semibold">
          {texts.language}
          <select
            className={CONTROL}
            value={language}
            onChange={({ currentTarget: { value } }) => setLanguage(value as Language)}
          >
            {Object.entries(LANGUAGES).map(([each, { name }]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <TextField
          label={texts.pageTitle}
          value={title[language]}
          onChange={({ currentTarget: { value } }) => set({ title: { ...title, [language]: value } })}
        />
        <TextField
          label={texts.slug}
          hint={texts.slugHint(slug)}
          value={slug}
          onChange={({ currentTarget: { value } }) => set({ slug: value })}
        />
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <TextArea
          label={texts.markdown}
          hint={texts.markdownHint}
          rows={12}
          value={text[language]}
          onChange={({ currentTarget: { value } }) => set({ text: { ...text, [language]: value } })}
        />
        <section aria-label={texts.preview} className="grid gap-1.5">
          <p className="text-sm font-semibold">{texts.preview}</p>
          <div dir="auto" className="min-h-40 rounded-md border border-line p-4">
            <Markdown text={text[language]} />
          </div>
        </section>
      </div>
    </div>
  )
}
