/**
 * What the catalogue shows, and how its address says so. An order stands there only when the visitor chose one: the
 * service knows best in which a search is read.
 */
import { LIMITS } from '@shop/client/generated/limits'

export const SORTS = ['newest', 'price', '-price', 'name'] as const
export type Sort = (typeof SORTS)[number]
/** A search has an order of its own, which is nothing without words. */
export type ShownSort = Sort | 'relevance'

export type CatalogueView = {
  readonly q: string
  readonly sort: Sort | undefined
  readonly inStock: boolean
  readonly cursor: string | undefined
}

/** The order it is shown in. */
export const shownSort = ({ q, sort }: Pick<CatalogueView, 'q' | 'sort'>): ShownSort => sort ?? usualSort(q)

/** What choosing an order means: the usual one is none of the visitor's own. */
export const chosenSort = (q: string, sort: ShownSort): Sort | undefined =>
  sort === 'relevance' || sort === usualSort(q) ? undefined : sort

const usualSort = (q: string): ShownSort => (q === '' ? 'newest' : 'relevance')

export function viewIn(params: URLSearchParams): CatalogueView {
  const sort = params.get('sort') as Sort
  return {
    q: searchable((params.get('q') ?? '').trim()),
    sort: SORTS.includes(sort) ? sort : undefined,
    inStock: params.get('in_stock') === 'true',
    cursor: params.get('cursor') ?? undefined,
  }
}

/** A link may have been made longer than a search may be; what it begins with is looked for, not refused. */
const searchable = (q: string) => [...q].slice(0, LIMITS['GET /products'].q.maxLength).join('').trimEnd()

export function searchOf({ q, sort, inStock, cursor }: CatalogueView): string {
  const params = new URLSearchParams()
  if (q !== '') params.set('q', q)
  if (sort !== undefined) params.set('sort', sort)
  if (inStock) params.set('in_stock', 'true')
  if (cursor !== undefined) params.set('cursor', cursor)
  return params.toString()
}
