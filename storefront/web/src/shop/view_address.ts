/**
 * What the catalogue shows, and how its address contains it. The sort order is in the address only when the visitor chose
 * one; otherwise the service sorts.
 */
import { LIMITS } from '@shop/client/generated/limits'

/** Divides by 2, 3 and 4: no grid ends in a ragged row. */
export const LISTINGS_PAGE_SIZE = 24

export const SORTS = ['newest', 'price', '-price', 'name'] as const
export type Sort = (typeof SORTS)[number]
/** More than a visitor chooses. */
const FACETS_MAX = 20

/** Only a search can be sorted by relevance. */
export type ShownSort = Sort | 'relevance'

export type CatalogueView = {
  readonly q: string
  readonly sort: Sort | undefined
  readonly inStock: boolean
  readonly cursor: string | undefined
  /** Chosen values of facets. Values of one name are alternatives; different names must all fit. */
  readonly facets: readonly Facet[]
  readonly priceMin: string | undefined
  readonly priceMax: string | undefined
  /** Counts the pages that led to the cursor; 1 without one. */
  readonly page: number
}
export type Facet = { readonly name: string; readonly value: string }

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
    cursor: params.get('cursor') || undefined,
    facets: facetsIn(params),
    priceMin: amountIn(params.get('price_min')),
    priceMax: amountIn(params.get('price_max')),
    page: pageIn(params),
  }
}

/** `Name:Value`; a name has no colon. Each once, and as many as the service takes. */
function facetsIn(params: URLSearchParams): readonly Facet[] {
  const texts = new Set(params.getAll('facet').filter((text) => /^[^:]+:./.test(text)))
  return [...texts].slice(0, FACETS_MAX).map((text) => {
    const at = text.indexOf(':')
    return { name: text.slice(0, at), value: text.slice(at + 1) }
  })
}

const facetText = ({ name, value }: Facet): string => `${name}:${value}`
const AMOUNT = /^(0|[1-9]\d{0,9})(\.\d{1,4})?$/
/** An amount as the service takes it; undefined for anything else. */
export const amountIn = (text: string | null): string | undefined =>
  text !== null && AMOUNT.test(text) ? text : undefined

function pageIn(params: URLSearchParams): number {
  const page = Number(params.get('page'))
  return params.get('cursor') && Number.isSafeInteger(page) && page > 1 ? page : 1
}

/** The filters as parameters of GET /catalogue. */
export const filtersOf = ({ inStock, facets, priceMin, priceMax }: CatalogueView) => ({
  ...(inStock ? { in_stock: true } : {}),
  ...(facets.length === 0 ? {} : { facet: facets.map(facetText) }),
  ...(priceMin === undefined ? {} : { price_min: priceMin }),
  ...(priceMax === undefined ? {} : { price_max: priceMax }),
})

/** By more than what GET /products can do. */
export const isFiltered = ({ facets, priceMin, priceMax }: CatalogueView): boolean =>
  facets.length > 0 || priceMin !== undefined || priceMax !== undefined

/** Nothing is chosen: the home page. */
export const isHome = (view: CatalogueView): boolean => searchOf(view) === ''

export const NO_FILTERS = { inStock: false, facets: [], priceMin: undefined, priceMax: undefined } as const

export const isChosen = ({ facets }: Pick<CatalogueView, 'facets'>, facet: Facet): boolean =>
  facets.some((each) => facetText(each) === facetText(facet))

export const withFacet = (facets: readonly Facet[], facet: Facet, chosen: boolean): readonly Facet[] => {
  const others = facets.filter((each) => facetText(each) !== facetText(facet))
  return chosen ? [...others, facet] : others
}

/** A search in a link may be too long: its beginning is used. */
const searchable = (q: string) => [...q].slice(0, LIMITS['GET /products'].q.maxLength).join('').trimEnd()

export function searchOf(view: CatalogueView): string {
  const { q, sort, inStock, cursor, facets, priceMin, priceMax, page } = view
  const params = new URLSearchParams()
  if (q !== '') params.set('q', q)
  if (sort !== undefined) params.set('sort', sort)
  if (inStock) params.set('in_stock', 'true')
  for (const facet of facets) params.append('facet', facetText(facet))
  if (priceMin !== undefined) params.set('price_min', priceMin)
  if (priceMax !== undefined) params.set('price_max', priceMax)
  if (cursor !== undefined && page > 1) params.set('page', String(page))
  if (cursor !== undefined) params.set('cursor', cursor)
  return params.toString()
}
