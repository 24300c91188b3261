/**
 * The words a text is found by. Products and queries go through the same function, and stores compare what it
 * returns byte for byte, so every database finds the same products.
 *
 * A word is a run of letters and digits of any script, without case and without Latin accents:
 * "Café-Crème 2" -> cafe, creme, 2.
 */
const WORD = /[\p{L}\p{N}\p{M}]+/gu
const ACCENTS = /[\u0300-\u036f]/g

export const QUERY_LENGTH_MAX = 100
export const QUERY_WORDS_MAX = 10

/** The distinct words of a text, in their order. */
export function searchWords(text: string): string[] {
  const plain = text.toLowerCase().normalize('NFKD').replace(ACCENTS, '').normalize('NFC')
  return [...new Set(plain.match(WORD))]
}
