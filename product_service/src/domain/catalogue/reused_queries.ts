/**
 * Counts take a while in a large catalogue, and many readers ask for the same. An answer is used again for REUSE_FACTOR times as
 * long as it took, so counting takes a small part of the time, and a small shop is counted each time. Then it says that it may be `behind`.
 */
import type { Facets, ListingFilter } from '../listings.ts'
import type { CatalogueIndex } from './catalogue_index.ts'
import type { FoundWords } from './listing_filters.ts'
import { createListingQueries } from './listing_queries.ts'

export const REUSE_FACTOR = 20
/** Counts that took less are not kept. */
export const REUSED_FROM_MS = 2
/** Answers that are kept. */
export const REUSED_MAX = 200

export function createReusedQueries(index: CatalogueIndex, monotonic: () => number) {
  const { list, facets } = createListingQueries(index)
  const kept = new Map<
    string,
    { readonly facets: Facets; readonly version: number; readonly until: number }
  >()

  return {
    list,
    /** `about` names what was found by words. */
    facets(filter: Omit<ListingFilter, 'words'>, found: FoundWords | undefined, about: string): Facets {
      const startedAt = monotonic()
      const key = `${about} ${JSON.stringify(filter)}`
      const known = kept.get(key)
      const { version } = index.view()
      if (known && startedAt < known.until) return { ...known.facets, behind: known.version !== version }
      kept.delete(key)
      const answer = facets(filter, found)
      const endedAt = monotonic()
      if (endedAt - startedAt < REUSED_FROM_MS) return answer
      if (kept.size >= REUSED_MAX) kept.delete(kept.keys().next().value!)
      kept.set(key, { facets: answer, version, until: endedAt + REUSE_FACTOR * (endedAt - startedAt) })
      return answer
    },
  }
}
