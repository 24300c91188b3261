/**
 * HTML as text, escaped where it is made.
 *
 * Invariants
 *  1. A value in an `html` template is text unless `html`, `scriptData` or `raw` made it: `&`, `<`, `>` and both quotes are
 *     escaped, so no name ends an element, an attribute or a script.
 *  2. `scriptData` has no `<`, so `</script>` and `<!--` in a value do not end or change the script around it.
 *  3. `plain` has no characters that turn the direction of what follows: where markup cannot isolate a name, as in a title,
 *     the name does not turn the words behind it.
 */
const MARK = Symbol('html')
export type Html = { readonly [MARK]: true; readonly text: string }
type Value = string | number | Html | undefined | readonly Html[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const raw = (text: string): Html => ({ [MARK]: true, text })
export const NONE = raw('')

export const html = (texts: TemplateStringsArray, ...values: readonly Value[]): Html =>
  raw(texts.reduce((all, text, i) => all + textOf(values[i - 1]) + text))

export const joined = (parts: readonly Html[]): Html => raw(parts.map(({ text }) => text).join(''))

/** JSON inside a script element. */
export const scriptData = (value: unknown): Html =>
  raw(
    JSON.stringify(value)
      .replaceAll('<', '\\u003c')
      .replaceAll('>', '\\u003e')
      .replaceAll('\u2028', '\\u2028')
      .replaceAll('\u2029', '\\u2029'),
  )

/** Embeddings, overrides, isolates and their ends (Unicode Annex 9), and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const UNPRINTED = /[\u202a-\u202e\u2066-\u2069\u0000-\u001f\u007f]+/g
export const plain = (text: string): string =>
  text.toWellFormed().replaceAll(UNPRINTED, ' ').replaceAll(/\s+/g, ' ').trim()

/** At most `lengthMax` characters, cut at a word. */
export function shortened(text: string, lengthMax: number): string {
  const whole = plain(text)
  if (whole.length <= lengthMax) return whole
  const cut = whole.slice(0, lengthMax - 1)
  const end = cut.lastIndexOf(' ')
  return `${(end > lengthMax / 2 ? cut.slice(0, end) : cut).toWellFormed().replace(/\ufffd$/, '')}…`
}

function textOf(value: Value): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string')
    return value.toWellFormed().replaceAll(/[&<>"']/g, (found) => ESCAPES[found]!)
  return 'text' in value ? value.text : joined(value).text
}
