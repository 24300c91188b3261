/**
 * Cells of a table: how lists and amounts are written in one, so that a spreadsheet shows them and nothing is lost.
 *
 * Invariants
 *  1. Reading what was written gives the same value, for every text.
 *  2. No written cell begins as a formula: a spreadsheet would run it (CWE-1236).
 */

/** What a spreadsheet takes for a formula, its full-width forms too; an apostrophe before it makes it a text. */
const FORMULA = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)
export const unguarded = (text: string): string =>
  text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text

/** `a; b`. A backslash makes the next character a part of the value. */
export const joinList = (values: readonly string[]): string =>
  values.map((value) => escaped(value, ';')).join('; ')

/** Blanks at both ends are removed from a value, unless they are marked. */
const escaped = (value: string, special: string): string =>
  value
    .split('')
    .map((sign, i, { length }) => {
      const outer = i === 0 || i === length - 1
      return sign === '\\' || special.includes(sign) || (outer && /\s/u.test(sign)) ? `\\${sign}` : sign
    })
    .join('')

export function splitList(text: string): string[] {
  const values: string[] = []
  let [value, kept] = ['', 0]
  const end = () => {
    const whole = value.slice(0, kept) + value.slice(kept).trimEnd()
    if (whole !== '') values.push(whole)
    value = ''
    kept = 0
  }
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (sign === '\\' && i + 1 < text.length) {
      value += text[++i]
      kept = value.length
    } else if (sign === ';') end()
    else if (value !== '' || !/\s/u.test(sign)) value += sign
  }
  end()
  return values
}

/** `Name: value; value` on each line. */
export const joinNamed = (entries: readonly (readonly [name: string, values: readonly string[]])[]): string =>
  entries.map(([name, values]) => `${escaped(name, ':;')}: ${joinList(values)}`).join('\n')

/** Undefined if a line has no name or no value. */
export function splitNamed(text: string): [name: string, values: string[]][] | undefined {
  const entries: [string, string[]][] = []
  for (const line of text.split(/\r\n|[\r\n]/)) {
    if (line.trim() === '') continue
    const colon = colonOf(line)
    if (colon < 0) return undefined
    const [name] = splitList(line.slice(0, colon))
    const values = splitList(line.slice(colon + 1))
    if (name === undefined || values.length === 0) return undefined
    entries.push([name, values])
  }
  return entries
}

/** The first colon that is not marked as a part of the name. */
function colonOf(line: string): number {
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\') i++
    else if (line[i] === ':') return i
  }
  return -1
}

/** Grams of `500`, `500 g`, `0.5 kg`, `1 lb` or `8 oz`. Undefined for anything else. */
export function gramsOf(text: string): number | undefined {
  const [, amount, unit = 'g'] = /^(\d+(?:[.,]\d+)?)\s*(g|kg|lb|oz)?$/i.exec(text.trim()) ?? []
  if (amount === undefined) return undefined
  const grams = Number(amount.replace(',', '.')) * GRAMS[unit.toLowerCase() as keyof typeof GRAMS]
  return Math.round(grams)
}
const GRAMS = { g: 1, kg: 1_000, lb: 453.592_37, oz: 28.349_523_125 } as const

/**
 * A decimal text of an amount such as `19.99`, `19,99`, `19.99 EUR` or `EUR 19.99`. Undefined if it is none, or of another
 * currency. A comma is no thousands separator: `1,234.50` is refused, and `1,000` where it could mean either.
 */
export function amountOf(text: string, currency: string, digits: number): string | undefined {
  const bare = text.trim().replace(new RegExp(`^${currency}\\s*|\\s*${currency}$`, 'i'), '')
  const comma = /^(\d+),(\d{1,2})$/.exec(bare)
  const [, whole, fraction] = comma ?? /^(\d+)(?:\.(\d+))?$/.exec(bare) ?? []
  if (whole === undefined) return undefined
  // Zeros that the currency has no digits for change nothing.
  const [, kept = ''] = /^(.*?)0*$/.exec(fraction ?? '') ?? []
  const needed = kept.length > digits ? kept : (fraction ?? '').slice(0, digits)
  return `${whole.replace(/^0+(?=\d)/, '')}${needed === '' ? '' : `.${needed}`}`
}
