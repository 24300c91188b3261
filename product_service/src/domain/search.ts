/**
 * The words a text is found by. Products and queries go through the same functions, and stores compare what they
 * return byte for byte, so every database finds the same products.
 *
 * A word is a run of letters and digits of any script, without case, accents, the points of Hebrew and the vowels
 * of Arabic: "Café-Crème 2" -> cafe, creme, 2. Case is forgotten after compatibility forms, which may bring capitals
 * ("™"), and by way of capitals, so that "ß" is "ss" and "ı" is "i"; a sigma is one letter, also where a word ends.
 *
 * Chinese, Japanese, Thai and their like put no spaces between words. Of such a run every two neighbours are a word
 * (and the last character), so what is asked for is found anywhere inside it.
 */
/** Invisible joiners and marks of direction may stand inside a word. */
const INVISIBLE = /\p{Cf}/gu
const ACCENTS = /[\u0300-\u036f]/g
const HEBREW_POINTS = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]/g
/** With the marks that turn alef, waw and yeh into other letters, and the stroke that only stretches a word. */
const ARABIC_VOWELS =
  /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/g
/** Letters that have no accent to take away, and those many keyboards don't have, as people type them instead. */
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

/** Before a word of a product's name, which is indexed once more with it: a name counts more than a description. */
export const NAME_MARK = '\ue000'

/** Another value means that what is indexed has to be indexed again. */
export const WORDS_VERSION = '2'

/** The distinct words of a text, in their order. */
export const searchWords = (text: string): string[] => wordsOf(text, pairsAndLast)

/** What has to be found for a query: as above, but a character is looked for alone only when it stands alone. */
export const queryWords = (text: string): string[] => wordsOf(text, pairs)

/** What a product is indexed under. */
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
