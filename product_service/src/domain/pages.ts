/** Pages of the catalogue: where each begins and ends, the same for every database. */

import type { Page, PageKey } from './page.ts'
import type { CatalogueQuery } from './ports.ts'
import { nameKey, type Product } from './product.ts'
import { NAME_MARK } from './search.ts'
import type { SearchSort, Sort } from './sorts.ts'
import { formsOf } from './word_forms.ts'

/** The page when up to `limit` + 1 products were read; the extra one only shows that there is a next page. */
export function pageOf(products: readonly Product[], sort: Sort, limit: number): Page<Product> {
  if (products.length <= limit) return { items: products, next: undefined }
  const items = products.slice(0, limit)
  return { items, next: KEYS[sort](items[limit - 1]!) }
}

const KEYS: Readonly<Record<Sort, (product: Product) => PageKey>> = {
  newest: ({ id }) => [id],
  price: ({ id, priceMinor }) => [priceMinor, id],
  '-price': ({ id, priceMinor }) => [priceMinor, id],
  name: ({ id, name }) => [nameKey(name), id],
}

/** The order that is used: relevance needs words. */
export const orderOf = ({ sort, words }: Pick<CatalogueQuery, 'sort' | 'words'>): SearchSort =>
  sort === 'relevance' && words.length === 0 ? 'newest' : sort

/** One word of a query. It matches words of the index that begin with `prefix` or are in `exact`. */
export type WordMatch = { readonly prefix: string; readonly exact: readonly string[] }

/** Products that match each of `every`, at least one of `some`, not all of `notAll`, and none of `none`. */
export type Rank = {
  readonly every: readonly WordMatch[]
  readonly some?: readonly WordMatch[]
  readonly notAll?: readonly WordMatch[]
  readonly none?: readonly WordMatch[]
}

/** Everything that a search finds. */
export const matchAll = (words: readonly string[]): Rank => ({ every: words.map(matchAnywhere) })

/**
 * The ranks of a search, most relevant first: all words are in the name, some are, none is. No product has two ranks.
 * Within a rank the newest product comes first.
 */
export function ranksOf(words: readonly string[]): readonly Rank[] {
  const every = words.map(matchAnywhere)
  const named = words.map(matchInName)
  return [
    { every: named },
    ...(words.length > 1 ? [{ every, some: named, notAll: named }] : []),
    { every, none: named },
  ]
}

const matchAnywhere = (word: string): WordMatch => ({ prefix: word, exact: formsOf(word) })
const matchInName = (word: string): WordMatch => ({
  prefix: NAME_MARK + word,
  exact: formsOf(word).map(marked),
})
const marked = (word: string) => NAME_MARK + word

/**
 * A page of a search by relevance, with the key [rank, id]. It reads rank after rank until the page is full. `read`
 * resolves up to `limit` products of a rank, newest first, after the product `after`.
 */
export async function readRanks(
  { words, after, limit }: Pick<CatalogueQuery, 'words' | 'after' | 'limit'>,
  read: (
    rank: Rank,
    after: string | undefined,
    limit: number,
  ) => Promise<readonly Product[]> | readonly Product[],
): Promise<Page<Product>> {
  const ranks = ranksOf(words)
  const found: { product: Product; rank: number }[] = []
  const [first, id] = (after ?? [0, undefined]) as [number, string | undefined]
  for (let rank = first; rank < ranks.length && found.length <= limit; rank++) {
    const products = await read(ranks[rank]!, rank === first ? id : undefined, limit + 1 - found.length)
    found.push(...products.map((product) => ({ product, rank })))
  }
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next = found.length > limit && last ? [last.rank, last.product.id] : undefined
  return { items: items.map(({ product }) => product), next }
}
