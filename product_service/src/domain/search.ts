/**
 * The words a text is found by. Products and queries go through the same function, and stores compare what it
 * returns byte for byte, so every database finds the same products.
 *
 * A word is a run of letters and digits of any script, without case and without Latin accents:
 * "Café-Crème 2" -> cafe, creme, 2. Case is forgotten after compatibility forms, which may bring capitals ("™"),
 * and by way of capitals, so that "ß" is "ss"; a sigma is one letter, also where a word ends.
 */
const WORD = /[\p{L}\p{N}\p{M}]+/gu
const ACCENTS = /[\u0300-\u036f]/g

export const QUERY_LENGTH_MAX = 100
export const QUERY_WORDS_MAX = 10

/** The distinct words of a text, in their order. */
export function searchWords(text: string): string[] {
  const plain = text.normalize('NFKD').replace(ACCENTS, '').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
  return [...new Set(plain.normalize('NFC').match(WORD))]
}
