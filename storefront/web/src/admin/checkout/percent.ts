/** Rates in basis points, as people type them: percent with at most two decimals, with a point or a comma. */
const FORM = /^(\d{1,3})(?:[.,](\d{1,2}))?\s*%?$/
const BASIS_POINTS_MAX = 10_000

/** Undefined if it is no rate from 0 to 100 %. */
export function basisPointsOf(text: string): number | undefined {
  const [, whole, fraction = ''] = FORM.exec(text.trim()) ?? []
  if (whole === undefined) return undefined
  const points = Number(whole) * 100 + Number(fraction.padEnd(2, '0'))
  return points <= BASIS_POINTS_MAX ? points : undefined
}

/** Without zeros at the end: `19`, `7.7`, `8.25`. */
export function percentOf(basisPoints: number): string {
  const fraction = String(basisPoints % 100)
    .padStart(2, '0')
    .replace(/0+$/, '')
  const whole = String(Math.floor(basisPoints / 100))
  return fraction === '' ? whole : `${whole}.${fraction}`
}
