/** A search, and a corrected search when it finds nothing: the same rule for every database. */

import type { Page } from './page.ts'
import type { CataloguePage, CatalogueQuery } from './ports.ts'
import type { Product } from './product.ts'
import { corrections } from './spelling.ts'

export type SearchBackend = {
  list(query: CatalogueQuery): Promise<Page<Product>>
  /** Does any product have a word that matches this one? */
  isKnown(word: string): Promise<boolean>
  vocabulary(): Promise<readonly string[]>
}

/**
 * Corrects only words that match no product at all, so a search for a lamp that is sold out does not find a camp. Every
 * page of a search has the same correction.
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
