/**
 * Other forms of an English word in a query: singular and plural, and the forms with -ing and -ed.
 *
 * Forms that begin with the word are left out, because a search by prefix finds them anyway. A form that is not a word
 * finds nothing, so a rule may give several guesses ("knives": knif, knife), but never a different word.
 */

const LATIN = /^[a-z]{3,30}$/
const VOWEL = /[aeiouy]/
const DOUBLED = /([bdfglmnprt])\1$/

const IRREGULAR: readonly (readonly [one: string, many: string])[] = [
  ...([
    ['man', 'men'],
    ['woman', 'women'],
    ['foot', 'feet'],
    ['tooth', 'teeth'],
    ['goose', 'geese'],
  ] as const),
  ...([
    ['mouse', 'mice'],
    ['louse', 'lice'],
    ['die', 'dice'],
    ['person', 'people'],
    ['child', 'children'],
  ] as const),
  ...([
    ['ox', 'oxen'],
    ['medium', 'media'],
    ['criterion', 'criteria'],
    ['cactus', 'cacti'],
  ] as const),
]
/** Look like a plural, but are singular. */
const ALWAYS_SO = new Set([
  'news',
  'lens',
  'gas',
  'bus',
  'plus',
  'canvas',
  'atlas',
  'iris',
  'series',
  'species',
  'always',
])

export function formsOf(word: string): string[] {
  if (!LATIN.test(word)) return []
  const irregular = IRREGULAR.flatMap(([one, many]) => (word === one ? [many] : word === many ? [one] : []))
  const ones = ALWAYS_SO.has(word) ? [] : singulars(word)
  const forms = [...irregular, ...ones, ...plurals(word), ...ofVerb(word)]
  for (const one of ones) forms.push(...ofVerb(one))
  return [...new Set(forms)].filter((form) => form.length > 1 && !form.startsWith(word))
}

/** The words that it may be the plural of. */
export function singulars(word: string): string[] {
  if (word.endsWith('ies') && word.length > 4) return [`${word.slice(0, -3)}y`, word.slice(0, -1)]
  if (word.endsWith('ves')) return [`${word.slice(0, -3)}f`, `${word.slice(0, -3)}fe`, word.slice(0, -1)]
  if (/(ss|sh|ch|x|z|o|us)es$/.test(word)) return [word.slice(0, -2), word.slice(0, -1)]
  if (word.endsWith('ses') && word.length > 4)
    return [word.slice(0, -1), word.slice(0, -2), `${word.slice(0, -2)}is`]
  if (word.endsWith('s') && !/(ss|us|is)$/.test(word)) return [word.slice(0, -1)]
  return []
}

/** Only plurals that do not begin with the word itself. */
function plurals(word: string): string[] {
  if (/[^aeiou]y$/.test(word)) return [`${word.slice(0, -1)}ies`]
  if (word.endsWith('fe')) return [`${word.slice(0, -2)}ves`]
  if (word.endsWith('f')) return [`${word.slice(0, -1)}ves`]
  return []
}

function ofVerb(word: string): string[] {
  const [, stem = '', end = ''] = /^(.{3,})(ing|ed)$/.exec(word) ?? []
  if (end !== '' && VOWEL.test(stem)) {
    const other = end === 'ing' ? 'ed' : 'ing'
    const roots = [stem, `${stem}e`, ...(DOUBLED.test(stem) ? [stem.slice(0, -1)] : [])]
    const changed = end === 'ed' && stem.endsWith('i') ? [`${stem.slice(0, -1)}y`] : []
    return [...roots, ...changed, stem + other, `${stem}s`, `${stem}es`]
  }
  // "baking" does not begin with "bake"; "painting" does begin with "paint".
  if (/[^aeiou]e$/.test(word)) return [`${word.slice(0, -1)}ing`]
  if (/[^aeiou]y$/.test(word)) return [`${word.slice(0, -1)}ied`]
  return []
}
