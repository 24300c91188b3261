/**
 * What is done for one endpoint, in one replica.
 *
 * Invariants
 *  W6. An endpoint goes through the log by positions (E2): deliveries of a part of it and the position behind it are one change, so each
 *      event is spread once, by whichever replica.
 *  W8. Lanes that are far behind, by more than one part of the log, make their deliveries in turns, part by part, at most FAR_AT_ONCE at a
 *      time: the store is one for all, and other lanes wait for a few parts, however many are behind.
 *  W7. At most AT_ONCE_MAX attempts are under way, and one turn at a time is done.
 *  A turn reads the log and claims what is due. There is one when it is woken, and when an attempt ends.
 */
import {
  type ConcurrencyLimiter,
  createConcurrencyLimiter,
} from '@shop/service_kit/runtime/concurrency_limiter'
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { eventIdOf } from '../domain/event.ts'
import type { EventLog } from '../domain/ports.ts'
import { AT_ONCE_MAX, ENDPOINTS_MAX, type Endpoint, LEASE_MS, wants } from '../domain/webhook.ts'
import { createDeliver, type DeliverDeps } from './deliver.ts'

/** Positions of the log in one change, and such changes in a turn: what is due is sent between two turns. */
export const SPREAD_MAX = 100
export const SPREADS_MAX = 20

export const FAR_AT_ONCE = 2
/** A turn of those that are far behind is waited for so long; then the next round tries again. */
const FAR_WAIT_MS = 60_000

/** Common to all lanes (W8). */
export const createFarTurns = (runtime: Pick<Runtime, 'after'>): ConcurrencyLimiter =>
  createConcurrencyLimiter({
    ...{ runtime, what: 'endpoints that are far behind', concurrency: FAR_AT_ONCE },
    ...{ queueMax: 2 * ENDPOINTS_MAX, waitMs: FAR_WAIT_MS },
  })

export type LaneOptions = Omit<DeliverDeps, 'runtime' | 'events'> & {
  readonly events: Pick<EventLog, 'ends' | 'between'>
  readonly runtime: Pick<Runtime, 'now' | 'random' | 'after'>
  readonly onFault: (fault: unknown) => void
  readonly isStopped: () => boolean
  readonly farTurns: ConcurrencyLimiter
}

export type Lane = {
  wake(): void
  isIdle(): boolean
  /** Resolves when what is under way has ended. */
  end(): Promise<void>
}

export function createLane(id: string, options: LaneOptions): Lane {
  const { webhooks, events, runtime, onFault, isStopped, farTurns } = options
  const deliver = createDeliver(options)
  const underWay = new Set<Promise<void>>()
  let running: Promise<void> | undefined
  let again = false

  /** Resolves whether there is more. */
  const spread = async (endpoint: Endpoint): Promise<boolean> => {
    const ends = await events.ends()
    if (!ends) return false
    const { first, last } = ends
    let { position } = endpoint
    for (let i = 0; i < SPREADS_MAX && position < last && !isStopped(); i++) {
      const begun = position
      const from = Math.max(position, first - 1)
      const to = Math.min(last, from + SPREAD_MAX)
      const due = (await events.between(from, to, SPREAD_MAX))
        .filter(({ type }) => wants(endpoint, type))
        .map((event) => ({
          ...{ position: event.position, eventId: eventIdOf(event) },
          ...{ type: event.type, aggregate: event.aggregate },
        }))
      const make = () => webhooks.spread(id, begun, to, due, runtime.now().toISOString())
      // False: another replica was first, and goes on.
      if (!(await (last - position > SPREAD_MAX ? farTurns.run(make) : make()))) return false
      position = to
    }
    return position < last
  }

  const dispatch = async (endpoint: Endpoint) => {
    const free = AT_ONCE_MAX - underWay.size
    if (free <= 0) return
    const now = runtime.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS).toISOString()
    for (const delivery of await webhooks.claim(id, now.toISOString(), leaseUntil, free)) {
      const attempt: Promise<void> = deliver(endpoint, delivery)
        .catch(onFault)
        .finally(() => {
          underWay.delete(attempt)
          wake()
        })
      underWay.add(attempt)
    }
  }

  const turn = async () => {
    const endpoint = await webhooks.endpoint(id)
    if (endpoint?.state !== 'active') return
    if (await spread(endpoint)) again = true
    if (!isStopped()) await dispatch(endpoint)
  }

  const wake = () => {
    if (isStopped()) return
    if (running) {
      again = true
      return
    }
    again = false
    running = inContext(NO_REQUEST, turn)
      .catch(onFault)
      .finally(() => {
        running = undefined
        if (again) runtime.after(0, wake, { background: true })
      })
  }

  return {
    wake,
    isIdle: () => running === undefined && underWay.size === 0,
    async end() {
      await running
      await Promise.all(underWay)
    },
  }
}
