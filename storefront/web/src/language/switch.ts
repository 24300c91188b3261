/**
 * The language of the pages, and changing it.
 *
 * Invariants
 *  1. All parts of the texts change together, after each of them is loaded; if one cannot be loaded, none changes.
 *  2. Of two changes at once the later one wins.
 *  3. The choice is stored. Where that fails, it counts for this tab.
 */
import { browserStorage } from '../storage.ts'
import { setLocale } from './formats.ts'
import { chooseLanguage, LANGUAGES, type Language, localeOf, type Part } from './languages.ts'
import { shopTexts } from './texts.ts'

const KEY = 'shop.language'
const parts = new Set<Part>([shopTexts])
const listeners = new Set<() => void>()
let current: Language = 'en'
let changes = 0

export const currentLanguage = (): Language => current

export function watchLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Texts that only some pages need. Resolves when they are there. */
export async function addTexts(part: Part): Promise<void> {
  parts.add(part)
  const language = current
  const put = await part(language)
  // The language was changed meanwhile.
  if (language !== current) return addTexts(part)
  put()
}

/** Rejects when the texts cannot be loaded; the language is then as before. */
async function show(language: Language): Promise<void> {
  changes += 1
  const change = changes
  const puts = await Promise.all([...parts].map((part) => part(language)))
  if (change !== changes) return
  // A part was added meanwhile.
  if (puts.length < parts.size) return show(language)
  for (const put of puts) put()
  current = language
  setLocale(localeOf(language, navigator.languages))
  document.documentElement.lang = language
  document.documentElement.dir = LANGUAGES[language].direction
  for (const listener of listeners) listener()
}

export async function changeLanguage(language: Language): Promise<void> {
  await show(language)
  try {
    browserStorage.setItem(KEY, language)
  } catch {}
}

/**
 * The language of this visitor among those that the shop offers. Called before the first page is shown, and when the shop
 * changes its settings. English stays when the other language cannot be loaded.
 */
export const startLanguage = (offered: readonly Language[], fallback: Language): Promise<void> =>
  show(chooseLanguage(browserStorage.getItem(KEY), navigator.languages, offered, fallback)).catch(() =>
    show('en'),
  )
