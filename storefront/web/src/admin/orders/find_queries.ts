import { LIMITS } from '@shop/client/generated/limits'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { dataOf, shop } from '../../api/shop.ts'

const PAGE_SIZE = 50
const CANDIDATES = 10
const NAME_LENGTH_MAX = LIMITS['GET /users'].q.maxLength
const WORDS_LENGTH_MAX = LIMITS['GET /products'].q.maxLength

const first = (text: string, length: number) => [...text].slice(0, length).join('')

/** `q` is a number, or the id of an order, a customer or a product. */
export const foundOrdersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'orders', 'found', q],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.orders.GET('/orders', {
          params: { query: { q, limit: PAGE_SIZE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  })

/** Whose orders: of an account, or with this e-mail address. */
export type Whose = { readonly user_id: string } | { readonly email: string }

export const ordersOfQuery = (whose: Whose) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'orders', 'of', whose],
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        shop.orders.GET('/orders', {
          params: {
            query: { ...whose, limit: PAGE_SIZE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  })

/** Customers and products by name. */
export const candidatesQuery = (q: string) =>
  queryOptions({
    queryKey: ['admin', 'orders', 'candidates', q],
    queryFn: async ({ signal }) => {
      const [users, products] = await Promise.all([
        dataOf(
          shop.auth.GET('/users', {
            params: { query: { q: first(q, NAME_LENGTH_MAX), limit: CANDIDATES } },
            signal,
          }),
        ),
        dataOf(
          shop.products.GET('/products', {
            params: { query: { q: first(q, WORDS_LENGTH_MAX), limit: CANDIDATES } },
            signal,
          }),
        ),
      ])
      return {
        customers: users.items.map(({ id, username }) => ({ id, name: username })),
        products: products.items.map(({ id, name }) => ({ id, name })),
      }
    },
  })
