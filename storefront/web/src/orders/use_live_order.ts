/**
 * An order as it is now: its events are followed while they come, and it is asked for again and again where they do
 * not (an old proxy, too many tabs, a service that is away). A final order is left in peace, and so is one of which the
 * shop says that it is not to be seen.
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
import { followEvents } from './follow_events.ts'
import { isFinal } from './status.ts'

const POLL_MS = 2_000
/** Beside a living stream a rare question, should the stream hang without ending. */
const POLL_BESIDE_STREAM_MS = 30_000

export function useLiveOrder(id: string) {
  const queries = useQueryClient()
  const [streaming, setStreaming] = useState(false)
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
    if (!known || final) return
    const leaving = new AbortController()
    const keep = (next: Order) => {
      setStreaming(true)
      queries.setQueryData(orderQuery(id).queryKey, (known) => newer(known, next))
    }
    void followEvents({
      signal: leaving.signal,
      read: (signal) => readEvents(id, signal, keep),
      lost: () => setStreaming(false),
    })
    return () => leaving.abort()
  }, [id, known, final, queries])

  return { ...query, streaming: streaming && !final }
}

async function readEvents(id: string, signal: AbortSignal, keep: (order: Order) => void) {
  const { data } = await shop.orders.GET('/orders/{id}/events', {
    params: { path: { id } },
    headers: { accept: EVENT_STREAM },
    parseAs: 'stream',
    signal,
  })
  for await (const event of eventsIn(data as ReadableStream<Uint8Array>)) keep(JSON.parse(event))
}
