/**
 * Corrections of words that match nothing: the words of the catalogue that are one or two typing errors away. An error is
 * an extra, missing or wrong letter, or two swapped neighbours.
 */
import { NAME_MARK } from './search.ts'
import { singulars } from './word_forms.ts'

/** Corrections come from at most this many words of the catalogue. */
export const VOCABULARY_MAX = 100_000
/** Corrections tried for one misspelt word. */
const CANDIDATES_MAX = 5
const ONE_ERROR_LENGTH = 4
const TWO_ERRORS_LENGTH = 7
const LENGTH_MAX = 30
/** Not digits, because article numbers are not words; not Chinese and the like, where any pair is one error from another. */
const CORRECTABLE =
  /^[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Armenian}\p{sc=Georgian}\p{sc=Hangul}]+$/u

/** Does a word of the index belong to the vocabulary? */
export const isCorrectable = (word: string): boolean =>
  word.length >= ONE_ERROR_LENGTH - 1 &&
  word.length <= LENGTH_MAX &&
  !word.startsWith(NAME_MARK) &&
  CORRECTABLE.test(word)

/**
 * The corrected queries, best first. `unknown` are those of `words` that match nothing; if one of them has no neighbour
 * there is no correction. The order of the vocabulary does not matter.
 */
export function corrections(
  words: readonly string[],
  unknown: readonly string[],
  vocabulary: readonly string[],
): string[][] {
  const candidates = new Map(unknown.map((word) => [word, neighbours(word, vocabulary)]))
  if ([...candidates.values()].some((near) => near.length === 0)) return []
  const attempts = Math.max(0, ...[...candidates.values()].map((near) => near.length))
  return Array.from({ length: attempts }, (_, i) => [
    ...new Set(
      words.map((word) => candidates.get(word)?.[Math.min(i, candidates.get(word)!.length - 1)] ?? word),
    ),
  ])
}

export const errorsAllowed = (word: string): number =>
  word.length < ONE_ERROR_LENGTH ? 0 : word.length < TWO_ERRORS_LENGTH ? 1 : 2

function neighbours(word: string, vocabulary: readonly string[]): string[] {
  const allowed = errorsAllowed(word)
  if (allowed === 0 || !isCorrectable(word)) return []
  const one = singulars(word)[0] ?? word
  const allowedOfOne = errorsAllowed(one)
  const near: { known: string; errors: number; shared: number }[] = []
  for (const known of vocabulary) {
    let errors = errorsBetween(word, known, allowed)
    // "candels" is "candle" with a plural s; the s is not an error.
    if (errors > 0 && one !== word) {
      const ofOne = errorsBetween(one, known, allowedOfOne)
      if (ofOne <= allowedOfOne) errors = Math.min(errors, ofOne)
    }
    if (errors <= allowed) near.push({ known, errors, shared: sharedLetters(word, known) })
  }
  near.sort((a, b) => a.errors - b.errors || b.shared - a.shared || (a.known < b.known ? -1 : 1))
  return near.slice(0, CANDIDATES_MAX).map(({ known }) => known)
}

function sharedLetters(a: string, b: string): number {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return i
}

const ROW = LENGTH_MAX + 2
const rows = [new Uint8Array(ROW), new Uint8Array(ROW), new Uint8Array(ROW)]

/** The number of typing errors between two words; `max` + 1 if there are more. */
export function errorsBetween(a: string, b: string, max: number): number {
  const far = max + 1
  if (Math.abs(a.length - b.length) > max || a.length > LENGTH_MAX || b.length > LENGTH_MAX) return far
  let [before, last, row] = rows as [Uint8Array, Uint8Array, Uint8Array]
  for (let j = 0; j <= b.length; j++) last[j] = j
  for (let i = 1; i <= a.length; i++) {
    row[0] = i
    let best = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let errors = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      // An index of -1 gives undefined, which equals no letter.
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) errors = Math.min(errors, before[j - 2]! + 1)
      row[j] = errors
      if (errors < best) best = errors
    }
    // Each field is above `far`: neither an edit nor a swap can bring a later row back to `max`.
    if (best > far) return far
    ;[before, last, row] = [last, row, before]
  }
  return Math.min(last[b.length]!, far)
}
