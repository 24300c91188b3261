/** Money and times as people write them in a language. */
import type { Language } from '../domain/mail.ts'
import { lineOf } from './letter.ts'

const AMOUNT = /^-?\d{1,16}(?:\.(\d{1,4}))?$/
const CURRENCY = /^[A-Z]{3}$/

/** `amount` is decimal text with the digits of its shop, which are shown as they are. */
export function moneyOf(language: Language, currency: string, amount: string): string {
  const match = AMOUNT.exec(amount)
  if (!match || !CURRENCY.test(currency)) return lineOf(`${amount} ${currency}`)
  const digits = match[1]?.length ?? 0
  const format = new Intl.NumberFormat(language, {
    ...{ style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits },
  })
  // As text: a number would lose digits of large amounts.
  return format.format(amount as unknown as number).replaceAll(/\s/g, '\u00a0')
}

/** Price of several, computed without rounding. */
export function timesOf(amount: string, quantity: number): string {
  const match = AMOUNT.exec(amount)
  if (!match || !Number.isSafeInteger(quantity) || quantity < 0) return amount
  const digits = match[1]?.length ?? 0
  const minor = BigInt(amount.replace('.', '')) * BigInt(quantity)
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0')
  const sign = minor < 0n ? '-' : ''
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** In UTC, which it says: it is not known where the reader is. */
export function timeOf(language: Language, time: unknown): string {
  const date = new Date(String(time))
  if (Number.isNaN(date.getTime())) return lineOf(time)
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  return `${lineOf(format.format(date))} UTC`
}
