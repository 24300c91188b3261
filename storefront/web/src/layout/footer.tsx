import { useState } from 'react'
import { Link } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { LANGUAGES } from '../language/languages.ts'
import { changeLanguage } from '../language/switch.ts'
import { t } from '../language/texts.ts'
import { useLanguage } from '../language/use_language.ts'
import { type Settings, shopSettings, textOf } from '../settings/current.ts'
import { Choice } from '../ui/choice.tsx'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'

const THEMES = ['system', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const chosen = (): Theme => (document.documentElement.dataset.theme as Theme | undefined) ?? 'system'

function choose(theme: Theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem('shop.theme')
    else localStorage.setItem('shop.theme', theme)
  } catch {}
}

export function Footer() {
  const language = useLanguage()
  const { name, languages, legal, contact } = shopSettings()
  const [theme, setTheme] = useState(chosen)
  return (
    <footer className="border-t border-line">
      <div className="page flex flex-wrap items-center justify-between gap-4 py-6 text-sm text-soft">
        <p className="max-w-md">{t.layout.promise(name)}</p>
        <div className="flex flex-wrap gap-3">
          <Choice
            quiet
            legend={t.layout.language}
            name="language"
            options={languages.map((value) => ({ value, label: LANGUAGES[value].name, lang: value }))}
            chosen={language}
            choose={(next) =>
              changeLanguage(next).catch(() => toast({ tone: 'bad', title: t.layout.languageNotLoaded }))
            }
          />
          <Choice
            quiet
            legend={t.layout.colours}
            name="theme"
            options={THEMES.map((value) => ({ value, label: t.layout.themes[value] }))}
            chosen={theme}
            choose={(next) => {
              choose(next)
              setTheme(next)
            }}
          />
        </div>
      </div>
      <LegalLinks legal={legal} contact={contact} />
    </footer>
  )
}

function LegalLinks({ legal, contact: { email, phone, address } }: Pick<Settings, 'legal' | 'contact'>) {
  const lines = [...address, phone].filter((line) => line !== '')
  return (
    <div className="page flex flex-wrap items-center justify-between gap-x-6 gap-y-2 pb-6 text-sm text-soft">
      <nav aria-label={t.layout.legal}>
        <ul className="flex flex-wrap gap-x-5">
          {legal.map(({ slug, title }) => (
            <li key={slug}>
              <Link
                to={`/pages/${slug}`}
                className="inline-flex min-h-9 items-center hover:text-ink hover:underline"
              >
                <Typed>{textOf(title)}</Typed>
              </Link>
            </li>
          ))}
          <li>
            <Link
              to={PAGE.withdraw}
              className="inline-flex min-h-9 items-center font-semibold text-ink underline"
            >
              {t.layout.withdraw}
            </Link>
          </li>
        </ul>
      </nav>
      <address className="flex flex-wrap gap-x-4 gap-y-1 not-italic">
        {lines.length > 0 && <Typed>{lines.join(' · ')}</Typed>}
        {email !== '' && (
          <a href={`mailto:${email}`} className="hover:text-ink hover:underline">
            {email}
          </a>
        )}
      </address>
    </div>
  )
}
