/**
 * What the catalogue shows, and how its address contains it. The sort order is in the address only when the visitor chose
 * one; otherwise the service sorts.
 */
import { LIMITS } from '@shop/client/generated/limits'

export const SORTS = ['newest', 'price', '-price', 'name'] as const
export type Sort = (typeof SORTS)[number]
/** Only a search can be sorted by relevance. */
export type ShownSort = Sort | 'relevance'

export type CatalogueView = {
  readonly q: string
  readonly sort: Sort | undefined
  readonly inStock: boolean
  readonly cursor: string | undefined
}

/** The sort order that is shown. */
export const shownSort = ({ q, sort }: Pick<CatalogueView, 'q' | 'sort'>): ShownSort => sort ?? defaultSort(q)

/** Choosing the default sort order is no choice. */
export const chosenSort = (q: string, sort: ShownSort): Sort | undefined =>
  sort === 'relevance' || sort === defaultSort(q) ? undefined : sort

const defaultSort = (q: string): ShownSort => (q === '' ? 'newest' : 'relevance')

export function viewIn(params: URLSearchParams): CatalogueView {
  const sort = params.get('sort') as Sort
  return {
    q: searchable((params.get('q') ?? '').trim()),
    sort: SORTS.includes(sort) ? sort : undefined,
    inStock: params.get('in_stock') === 'true',
    cursor: params.get('cursor') ?? undefined,
  }
}

/** A search in a link may be too long: its beginning is used. */
const searchable = (q: string) => [...q].slice(0, LIMITS['GET /products'].q.maxLength).join('').trimEnd()

export function searchOf({ q, sort, inStock, cursor }: CatalogueView): string {
  const params = new URLSearchParams()
  if (q !== '') params.set('q', q)
  if (sort !== undefined) params.set('sort', sort)
  if (inStock) params.set('in_stock', 'true')
  if (cursor !== undefined) params.set('cursor', cursor)
  return params.toString()
}
