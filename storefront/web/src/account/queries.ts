/** What an account has. The keys begin with 'mine', so that the next user sees none of it. */
import { queryOptions } from '@tanstack/react-query'
import { dataOf, shop } from '../api/shop.ts'

export const meQuery = queryOptions({
  queryKey: ['mine', 'account'],
  staleTime: 0,
  queryFn: ({ signal }) => dataOf(shop.auth.GET('/me', { signal })),
})

export const factorQuery = queryOptions({
  queryKey: ['mine', 'factor'],
  staleTime: 0,
  queryFn: ({ signal }) => dataOf(shop.auth.GET('/me/totp', { signal })),
})

export const passkeysQuery = queryOptions({
  queryKey: ['mine', 'passkeys'],
  staleTime: 0,
  queryFn: ({ signal }) => dataOf(shop.auth.GET('/me/passkeys', { signal })),
})

export const sessionsQuery = queryOptions({
  queryKey: ['mine', 'sessions'],
  staleTime: 0,
  queryFn: ({ signal }) => dataOf(shop.auth.GET('/me/sessions', { signal })),
})
