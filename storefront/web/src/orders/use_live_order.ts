/**
 * An order as it is now: its events are followed while they come, and it is asked for again and again where they do
 * not (an old proxy, too many tabs, a service that is away). A final order is left in peace.
 */

import { EVENT_STREAM, eventsIn } from '@shop/client/event_stream'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isFinal, orderQuery } from '../api/queries.ts'
import { shop } from '../api/shop.ts'
import type { Order } from '../api/types.ts'

const POLL_MS = 2_000
/** Beside a living stream a rare question, should the stream hang without ending. */
const POLL_BESIDE_STREAM_MS = 30_000
const RECONNECT_FIRST_MS = 500
const RECONNECT_MAX_MS = 15_000

export function useLiveOrder(id: string) {
  const queries = useQueryClient()
  const [streaming, setStreaming] = useState(false)
  const query = useQuery({
    ...orderQuery(id),
    refetchInterval: ({ state }) => {
      if (state.data && isFinal(state.data.status)) return false
      return streaming ? POLL_BESIDE_STREAM_MS : POLL_MS
    },
  })
  const known = query.data !== undefined
  const final = query.data !== undefined && isFinal(query.data.status)

  useEffect(() => {
    if (!known || final) return
    const leaving = new AbortController()
    const keep = (next: Order) => {
      setStreaming(true)
      queries.setQueryData(orderQuery(id).queryKey, (order) =>
        order && order.version >= next.version ? order : next,
      )
    }
    follow(id, leaving.signal, keep, () => setStreaming(false))
    return () => leaving.abort()
  }, [id, known, final, queries])

  return { ...query, streaming: streaming && !final }
}

async function follow(id: string, signal: AbortSignal, keep: (order: Order) => void, lost: () => void) {
  for (let wait = RECONNECT_FIRST_MS; !signal.aborted; wait = Math.min(wait * 2, RECONNECT_MAX_MS)) {
    try {
      const { data } = await shop.orders.GET('/orders/{id}/events', {
        params: { path: { id } },
        headers: { accept: EVENT_STREAM },
        parseAs: 'stream',
        signal,
      })
      for await (const event of eventsIn(data as ReadableStream<Uint8Array>)) {
        wait = RECONNECT_FIRST_MS
        keep(JSON.parse(event))
      }
    } catch {
      // Polling goes on meanwhile; why the stream failed changes nothing.
    }
    if (signal.aborted) return
    lost()
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}
