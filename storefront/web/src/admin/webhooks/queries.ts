import type { paths } from '@shop/client/generated/notification_service'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { pollEvery } from '../../api/refetch.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { Json } from '../../api/types.ts'

export type Endpoint = Json<paths['/endpoints/{id}']['get']['responses'][200]>
export type Delivery = Json<paths['/endpoints/{id}/deliveries']['get']['responses'][200]>['items'][number]
export type DeliveryState = Delivery['state']
export const DELIVERY_STATES = ['waiting', 'queued', 'done', 'dead'] as const satisfies DeliveryState[]
/** What is sent again: single events, or those between two positions. */
export type Replay = { event_ids: string[] } | { after: number; before?: number }
type EventsPage = Json<paths['/events']['get']['responses'][200]>
export type ShopEvent = EventsPage['events'][number]

const LIVE_MS = 5_000
const PAGE_SIZE = 50
/** Beyond every position: the answer says what the last one is. */
const BEYOND = Number.MAX_SAFE_INTEGER

export const endpointsQuery = queryOptions({
  queryKey: ['admin', 'webhooks', 'endpoints'],
  staleTime: 0,
  queryFn: ({ signal }) => dataOf(shop.notifications.GET('/endpoints', { signal })),
})

export const endpointQuery = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'webhooks', 'endpoint', id],
    staleTime: 0,
    refetchInterval: pollEvery(LIVE_MS),
    queryFn: ({ signal }) =>
      dataOf(shop.notifications.GET('/endpoints/{id}', { params: { path: { id } }, signal })),
  })

export const deliveriesQuery = (id: string, state: DeliveryState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'webhooks', 'deliveries', id, state],
    queryFn: ({ signal, pageParam }) => {
      const query = {
        limit: PAGE_SIZE,
        ...(state === undefined ? {} : { state }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }
      return dataOf(
        shop.notifications.GET('/endpoints/{id}/deliveries', { params: { path: { id }, query }, signal }),
      )
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
    refetchInterval: pollEvery(LIVE_MS),
  })

export const attemptsQuery = (id: string, position: number) =>
  queryOptions({
    queryKey: ['admin', 'webhooks', 'attempts', id, position],
    staleTime: 0,
    queryFn: ({ signal }) =>
      dataOf(
        shop.notifications.GET('/endpoints/{id}/deliveries/{position}/attempts', {
          params: { path: { id, position } },
          signal,
        }),
      ),
  })

/** Where the reading begins: among the newest, or after a position. */
export type Start = 'newest' | number

export const eventsQuery = (start: Start, types: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'events', start, types],
    queryFn: async ({ signal, pageParam }): Promise<EventsPage> => {
      const after = Number(pageParam ?? (start === 'newest' ? await beforeNewest(signal) : start))
      return readEvents(after, types, signal)
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ more, next_after }) => (more ? String(next_after) : null),
    staleTime: 0,
  })

const readEvents = (after: number, types: readonly string[], signal: AbortSignal) =>
  dataOf(
    shop.notifications.GET('/events', {
      params: {
        query: { after, limit: PAGE_SIZE, ...(types.length === 0 ? {} : { types: types.join() }) },
      },
      signal,
    }),
  )

async function beforeNewest(signal: AbortSignal): Promise<number> {
  try {
    await readEvents(BEYOND, [], signal)
    return 0
  } catch (error) {
    if (!(error instanceof ShopProblem) || String(error.code) !== 'position_unknown') throw error
    return Math.max(0, Number(error.document?.last) - PAGE_SIZE)
  }
}
