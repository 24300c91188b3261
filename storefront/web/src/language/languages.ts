/** The languages of the pages, and which one a visitor gets. This file imports nothing, so that the gateway can import it. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr' },
  de: { name: 'Deutsch', direction: 'ltr' },
} as const satisfies Record<string, { readonly name: string; readonly direction: 'ltr' | 'rtl' }>

/** The visitor's own choice, for the gateway. */
export const LANGUAGE_COOKIE = 'shop_language'

export type Language = keyof typeof LANGUAGES

const isLanguage = (text: unknown): text is Language =>
  typeof text === 'string' && Object.hasOwn(LANGUAGES, text)

/** Of a tag such as `de-AT`. */
const primaryOf = (tag: string): string => tag.split('-', 1)[0]!.toLowerCase()

/** The visitor's own choice; otherwise the first language of the browser that the shop offers; otherwise `fallback`. */
export function chooseLanguage(
  chosen: string | null | undefined,
  browser: readonly string[],
  offered: readonly Language[],
  fallback: Language,
): Language {
  const isOffered = (text: unknown): text is Language => isLanguage(text) && offered.includes(text)
  if (isOffered(chosen)) return chosen
  return browser.map(primaryOf).find(isOffered) ?? fallback
}

/** Numbers and dates as in the visitor's country: `de-AT` for a browser that has it, otherwise `de`. */
export const localeOf = (language: Language, browser: readonly string[]): string =>
  browser.find((tag) => primaryOf(tag) === language) ?? language

/** A part of the texts: loads them; the result puts them in place. */
export type Part = (language: Language) => Promise<() => void>
