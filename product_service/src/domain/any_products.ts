/**
 * What an admin looks for among all products that were not removed, hidden ones too: the same on every database.
 *
 * Promises
 *  1. All conditions hold for each product that is found, and each product that fulfils them is on one of the pages.
 *  2. A page reads at most STEPS_MAX parts of at most STEP products each, a part in one turn of the event loop. If it ends there,
 *     it has fewer products than asked for, and a next page.
 *  3. A word is found anywhere in a name or SKU, whatever its case; accents do not matter in the first letters of a name (nameKey).
 */
import { skuForms } from './details.ts'
import type { Page, PageKey } from './page.ts'
import { nameKey, type Product } from './product.ts'
import { QUERY_WORDS_MAX } from './search.ts'
import type { Sort } from './sorts.ts'

/** `draft`: not on sale, also because its group is not; `scheduled`: with a time of its own when it will be. */
export const ANY_STATUSES = ['published', 'draft', 'scheduled'] as const

export type AnyProducts = {
  readonly status?: (typeof ANY_STATUSES)[number]
  readonly sku?: string
  /** Its variants. */
  readonly groupId?: string
  /** Made by anyWords. */
  readonly words?: readonly AnyWord[]
  /** It, or its group, is in one of them. */
  readonly categories?: readonly string[]
  readonly stockMin?: number
  readonly stockMax?: number
  /** It has a price of before. */
  readonly reduced?: boolean
  /** By default newest first. Another order needs `published`. */
  readonly sort?: Sort
}

/** `key` occurs in the key of the name, `text` in the name, or one of `skus` in the SKU, these in lower case of ASCII. */
export type AnyWord = { readonly key: string; readonly text: string; readonly skus: readonly string[] }

/** Products whose conditions are checked at once. */
export const STEP = 2_000
export const STEPS_MAX = 100

const asciiLower = (text: string) => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

export const anyWords = (text: string): readonly AnyWord[] =>
  text
    .split(/\s+/)
    .filter((word) => nameKey(word) !== '')
    .slice(0, QUERY_WORDS_MAX)
    .map((word) => {
      const [text, nfd] = skuForms(word).map(asciiLower) as [string, string]
      return { key: nameKey(word), text, skus: text === nfd ? [text] : [text, nfd] }
    })

/** Whether each product of a part has to be looked at. */
export const isNarrowed = ({ words = [], categories, stockMin, stockMax, reduced }: AnyProducts): boolean =>
  words.length > 0 ||
  categories !== undefined ||
  stockMin !== undefined ||
  stockMax !== undefined ||
  reduced === true

export type AnyParts<Row> = {
  /** Where the part after `at` ends; undefined if fewer than STEP products are left. */
  end(at: PageKey | undefined): PageKey | undefined | Promise<PageKey | undefined>
  /** Up to `count` rows of the part that fulfil the conditions, in order. */
  matching(
    at: PageKey | undefined,
    end: PageKey | undefined,
    count: number,
  ): readonly Row[] | Promise<readonly Row[]>
  keyOf(row: Row): PageKey
  /** Without those that cannot be read. */
  read(rows: readonly Row[]): readonly Product[]
}

export async function walkParts<Row>(
  { end, matching, keyOf, read }: AnyParts<Row>,
  { after, limit }: { readonly after: PageKey | undefined; readonly limit: number },
  nextTurn: () => Promise<void>,
): Promise<Page<Product>> {
  const items: Product[] = []
  let at = after
  for (let step = 0; step < STEPS_MAX; step++) {
    const last = await end(at)
    const count = limit - items.length
    const rows = await matching(at, last, count + 1)
    items.push(...read(rows.slice(0, count)))
    // The row too many is the first one of the next part.
    if (rows.length > count) at = keyOf(rows[count - 1]!)
    else if (last === undefined) return { items, next: undefined }
    else at = last
    if (items.length >= limit) break
    await nextTurn()
  }
  return { items, next: at }
}
