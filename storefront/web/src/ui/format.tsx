/** Money and times as elements, in the language of the pages. */
import { useEffect, useState } from 'react'
import { formatAmount, formatInFull, formatMoment, relativeFormat } from '../language/formats.ts'

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
    <time dateTime={at} title={formatInFull(date)} className={className ?? 'tabular'}>
      {formatMoment(date)}
    </time>
  )
}

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
  const relative = relativeFormat()
  const label =
    Math.abs(seconds) < 10 ? relative.format(0, 'second') : relative.format(Math.round(seconds / size), unit)
  return (
    <time dateTime={at} title={formatInFull(new Date(at))}>
      {label}
    </time>
  )
}
