/** Formats money, numbers and times for the visitor's locale. Amounts are decimal strings until here. */
import { useEffect, useState } from 'react'
import { digitsOf } from './money_math.ts'

const moneyFormats = new Map<string, Intl.NumberFormat>()

/** With as many digits as the amount has: the shop defines them, not the browser. */
export function formatAmount(amount: string, currency: string): string {
  const digits = digitsOf(amount)
  const name = `${currency} ${digits}`
  let format = moneyFormats.get(name)
  if (!format) {
    format = new Intl.NumberFormat(undefined, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    moneyFormats.set(name, format)
  }
  // A decimal string is formatted exactly; as a number it could lose digits.
  return format.format(amount as Intl.StringNumericLiteral)
}

const integers = new Intl.NumberFormat()
export const formatNumber = (value: number): string => integers.format(value)

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' })

export function Money({
  amount,
  currency,
  className,
}: {
  amount: string
  currency: string
  className?: string
}) {
  return (
    <data value={amount} className={className ?? 'tabular'}>
      {formatAmount(amount, currency)}
    </data>
  )
}

export function Time({ at, className }: { at: string; className?: string }) {
  const date = new Date(at)
  return (
    <time dateTime={at} title={dayAndTime.format(date)} className={className ?? 'tabular'}>
      {dateAndTime.format(date)}
    </time>
  )
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
const UNITS: readonly [Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** "3 minutes ago", updated automatically. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000)
    return () => clearInterval(timer)
  }, [])
  const seconds = (Date.parse(at) - now) / 1000
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  const label =
    Math.abs(seconds) < 10 ? relative.format(0, 'second') : relative.format(Math.round(seconds / size), unit)
  return (
    <time dateTime={at} title={dayAndTime.format(new Date(at))}>
      {label}
    </time>
  )
}
