/**
 * Other forms of an English word that a shop is asked for: one and many, and what -ing and -ed make of it.
 *
 * Only forms that don't begin with the word are given, for those it finds as it is. A form that is no word finds
 * nothing, so rules may give more than one guess ("knives": knif, knife); they must not give another word.
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
/** They look like many and are one. */
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

/** What it may be many of. */
export function singulars(word: string): string[] {
  if (word.endsWith('ies') && word.length > 4) return [`${word.slice(0, -3)}y`, word.slice(0, -1)]
  if (word.endsWith('ves')) return [`${word.slice(0, -3)}f`, `${word.slice(0, -3)}fe`, word.slice(0, -1)]
  if (/(ss|sh|ch|x|z|o|us)es$/.test(word)) return [word.slice(0, -2), word.slice(0, -1)]
  if (word.endsWith('ses') && word.length > 4)
    return [word.slice(0, -1), word.slice(0, -2), `${word.slice(0, -2)}is`]
  if (word.endsWith('s') && !/(ss|us|is)$/.test(word)) return [word.slice(0, -1)]
  return []
}

/** Those that don't begin with the word itself. */
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
  // "bake" does not begin "baking", as "paint" begins "painting".
  if (/[^aeiou]e$/.test(word)) return [`${word.slice(0, -1)}ing`]
  if (/[^aeiou]y$/.test(word)) return [`${word.slice(0, -1)}ied`]
  return []
}
