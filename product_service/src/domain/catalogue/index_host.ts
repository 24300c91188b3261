/**
 * The catalogue in memory, changed by messages: for a store whose connection belongs to another thread. Messages are counted, so
 * that the sender notices when the thread has been replaced, and begins again. One that comes twice changes nothing.
 */
import {
  type Facets,
  type ListingFilter,
  type ListingPage,
  type ListingQuery,
  lowerBoundsOf,
} from '../listings.ts'
import {
  createCatalogueIndex,
  type IndexedCategory,
  type IndexedGroup,
  type IndexedProduct,
} from './catalogue_index.ts'
import { createReusedQueries } from './reused_queries.ts'

export type IndexChange =
  | { readonly product: IndexedProduct }
  /** The id of a product that is not on sale any more. */
  | { readonly removed: string }
  | { readonly group: IndexedGroup }
  | { readonly categories: readonly IndexedCategory[] }

export type HostQuestion = {
  /** How many messages with changes were answered before. */
  readonly sent: number
} & (
  | { readonly changes: readonly IndexChange[] }
  | { readonly list: ListingQuery; readonly found: FoundIds | undefined }
  | { readonly facets: ListingFilter; readonly found: FoundIds | undefined }
)
/** Ids that words find, by rank. With `some` the words match more than these. */
export type FoundIds = { readonly ids: readonly (readonly string[])[]; readonly some: boolean }
export type HostAnswer =
  /** It has not received them: it is another thread than before. */
  | { readonly lost: true }
  /** Ids of groups whose variants must be sent again: their options have other names. */
  | { readonly again: readonly string[] }
  | { readonly page: ListingPage }
  | { readonly facets: Facets }

export function createIndexHost(monotonic: () => number): (question: HostQuestion) => HostAnswer {
  const index = createCatalogueIndex()
  const queries = createReusedQueries(index, monotonic)
  let received = 0

  const take = (change: IndexChange): string | undefined => {
    if ('product' in change) index.put(change.product)
    else if ('removed' in change) index.remove(change.removed)
    else if ('categories' in change) index.setCategories(change.categories)
    else if (index.putGroup(change.group)) return change.group.id
    return undefined
  }
  const numbersOf = (found: FoundIds | undefined) => {
    const { ids } = index.view()
    return found?.ids.map((of) => of.flatMap((id) => ids.find(id) ?? []))
  }

  return (question) => {
    if (received < question.sent) return { lost: true }
    if ('changes' in question) {
      received += 1
      return { again: question.changes.flatMap((change) => take(change) ?? []) }
    }
    const numbers = numbersOf(question.found)
    const some = question.found?.some === true
    if ('list' in question) {
      const page = queries.list(question.list, numbers)
      return { page: some ? lowerBoundsOf.page(page) : page }
    }
    const { words, ...filter } = question.facets
    const facets = queries.facets(filter, numbers, JSON.stringify(words))
    return { facets: some ? lowerBoundsOf.facets(facets) : facets }
  }
}
