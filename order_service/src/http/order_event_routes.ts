/**
 * GET /orders/:id/events: server-sent events, one for each version of the order, until it is final.
 *
 * - The event id is the version. A client that reconnects with Last-Event-ID gets every version after it. After the final
 *   version it gets 204, which makes an EventSource stop.
 * - A stream ends after STREAM_MS_MAX, when its token expires, and when the service drains; clients reconnect.
 * - STREAMS_MAX and STREAMS_PER_USER_MAX limit open streams; a refused client polls the order instead.
 * - A token may be withdrawn before it expires (invariant 10): it is checked before each event, and every TOKEN_CHECK_MS.
 *   The check reads memory (tokens.ts), so many streams cost little.
 */
import { PassThrough } from 'node:stream'
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { isStillAuthorized, principalOf } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { ALL_TAKEN, createSlots } from '@shop/service_kit/runtime/slots'
import type { FastifyRequest } from 'fastify'
import { type Actor, visibleTo } from '../domain/change_order.ts'
import { DomainError } from '../domain/errors.ts'
import { isFinal, type Order } from '../domain/order.ts'
import { orderAtVersion } from '../domain/order_at_version.ts'
import type { OrderStore } from '../domain/ports.ts'
import { actorOf } from './actor.ts'
import { watchOrderOperation } from './order_event_schemas.ts'
import { orderView } from './order_views.ts'
import type { OrderWatch } from './order_watch.ts'

export const STREAMS_MAX = 2_000
export const STREAMS_PER_USER_MAX = 10
export const STREAM_MS_MAX = 15 * 60_000
/** Shorter than the idle time of common proxies. */
export const HEARTBEAT_MS = 15_000
/** How long a stream may outlive a withdrawn token, apart from the age of the list of withdrawn tokens. */
export const TOKEN_CHECK_MS = 1_000

export type OrderEventRoutesDeps = {
  readonly orders: Pick<OrderStore, 'find'>
  readonly watch: OrderWatch
  /** Digits after the point of the currency. */
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'now' | 'random' | 'after' | 'every'>
  readonly streamsMax?: number | undefined
}

export function orderEventRoutes({
  orders,
  watch,
  digits,
  runtime: { now, random, after, every },
  streamsMax = STREAMS_MAX,
}: OrderEventRoutesDeps) {
  return async (app: App) => {
    const open = new Set<PassThrough>()
    const slots = createSlots(streamsMax)
    let closing = false

    app.addHook('preClose', async () => {
      closing = true
      for (const stream of open) stream.end()
    })

    app.get(
      '/orders/:id/events',
      { ...watchOrderOperation, exposeHeadRoute: false },
      async (request, reply) => {
        const principal = principalOf(request)
        const { order } = visibleTo(actorOf(principal), await orders.find(request.params.id))
        const lastSeen = Number(request.headers['last-event-id'] ?? Number.POSITIVE_INFINITY)
        // An id from the future (after the store was restored, for example): the client gets the order as it is now.
        const from = lastSeen > order.version ? order.version - 1 : lastSeen
        if (isFinal(order.status) && from === order.version) return empty(reply, 204)
        const stream = openStream(principal.userId)
        follow(request, stream, order, from)
        return (
          reply
            .type('text/event-stream')
            .header('cache-control', 'no-store')
            // nginx does not buffer the events then.
            .header('x-accel-buffering', 'no')
            .send(stream as never)
        )
      },
    )

    function openStream(userId: string): PassThrough {
      const release = slots.take({ key: userId, max: STREAMS_PER_USER_MAX })
      if (release === ALL_TAKEN) {
        throw new Problem('overloaded', 'Too many event streams are open. Ask for the order instead.')
      }
      if (typeof release === 'string') {
        throw new DomainError(
          'too_many_streams',
          `A user may have ${STREAMS_PER_USER_MAX} streams. Close one first.`,
        )
      }
      const stream = new PassThrough()
      open.add(stream)
      const heartbeat = () => {
        if (!stream.writableEnded) stream.write(': still here\n\n')
        stopHeartbeat = after(HEARTBEAT_MS, heartbeat)
      }
      // The first at a random time: after a pause of the gateway thousands of clients reconnect at once.
      let stopHeartbeat = after(HEARTBEAT_MS * (1 - random()), heartbeat)
      stream.once('close', () => {
        open.delete(stream)
        release()
        stopHeartbeat()
      })
      return stream
    }

    function follow(request: FastifyRequest, stream: PassThrough, order: Order, from: number) {
      const reader = actorOf(principalOf(request))
      let sent = from
      const sendUpTo = (current: Order) => {
        for (let version = sent + 1; version <= current.version; version++) {
          stream.write(eventOf(orderAtVersion(current, version), reader))
        }
        sent = Math.max(sent, current.version)
        if (isFinal(current.status)) stream.end()
      }
      const runOrEnd = (valid: boolean, run: () => void) => {
        if (!stream.writable) return
        if (valid) run()
        else stream.end()
      }
      const ifTokenValid = (run: () => void) => {
        const valid = isStillAuthorized(request)
        if (valid instanceof Promise) void valid.then((is) => runOrEnd(is, run))
        else runOrEnd(valid, run)
      }
      const unwatch = watch.watch(order, (current) => ifTokenValid(() => sendUpTo(current)))
      const leftMs = Math.min(STREAM_MS_MAX, principalOf(request).expiresAt * 1000 - now().getTime())
      const cancelEnd = after(Math.max(0, leftMs), () => stream.end())
      const stopChecking = every(TOKEN_CHECK_MS, () => ifTokenValid(() => {}))
      stream.once('close', () => {
        unwatch()
        cancelEnd()
        stopChecking()
      })
      stream.write(': order events\n\n')
      sendUpTo(order)
      if (closing) stream.end()
    }

    const eventOf = (order: Order, reader: Actor) =>
      `event: order\nid: ${order.version}\ndata: ${JSON.stringify(orderView(order, reader, digits()))}\n\n`
  }
}
