/** What the list of products shows, and how its address contains it: so a link, a reload and a saved view show the same. */
import { LIMITS } from '@shop/client/generated/limits'
import { LOW_STOCK } from '../../shop/low_stock.ts'
import { SORTS, type Sort } from '../../shop/view_address.ts'

export const STATUSES = ['published', 'draft', 'scheduled'] as const
export type Status = (typeof STATUSES)[number]
export const STOCKS = ['out', 'low'] as const
export type StockFilter = (typeof STOCKS)[number]
const QUERY_LENGTH_MAX = LIMITS['GET /products/any'].q.maxLength

export type ProductView = {
  readonly q: string
  readonly status: Status | undefined
  readonly stock: StockFilter | undefined
  /** An id. */
  readonly category: string | undefined
  readonly reduced: boolean
  /** Only what is on sale has another order than the newest first. */
  readonly sort: Sort
  readonly cursor: string | undefined
}
export const EVERYTHING: ProductView = {
  ...{ q: '', status: undefined, stock: undefined, category: undefined, reduced: false },
  ...{ sort: 'newest', cursor: undefined },
}

export const isNarrowed = ({ q, status, stock, category, reduced }: ProductView): boolean =>
  q !== '' || status !== undefined || stock !== undefined || category !== undefined || reduced

/** Fewer than all of a range are wanted, so many products may be read for them. */
export const isSearch = ({ q, stock, category, reduced }: ProductView): boolean =>
  q !== '' || stock !== undefined || category !== undefined || reduced

/** Choosing an order chooses what is on sale, and choosing anything else gives up the order. */
export function changed(view: ProductView, change: Partial<ProductView>): ProductView {
  const next = { ...view, ...change, cursor: undefined }
  if (next.sort === 'newest' || next.status === 'published') return next
  return change.sort === undefined ? { ...next, sort: 'newest' } : { ...next, status: 'published' }
}

export function viewIn(params: URLSearchParams): ProductView {
  const one = <T extends string>(name: string, all: readonly T[]) =>
    all.find((each) => each === params.get(name))
  const q = [...(params.get('q') ?? '').trim()].slice(0, QUERY_LENGTH_MAX).join('').trimEnd()
  const view: ProductView = {
    q,
    status: one('status', STATUSES),
    stock: one('stock', STOCKS),
    category: UUID.test(params.get('category') ?? '') ? params.get('category')! : undefined,
    reduced: params.get('reduced') === 'true',
    sort: 'newest',
    cursor: params.get('cursor') || undefined,
  }
  return { ...changed(view, { sort: one('sort', SORTS) ?? 'newest' }), cursor: view.cursor }
}
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function searchOf({ q, status, stock, category, reduced, sort, cursor }: ProductView): string {
  const given = {
    ...(q === '' ? {} : { q }),
    ...(status && { status }),
    ...(stock && { stock }),
    ...(category && { category }),
    ...(reduced && { reduced: 'true' }),
    ...(sort === 'newest' ? {} : { sort }),
    ...(cursor && { cursor }),
  }
  return new URLSearchParams(given).toString()
}

/** The parameters of GET /products/any. */
export const queryOf = ({ q, status, stock, category, reduced, sort, cursor }: ProductView) => ({
  ...(q === '' ? {} : { q }),
  ...(status && { status }),
  ...(stock === 'out' && { stock_max: 0 }),
  ...(stock === 'low' && { stock_min: 1, stock_max: LOW_STOCK }),
  ...(category && { category }),
  ...(reduced && { reduced }),
  ...(sort === 'newest' ? {} : { sort }),
  ...(cursor && { cursor }),
})
