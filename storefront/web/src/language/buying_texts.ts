/** The texts of ordering with an address, and of payments, in the current language. They load with these pages; see texts.ts. */
import { type BuyingTexts, en } from './en/buying.ts'
import type { Part } from './languages.ts'

export let buying: BuyingTexts = en

export const buyingTexts: Part = async (language) => {
  const next = language === 'de' ? (await import('./de/buying.ts')).de : en
  return () => {
    buying = next
  }
}
