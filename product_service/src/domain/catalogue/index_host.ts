/**
 * The catalogue in memory, told by messages: for a store whose connection belongs to another thread. Messages are numbered, so
 * that the teller notices when the thread has been replaced, and begins again.
 */
import type { Facets, ListingFilter, ListingPage, ListingQuery } from '../listings.ts'
import {
  createCatalogueIndex,
  type IndexedCategory,
  type IndexedGroup,
  type IndexedProduct,
} from './catalogue_index.ts'
import { createReusedQueries } from './reused_queries.ts'

export type ToldChange =
  | { readonly product: IndexedProduct }
  /** The id of a product that is not on sale any more. */
  | { readonly removed: string }
  | { readonly group: IndexedGroup }
  | { readonly categories: readonly IndexedCategory[] }

export type HostQuestion = {
  /** How many messages with changes were sent before this one. */
  readonly told: number
} & (
  | { readonly changes: readonly ToldChange[] }
  /** `found`: ids that the words find, by rank. */
  | { readonly list: ListingQuery; readonly found: readonly (readonly string[])[] | undefined }
  | { readonly facets: ListingFilter; readonly found: readonly (readonly string[])[] | undefined }
)
export type HostAnswer =
  /** It was not told everything: it is another thread than before. */
  | { readonly lost: true }
  /** Ids of groups whose variants must be told again. */
  | { readonly again: readonly string[] }
  | { readonly page: ListingPage }
  | { readonly facets: Facets }

export function createIndexHost(monotonic: () => number): (question: HostQuestion) => HostAnswer {
  const index = createCatalogueIndex()
  const queries = createReusedQueries(index, monotonic)
  let told = 0

  const take = (change: ToldChange): string | undefined => {
    if ('product' in change) index.put(change.product)
    else if ('removed' in change) index.remove(change.removed)
    else if ('categories' in change) index.setCategories(change.categories)
    else if (index.putGroup(change.group)) return change.group.id
    return undefined
  }
  const numbersOf = (found: readonly (readonly string[])[] | undefined) => {
    const { ids } = index.view()
    return found?.map((of) => of.flatMap((id) => ids.find(id) ?? []))
  }

  return (question) => {
    if (question.told !== told) return { lost: true }
    if ('changes' in question) {
      told += 1
      return { again: question.changes.flatMap((change) => take(change) ?? []) }
    }
    const numbers = numbersOf(question.found)
    if ('list' in question) return { page: queries.list(question.list, numbers) }
    const { words, ...filter } = question.facets
    return { facets: queries.facets(filter, numbers, JSON.stringify(words)) }
  }
}
