/** The queries of groups and their variants. */
import { infiniteQueryOptions, keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import { newer } from '../../api/newer.ts'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Group } from '../../api/types.ts'
import { LIVE_MS } from '../queries.ts'

const GROUPS_PAGE_SIZE = 50
export const VARIANTS_PAGE_SIZE = 25

const after = (cursor: string | null) => (cursor === null ? {} : { cursor })

export const groupsQuery = infiniteQueryOptions({
  queryKey: ['admin', 'groups', 'list'],
  queryFn: ({ signal, pageParam }) =>
    dataOf(
      shop.products.GET('/groups', {
        params: { query: { limit: GROUPS_PAGE_SIZE, ...after(pageParam) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
})

export const groupQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'groups', 'one', id],
    queryFn: ({ signal }) =>
      dataOf(shop.products.GET('/groups/any/{id}', { params: { path: { id } }, signal })),
    refetchInterval: pollEvery(LIVE_MS),
    staleTime: 0,
  })

/** A page of the variants of a group, drafts too, newest first. */
export const variantsPage = (groupId: string, cursor: string | null, limit: number, signal?: AbortSignal) =>
  dataOf(
    shop.products.GET('/products/any', {
      params: { query: { group_id: groupId, limit, ...after(cursor) } },
      ...(signal ? { signal } : {}),
    }),
  )

export const variantsQuery = (groupId: string, cursor: string | null) =>
  queryOptions({
    queryKey: ['products', 'list', 'variants', groupId, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => variantsPage(groupId, cursor, VARIANTS_PAGE_SIZE, signal),
    refetchInterval: pollEvery(LIVE_MS),
    staleTime: 0,
  })

export const cacheGroup = (queries: QueryClient, group: Group) =>
  queries.setQueryData(groupQuery(group.id).queryKey, (known) => newer(known, group))

export const currentGroupOf = (error: unknown): Group | undefined =>
  error instanceof ShopProblem && error.code === 'group_conflict'
    ? (error.document?.current as Group | undefined)
    : undefined
