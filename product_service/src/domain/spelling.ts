/**
 * What was meant by words that nothing begins with: the words of the catalogue that are one or two typing errors
 * away. An error is a letter too many, too few or wrong, or two neighbours swapped.
 */
import { NAME_MARK } from './search.ts'
import { singulars } from './word_forms.ts'

/** Words kept to be compared; a catalogue with more is corrected by these alone. */
export const VOCABULARY_MAX = 100_000
/** A misspelt word is tried as this many others. */
const CANDIDATES_MAX = 5
const ONE_ERROR_LENGTH = 4
const TWO_ERRORS_LENGTH = 7
const LENGTH_MAX = 30
/** Numbers of articles are not words, and a pair of characters is next to any other. */
const CORRECTABLE =
  /^[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Armenian}\p{sc=Georgian}\p{sc=Hangul}]+$/u

/** Belongs a word of the index into the vocabulary? */
export const isCorrectable = (word: string): boolean =>
  word.length >= ONE_ERROR_LENGTH - 1 &&
  word.length <= LENGTH_MAX &&
  !word.startsWith(NAME_MARK) &&
  CORRECTABLE.test(word)

/**
 * The queries `words` may have been meant as, best first, when nothing fits those that are `unknown`; none when one
 * of these is nothing's neighbour. The same words and vocabulary give the same answer, in whatever order it is.
 */
export function corrections(
  words: readonly string[],
  unknown: readonly string[],
  vocabulary: readonly string[],
): string[][] {
  const meant = new Map(unknown.map((word) => [word, neighbours(word, vocabulary)]))
  if ([...meant.values()].some((near) => near.length === 0)) return []
  const tries = Math.max(0, ...[...meant.values()].map((near) => near.length))
  return Array.from({ length: tries }, (_, i) => [
    ...new Set(words.map((word) => meant.get(word)?.[Math.min(i, meant.get(word)!.length - 1)] ?? word)),
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
    // "candels" is "candle" with an s; the s is no error.
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

/** Typing errors between two words, or more than `max` when there are more. */
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
      // Before the first letter there is none, which equals no letter.
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) errors = Math.min(errors, before[j - 2]! + 1)
      row[j] = errors
      if (errors < best) best = errors
    }
    // Two rows without hope leave none for a swap either.
    if (best > far) return far
    ;[before, last, row] = [last, row, before]
  }
  return Math.min(last[b.length]!, far)
}
