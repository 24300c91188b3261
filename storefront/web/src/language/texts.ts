/**
 * The texts of the shop's pages in the current language. English is part of the first chunk; another language is loaded
 * on demand. `t` changes when the language does, so it is read while rendering, never while a module loads.
 */
import { en, type Texts } from './en/texts.ts'
import type { Part } from './languages.ts'

export let t: Texts = en

export const shopTexts: Part = async (language) => {
  const next = language === 'de' ? (await import('./de/texts.ts')).de : en
  return () => {
    t = next
  }
}
