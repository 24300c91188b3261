/** The texts of the admin pages in the current language. They load with these pages; see texts.ts. */
import { type AdminTexts, en } from './en/admin.ts'
import type { Part } from './languages.ts'

export let admin: AdminTexts = en

export const adminTexts: Part = async (language) => {
  const next = language === 'de' ? (await import('./de/admin.ts')).de : en
  return () => {
    admin = next
  }
}
