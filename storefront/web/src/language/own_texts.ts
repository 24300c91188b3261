/** The texts of the pages of an account and of signing in, in the current language. They load with these pages; see texts.ts. */
import { en, type OwnTexts } from './en/own.ts'
import type { Part } from './languages.ts'

export let own: OwnTexts = en

export const ownTexts: Part = async (language) => {
  const next = language === 'de' ? (await import('./de/own.ts')).de : en
  return () => {
    own = next
  }
}
