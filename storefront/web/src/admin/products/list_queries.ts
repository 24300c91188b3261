/** The list of products for admins. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, shop } from '../../api/shop.ts'
import { LIVE_MS } from '../queries.ts'
import { isSearch, type ProductView, queryOf } from './product_view.ts'

const PAGE_SIZE = 25
/** Searches read much, so they are repeated less often. */
const SEARCH_POLL_MS = 30_000
/** Answers without a product, until the page says that it found none so far. */
const EMPTY_MAX = 5

export const productListQuery = (view: ProductView) =>
  queryOptions({
    queryKey: ['products', 'list', 'any', view],
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: pollEvery(isSearch(view) ? SEARCH_POLL_MS : LIVE_MS),
    queryFn: async ({ signal }) => {
      const read = (cursor: string | undefined) => {
        const query = { ...queryOf({ ...view, cursor }), limit: PAGE_SIZE }
        return dataOf(shop.products.GET('/products/any', { params: { query }, signal }))
      }
      let page = await read(view.cursor)
      for (let i = 1; i < EMPTY_MAX && page.items.length === 0 && page.next_cursor !== null; i++)
        page = await read(page.next_cursor)
      return page
    },
  })

/** What the shop would search for instead of words that find nothing; null if it knows nothing closer. */
export const correctionQuery = (q: string) =>
  queryOptions({
    queryKey: ['products', 'correction', q],
    queryFn: async ({ signal }) => {
      const query = { q, limit: 1 }
      const { searched_for } = await dataOf(shop.products.GET('/products', { params: { query }, signal }))
      return searched_for ?? null
    },
  })
