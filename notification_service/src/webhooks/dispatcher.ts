/**
 * Reads the log for each endpoint, and sends what is due.
 *
 * Invariants
 *  W5. No endpoint waits for another: each has its own claims, and at most AT_ONCE_MAX attempts under way.
 *  W6. An endpoint goes through the log by positions (E2): deliveries of a part of it and the position behind it are one change, so each
 *      event is spread once, by whichever replica.
 *  A round is every ROUND_MS, at once after events were recorded here, and again when an attempt ends.
 */
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import { eventIdOf } from '../domain/event.ts'
import type { EventLog } from '../domain/ports.ts'
import { AT_ONCE_MAX, type Endpoint, LEASE_MS, wants } from '../domain/webhook.ts'
import { createDeliver, type DeliverDeps } from './deliver.ts'

export const ROUND_MS = 1_000
/** Positions of the log in one change, and such changes of one endpoint in a round. */
export const SPREAD_MAX = 100
const SPREADS_MAX = 20
/** How long attempts under way are waited for at the end. Those that are cut off are made again when their lease ends (W3). */
export const STOP_MS = 3_000

export type DispatcherOptions = Omit<DeliverDeps, 'runtime' | 'events'> & {
  readonly events: Pick<EventLog, 'ends' | 'between'>
  readonly runtime: Pick<Runtime, 'now' | 'random' | 'after' | 'defer'>
  readonly onFault: (fault: unknown) => void
}

export type Dispatcher = {
  start(): void
  /** Does not wait for the next round. */
  wake(): void
  /** Resolves when attempts under way have ended, or after STOP_MS. */
  stop(): Promise<void>
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { webhooks, events, runtime, onFault } = options
  const deliver = createDeliver(options)
  const underWay = new Map<string, Set<Promise<void>>>()
  let stopped = false
  let cancel: (() => void) | undefined
  let running: Promise<void> | undefined
  let again = false

  const spread = async (endpoint: Endpoint, last: number, first: number) => {
    let { position } = endpoint
    for (let i = 0; i < SPREADS_MAX && position < last && !stopped; i++) {
      const from = Math.max(position, first - 1)
      const to = Math.min(last, from + SPREAD_MAX)
      const found = await events.between(from, to, SPREAD_MAX)
      const due = found
        .filter(({ type }) => wants(endpoint, type))
        .map((event) => ({
          ...{ position: event.position, eventId: eventIdOf(event) },
          ...{ type: event.type, aggregate: event.aggregate },
        }))
      if (!(await webhooks.spread(endpoint.id, position, to, due, runtime.now().toISOString()))) return
      position = to
    }
    if (position < last) again = true
  }

  const dispatch = async (endpoint: Endpoint) => {
    const own = underWay.get(endpoint.id) ?? new Set()
    underWay.set(endpoint.id, own)
    const free = AT_ONCE_MAX - own.size
    if (free <= 0) return
    const now = runtime.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS).toISOString()
    const claimed = await webhooks.claim(endpoint.id, now.toISOString(), leaseUntil, free)
    for (const delivery of claimed) {
      const attempt: Promise<void> = deliver(endpoint, delivery)
        .catch(onFault)
        .finally(() => {
          own.delete(attempt)
          if (own.size === 0) underWay.delete(endpoint.id)
          wake()
        })
      own.add(attempt)
    }
  }

  const round = async () => {
    const active = (await webhooks.endpoints()).filter(({ state }) => state === 'active')
    if (active.length === 0) return
    const ends = await events.ends()
    const work = active.map(async (endpoint) => {
      if (ends) await spread(endpoint, ends.last, ends.first)
      if (!stopped) await dispatch(endpoint)
    })
    for (const outcome of await Promise.allSettled(work))
      if (outcome.status === 'rejected') onFault(outcome.reason)
  }

  const begin = () => {
    cancel?.()
    if (running) {
      again = true
      return
    }
    again = false
    running = inContext(NO_REQUEST, round)
      .catch(onFault)
      .finally(() => {
        running = undefined
        if (stopped) return
        cancel = again
          ? runtime.after(0, begin, { background: true })
          : runtime.after(ROUND_MS, begin, { background: true })
      })
  }
  const wake = () => {
    if (!stopped) begin()
  }

  return {
    start: begin,
    wake,
    async stop() {
      stopped = true
      cancel?.()
      await running
      const attempts = [...underWay.values()].flatMap((own) => [...own])
      await inTime(runtime, STOP_MS, Promise.all(attempts), () => undefined)
    },
  }
}
