/** Money, numbers and times as text in the language of the pages. Amounts are decimal strings until here. */
import { digitsOf } from '../ui/money_math.ts'

let locale = 'en'
const made = new Map<string, unknown>()

let currencyDisplay: 'symbol' | 'code' = 'symbol'
export function setCurrencyDisplay(display: 'symbol' | 'code'): void {
  currencyDisplay = display
}

export const currentLocale = (): string => locale

export function setLocale(next: string): void {
  locale = next
  made.clear()
}

/** Each format of Intl is made once. */
function once<Format>(kind: string, options: object, make: () => Format): Format {
  const key = kind + JSON.stringify(options)
  const known = made.get(key) as Format | undefined
  if (known) return known
  const format = make()
  made.set(key, format)
  return format
}

export const numberFormat = (options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  once('number', options, () => new Intl.NumberFormat(locale, options))
export const dateFormat = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  once('date', options, () => new Intl.DateTimeFormat(locale, options))
export const relativeFormat = (): Intl.RelativeTimeFormat =>
  once('relative', {}, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))

export const formatNumber = (value: number): string => numberFormat().format(value)
export const formatPercent = (share: number): string =>
  numberFormat({ style: 'percent', maximumFractionDigits: 1 }).format(share)
/** "a, b and c" */
export const formatList = (names: readonly string[]): string =>
  once('list', {}, () => new Intl.ListFormat(locale)).format(names)

/** With as many digits as the amount has: the shop defines them, not the browser. */
export function formatAmount(amount: string, currency: string): string {
  const digits = digitsOf(amount)
  const format = numberFormat({
    style: 'currency',
    currency,
    currencyDisplay,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // A decimal string is formatted exactly; as a number it could lose digits.
  return format.format(amount as Intl.StringNumericLiteral)
}

/** A moment as text. */
export const formatMoment = (at: Date): string =>
  dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(at)
export const formatClock = (at: Date | number): string => dateFormat({ timeStyle: 'medium' }).format(at)
export const formatInFull = (at: Date): string =>
  dateFormat({ dateStyle: 'full', timeStyle: 'long' }).format(at)
export const formatHour = (at: Date): string => dateFormat({ timeStyle: 'short' }).format(at)
export const formatDayAndHour = (at: Date): string =>
  dateFormat({ weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(at)
