/** The lists of products for admins. */
import { LIMITS } from '@shop/client/generated/limits'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { catalogueQuery } from '../../api/queries.ts'
import { dataOf, shop } from '../../api/shop.ts'
import type { Product } from '../../api/types.ts'
import type { CatalogueView } from '../../shop/view_address.ts'

const SKU_LENGTH_MAX = LIMITS['GET /products/any'].sku.maxLength
type CataloguePage = { items: Product[]; next_cursor: string | null; q: string; searched_for?: string }
const DRAFTS_PAGE_SIZE = 50
export const draftsQuery = infiniteQueryOptions({
  queryKey: ['products', 'drafts'],
  queryFn: ({ signal, pageParam }) =>
    dataOf(
      shop.products.GET('/products/any', {
        params: {
          query: {
            status: 'draft',
            limit: DRAFTS_PAGE_SIZE,
            ...(pageParam === null ? {} : { cursor: pageParam }),
          },
        },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
})

/** The catalogue as visitors find it, and before it the product with this SKU, also if it is a draft. */
export const productListQuery = (view: CatalogueView) => {
  const catalogue = catalogueQuery(view)
  return {
    ...catalogue,
    queryFn: async (context: { signal: AbortSignal }) => {
      const { q, cursor } = view
      const [page, bySku] = await Promise.all([
        (catalogue.queryFn as (context: { signal: AbortSignal }) => Promise<CataloguePage>)(context),
        q === '' || cursor !== undefined || q.length > SKU_LENGTH_MAX
          ? undefined
          : dataOf(
              shop.products.GET('/products/any', { params: { query: { sku: q } }, signal: context.signal }),
            ),
      ])
      const found = bySku?.items ?? []
      const others = page.items.filter(({ id }) => found.every((each) => each.id !== id))
      return { ...page, items: [...found, ...others] }
    },
  }
}
