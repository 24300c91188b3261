/**
 * Reads the log for each endpoint, and sends what is due.
 *
 * Invariants
 *  W5. No endpoint waits for another: each has a lane (lane.ts), and no lane waits for what is done in another, neither for answers
 *      of receivers nor for those of the store, except for W8.
 *  A round is every ROUND_MS, and at once after events were recorded here; a lane goes on at once when an attempt ends.
 */
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import { inTime } from '@shop/service_kit/runtime/runtime'
import { createFarTurns, createLane, type Lane, type LaneOptions } from './lane.ts'

export const ROUND_MS = 1_000
/** How long attempts under way are waited for at the end. Those that are cut off are made again when their lease ends (W3). */
export const STOP_MS = 3_000

export type DispatcherOptions = Omit<LaneOptions, 'isStopped' | 'farTurns'>

export type Dispatcher = {
  start(): void
  /** Does not wait for the next round. */
  wake(): void
  /** Resolves when attempts under way have ended, or after STOP_MS. */
  stop(): Promise<void>
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { webhooks, runtime, onFault } = options
  const lanes = new Map<string, Lane>()
  const farTurns = createFarTurns(runtime)
  let stopped = false
  let cancel: (() => void) | undefined
  let running: Promise<void> | undefined
  let again = false

  const laneOf = (id: string): Lane => {
    const lane = lanes.get(id) ?? createLane(id, { ...options, farTurns, isStopped: () => stopped })
    lanes.set(id, lane)
    return lane
  }

  const round = async () => {
    const endpoints = await webhooks.endpoints()
    for (const { id, state } of endpoints) if (state === 'active' && !stopped) laneOf(id).wake()
    const known = new Set(endpoints.map(({ id }) => id))
    for (const [id, lane] of lanes) if (!known.has(id) && lane.isIdle()) lanes.delete(id)
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
        if (!stopped) cancel = runtime.after(again ? 0 : ROUND_MS, begin, { background: true })
      })
  }

  return {
    start: begin,
    wake() {
      if (!stopped) begin()
    },
    async stop() {
      stopped = true
      cancel?.()
      await running
      await inTime(
        runtime,
        STOP_MS,
        Promise.all([...lanes.values()].map((lane) => lane.end())),
        () => undefined,
      )
    },
  }
}
