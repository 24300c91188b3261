/**
 * An order as it is now: by its event stream, or by polling where that does not work (an old proxy, too many tabs, an
 * outage). It stops when the order is final, or when this visitor may not see it.
 */
import { EVENT_STREAM, eventsIn } from '@shop/client/event_stream'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { newer } from '../api/newer.ts'
import { orderQuery } from '../api/queries.ts'
import { pollEvery } from '../api/refetch.ts'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { useSession } from '../session/use_session.ts'
import { followEvents } from './follow_events.ts'
import { isFinal } from './status.ts'

const POLL_MS = 2_000
/** Beside an open stream, in case it hangs. */
const POLL_BESIDE_STREAM_MS = 30_000

export function useLiveOrder(id: string) {
  const queries = useQueryClient()
  const [streaming, setStreaming] = useState(false)
  const { user } = useSession()
  const signedIn = user !== undefined
  const query = useAnswer({
    ...orderQuery(id),
    refetchInterval: ({ state }) => {
      if (state.data && isFinal(state.data.status)) return false
      return pollEvery(streaming ? POLL_BESIDE_STREAM_MS : POLL_MS)({ state })
    },
  })
  const known = query.data !== undefined
  const final = query.data !== undefined && isFinal(query.data.status)

  useEffect(() => {
    // Streams are for accounts; a guest's order is polled.
    if (!known || final || !signedIn) return
    const stopping = new AbortController()
    const store = (next: Order) => {
      setStreaming(true)
      queries.setQueryData(orderQuery(id).queryKey, (known) => newer(known, next))
    }
    void followEvents({
      signal: stopping.signal,
      read: (signal) => readEvents(id, signal, store),
      lost: () => setStreaming(false),
    })
    return () => stopping.abort()
  }, [id, known, final, signedIn, queries])

  return { ...query, streaming: streaming && !final }
}

async function readEvents(id: string, signal: AbortSignal, store: (order: Order) => void) {
  const { data } = await shop.orders.GET('/orders/{id}/events', {
    params: { path: { id } },
    headers: { accept: EVENT_STREAM },
    parseAs: 'stream',
    signal,
  })
  for await (const event of eventsIn(data as ReadableStream<Uint8Array>)) store(JSON.parse(event))
}
