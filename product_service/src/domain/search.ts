/**
 * The words of a text, for searching. Products and queries go through the same functions, and stores compare the results
 * byte for byte, so every database finds the same products.
 *
 * A word is a run of letters and digits of any script, without case, accents, Hebrew points and Arabic vowels:
 * "Café-Crème 2" -> cafe, creme, 2. Compatibility forms are resolved first, because they may contain capitals ("™").
 * Then the text is put into upper and then lower case, so "ß" is "ss" and "ı" is "i". Both lower-case sigmas are equal.
 *
 * Chinese, Japanese, Thai and similar scripts put no spaces between words. In such a run each pair of neighbours is a
 * word, and so is the last character. So a query matches anywhere inside the run.
 */
/** Invisible joiners and direction marks may occur inside a word. */
const INVISIBLE = /\p{Cf}/gu
const ACCENTS = /[\u0300-\u036f]/g
const HEBREW_POINTS = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]/g
/** Also the marks that turn alef, waw and yeh into other letters, and the stroke that only stretches a word. */
const ARABIC_VOWELS =
  /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/g
/** Letters that Unicode does not decompose, or that many keyboards lack, and what people type instead. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ħ: 'h', ŧ: 't', ŋ: 'n', ƀ: 'b', ɨ: 'i' },
  ...{ ς: 'σ', ى: 'ي', ی: 'ي', ک: 'ك', ٱ: 'ا', ة: 'ه' },
}
const NOT_PLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g')

const SPACELESS = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`
const WORD = new RegExp(
  String.raw`(?<run>[${SPACELESS}&&[\p{L}\p{M}]]+)|[[\p{L}\p{N}\p{M}]--[${SPACELESS}&&[\p{L}\p{M}]]]+`,
  'gv',
)

export const QUERY_LENGTH_MAX = 100
export const QUERY_WORDS_MAX = 10

/** Marks a word of a product's name. Such a word is indexed twice, with and without the mark. */
export const NAME_MARK = '\ue000'

/** After a change of this value all products are indexed again. */
export const WORDS_VERSION = '2'

/** The distinct words of a text, in order. */
export const searchWords = (text: string): string[] => wordsOf(text, pairsAndLast)

/** The words of a query: as above, but the last character of a run counts only if it is the whole run. */
export const queryWords = (text: string): string[] => wordsOf(text, pairs)

/** The words of a text as people write them: a run without spaces is one word. */
export const plainWords = (text: string): string[] => wordsOf(text, (run) => [run])

/** The words that a product is indexed under. */
export function indexWords({ name, description }: { name: string; description: string }): string[] {
  const named = searchWords(name).map((word) => NAME_MARK + word)
  return [...searchWords(`${name} ${description}`), ...named]
}

function wordsOf(text: string, split: (run: string) => string[]): string[] {
  const words: string[] = []
  for (const { 0: word, groups } of plain(text).matchAll(WORD)) {
    if (groups?.run === undefined) words.push(word)
    else words.push(...split(word))
  }
  return [...new Set(words)]
}

function plain(text: string): string {
  const bare = text
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .replace(ACCENTS, '')
    .replace(HEBREW_POINTS, '')
    .replace(ARABIC_VOWELS, '')
  const lower = bare.toUpperCase().toLowerCase()
  return lower.replace(NOT_PLAIN, (letter) => PLAIN[letter]!).normalize('NFC')
}

function pairs(run: string): string[] {
  const characters = [...run]
  return characters.length === 1
    ? characters
    : characters.slice(1).map((character, i) => characters[i]! + character)
}

const pairsAndLast = (run: string): string[] => [...pairs(run), [...run].at(-1)!]
