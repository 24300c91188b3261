import { useState } from 'react'
import { SHOP_NAME } from '../brand.ts'
import { LANGUAGES, type Language } from '../language/languages.ts'
import { changeLanguage } from '../language/switch.ts'
import { t } from '../language/texts.ts'
import { useLanguage } from '../language/use_language.ts'
import { cx } from '../ui/cx.ts'
import { toast } from '../ui/toast.ts'

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
  const [theme, setTheme] = useState(chosen)
  return (
    <footer className="border-t border-line">
      <div className="page flex flex-wrap items-center justify-between gap-4 py-6 text-sm text-soft">
        <p className="max-w-md">{t.layout.promise(SHOP_NAME)}</p>
        <div className="flex flex-wrap gap-3">
          <Choice
            legend={t.layout.language}
            name="language"
            options={Object.entries(LANGUAGES).map(([value, { name }]) => ({
              value: value as Language,
              label: name,
              lang: value,
            }))}
            chosen={language}
            choose={(next) =>
              changeLanguage(next).catch(() => toast({ tone: 'bad', title: t.layout.languageNotLoaded }))
            }
          />
          <Choice
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
    </footer>
  )
}

type Option<Value> = { readonly value: Value; readonly label: string; readonly lang?: string }

function Choice<Value extends string>({
  legend,
  name,
  options,
  chosen,
  choose,
}: {
  legend: string
  name: string
  options: readonly Option<Value>[]
  chosen: Value
  choose: (value: Value) => void
}) {
  return (
    <fieldset className="flex items-center rounded-md border border-line p-0.5">
      <legend className="sr-only">{legend}</legend>
      {options.map(({ value, label, lang }) => (
        <label
          key={value}
          lang={lang}
          className={cx(
            'cursor-pointer rounded-sm px-3 py-1.5 font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent',
            chosen === value && 'bg-sunken text-ink',
          )}
        >
          <input
            type="radio"
            name={name}
            value={value}
            checked={chosen === value}
            onChange={() => choose(value)}
            className="sr-only"
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}
