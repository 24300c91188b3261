/**
 * The language of the pages, and changing it.
 *
 * Invariants
 *  1. All parts of the texts change together, after each of them is loaded; if one cannot be loaded, none changes.
 *  2. Of two changes at once the later one wins.
 *  3. The choice is stored, and sent to the gateway as a cookie, so that the page comes in this language. Where that fails,
 *     it counts for this tab.
 */
import { browserStorage } from '../storage.ts'
import { setLocale } from './formats.ts'
import {
  chooseLanguage,
  LANGUAGE_COOKIE,
  LANGUAGES,
  type Language,
  localeOf,
  type Part,
} from './languages.ts'
import { shopTexts } from './texts.ts'

const KEY = 'shop.language'
const COOKIE_SECONDS = 31_536_000
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
    sendWithPages(language)
  } catch {}
}

function sendWithPages(language: Language): void {
  const value = `${LANGUAGE_COOKIE}=${language}`
  if (document.cookie.split('; ').includes(value)) return
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store API, which works behind TLS alone
  document.cookie = `${value}; path=/; max-age=${COOKIE_SECONDS}; samesite=lax`
}

/**
 * The language of this visitor among those that the shop offers. Called before the first page is shown, and when the shop
 * changes its settings. English stays when the other language cannot be loaded.
 */
export const startLanguage = (offered: readonly Language[], fallback: Language): Promise<void> => {
  const chosen = browserStorage.getItem(KEY)
  const language = chooseLanguage(chosen, navigator.languages, offered, fallback)
  // The cookie may be missing, or older than the choice.
  if (chosen === language) sendWithPages(language)
  return show(language).catch(() => show('en'))
}
