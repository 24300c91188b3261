/**
 * GET /orders/:id/events: server-sent events, one for each version of the order, until it is final.
 *
 * The event id is the version. A client that comes back with Last-Event-ID gets every version after it; one that
 * has seen the final one is answered 204, which tells an EventSource to stop. Streams end at STREAM_MS_MAX, when
 * the token does, and when the service drains; clients simply come back. There are so many at once, in all and for
 * each user; a client that finds no place asks for the order instead.
 *
 * A token may be withdrawn before it ends (invariant 10): whether it still counts is asked before each event, and every
 * TOKEN_CHECK_MS where nothing happens. What is asked lies in memory (tokens.ts), so many streams cost little.
 */
import { PassThrough } from 'node:stream'
import type { App } from '@shop/service_kit/http/app_types'
import { empty } from '@shop/service_kit/http/empty'
import { principalOf, stillAdmitted } from '@shop/service_kit/identity/access'
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
/** With the look at the list of withdrawn tokens before it: how long a stream may outlive its token. */
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
        // Nobody has seen what is not there yet; after a restore of the store, say, it is shown as it is now.
        const from = lastSeen > order.version ? order.version - 1 : lastSeen
        if (isFinal(order.status) && from === order.version) return empty(reply, 204)
        const stream = openStream(principal.userId)
        follow(request, stream, order, from)
        return (
          reply
            .type('text/event-stream')
            .header('cache-control', 'no-store')
            // Proxies that know it (nginx) would otherwise hold events back until there are enough.
            .header('x-accel-buffering', 'no')
            .send(stream as never)
        )
      },
    )

    function openStream(userId: string): PassThrough {
      const taken = slots.take({ key: userId, max: STREAMS_PER_USER_MAX })
      if (taken === ALL_TAKEN) {
        throw new Problem('overloaded', 'Too many streams of events are open. Ask for the order instead.')
      }
      if (typeof taken === 'string') {
        throw new DomainError('too_many_streams', `Close one first: ${STREAMS_PER_USER_MAX} a user.`)
      }
      const stream = new PassThrough()
      open.add(stream)
      const beat = () => {
        if (!stream.writableEnded) stream.write(': still here\n\n')
        stopBeating = after(HEARTBEAT_MS, beat)
      }
      // Thousands come back together after a pause of the gateway, and would be written to together ever after.
      let stopBeating = after(HEARTBEAT_MS * (1 - random()), beat)
      stream.once('close', () => {
        open.delete(stream)
        taken()
        stopBeating()
      })
      return stream
    }

    function follow(request: FastifyRequest, stream: PassThrough, order: Order, from: number) {
      const reader = actorOf(principalOf(request))
      let sent = from
      const show = (now: Order) => {
        for (let version = sent + 1; version <= now.version; version++) {
          stream.write(eventOf(orderAtVersion(now, version), reader))
        }
        sent = Math.max(sent, now.version)
        if (isFinal(now.status)) stream.end()
      }
      const go = (admitted: boolean, act: () => void) => {
        if (!stream.writable) return
        if (admitted) act()
        else stream.end()
      }
      const ifAdmitted = (act: () => void) => {
        const admitted = stillAdmitted(request)
        if (admitted instanceof Promise) void admitted.then((is) => go(is, act))
        else go(admitted, act)
      }
      const unwatch = watch.watch(order, (now) => ifAdmitted(() => show(now)))
      const left = Math.min(STREAM_MS_MAX, principalOf(request).expiresAt * 1000 - now().getTime())
      const stopEnding = after(Math.max(0, left), () => stream.end())
      const stopLooking = every(TOKEN_CHECK_MS, () => ifAdmitted(() => {}))
      stream.once('close', () => {
        unwatch()
        stopEnding()
        stopLooking()
      })
      stream.write(': order events\n\n')
      show(order)
      if (closing) stream.end()
    }

    const eventOf = (order: Order, reader: Actor) =>
      `event: order\nid: ${order.version}\ndata: ${JSON.stringify(orderView(order, reader, digits()))}\n\n`
  }
}
