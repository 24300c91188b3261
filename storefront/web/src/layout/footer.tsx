import { useState } from 'react'
import { SHOP_NAME } from '../brand.ts'
import { cx } from '../ui/cx.ts'

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
  const [theme, setTheme] = useState(chosen)
  return (
    <footer className="border-t border-line">
      <div className="page flex flex-wrap items-center justify-between gap-4 py-6 text-sm text-soft">
        <p className="max-w-md">
          {SHOP_NAME} sells only what it has, at the price it shows, and never loses an order it took.
        </p>
        <fieldset className="flex items-center rounded-md border border-line p-0.5">
          <legend className="sr-only">Colours</legend>
          {THEMES.map((name) => (
            <label
              key={name}
              className={cx(
                'cursor-pointer rounded-sm px-3 py-1.5 font-medium capitalize has-focus-visible:outline-2 has-focus-visible:outline-accent',
                theme === name && 'bg-sunken text-ink',
              )}
            >
              <input
                type="radio"
                name="theme"
                value={name}
                checked={theme === name}
                onChange={() => {
                  choose(name)
                  setTheme(name)
                }}
                className="sr-only"
              />
              {name}
            </label>
          ))}
        </fieldset>
      </div>
    </footer>
  )
}
