/** A search, and when nothing fits, the search that was meant: the same rule over every database. */
import type { CataloguePage, CatalogueQuery, Page } from './ports.ts'
import type { Product } from './product.ts'
import { corrections } from './spelling.ts'

export type SearchBackend = {
  list(query: CatalogueQuery): Promise<Page<Product>>
  /** Does any product have a word that fits this one? */
  isKnown(word: string): Promise<boolean>
  vocabulary(): Promise<readonly string[]>
}

/**
 * Only words that fit no product at all are corrected, so a lamp that is sold out is not turned into a camp. Which
 * correction it is follows from the catalogue, not from the page that is asked for.
 */
export async function searchOrCorrect(
  query: CatalogueQuery,
  { list, isKnown, vocabulary }: SearchBackend,
): Promise<CataloguePage> {
  const page = await list(query)
  if (page.items.length > 0) return page
  const unknown: string[] = []
  for (const word of query.words) {
    if (!(await isKnown(word))) unknown.push(word)
  }
  if (unknown.length === 0) return page
  for (const words of corrections(query.words, unknown, await vocabulary())) {
    const first = await list({ ...query, words, after: undefined })
    if (first.items.length === 0) continue
    const wanted = query.after === undefined ? first : await list({ ...query, words })
    return { ...wanted, searchedFor: words }
  }
  return page
}
