/**
 * The settler of one replica: a round (domain/settle_due.ts) every ROUND_MS or so, and at once when woken.
 * Rounds never overlap. Also keeps the gauges of the backlog, and watches the clock: at the start, and whenever it was
 * set back since the round before, orders put off by a clock that was ahead are pulled in.
 */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import { inTrace } from '@shop/service_kit/runtime/trace_context'
import type { OrderStore } from './domain/ports.ts'
import type { Round } from './domain/settle_due.ts'

export const ROUND_MS = 1_000
/** Slower corrections of the clock than this between two rounds move no order by more than that. */
const CLOCK_STEP_MIN_MS = 1_000

export type Settler = {
  /** Runs a round now, or another one right after the one under way. */
  wake(): void
  /** Ends after the batch under way. */
  stop(): Promise<void>
}

export type SettlerOptions = {
  readonly orders: Pick<OrderStore, 'backlog'>
  readonly round: (shouldContinue: () => boolean) => Promise<Round>
  readonly correctClockSkew: () => Promise<void>
  readonly metrics: Metrics
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'random' | 'after'>
  readonly onFault: (fault: unknown) => void
  readonly roundMs?: number
}

export function startSettler(options: SettlerOptions): Settler {
  const { orders, round, correctClockSkew, metrics, runtime, onFault, roundMs = ROUND_MS } = options
  const { now, monotonic, random, after } = runtime
  const backlog = metrics.gauge('order_settler_backlog', 'Orders for which something is owed.')
  const age = metrics.gauge('order_settler_oldest_seconds', 'Age of the last change of the oldest of them.')
  const settled = metrics.counter('order_settler_orders_total', 'Orders the settler took up.', ['outcome'])
  let cancel: Cancel | undefined
  let running: Promise<void> | undefined
  let again = false
  let stopped = false
  /** Of the wall clock before the one that never goes back. */
  let lead = Number.POSITIVE_INFINITY

  const watchClock = async () => {
    const leads = now().getTime() - monotonic()
    if (leads < lead - CLOCK_STEP_MIN_MS) await correctClockSkew()
    lead = leads
  }

  const run = async () => {
    try {
      await watchClock()
      const { settled: done, failed } = await round(() => !stopped)
      settled.inc({ outcome: 'settled' }, done)
      settled.inc({ outcome: 'postponed' }, failed)
      const { count, oldestUpdatedAt } = await orders.backlog()
      backlog.set(count)
      age.set(oldestUpdatedAt === undefined ? 0 : (now().getTime() - Date.parse(oldestUpdatedAt)) / 1000)
    } catch (fault) {
      onFault(fault)
    }
  }

  const wake = () => {
    cancel?.()
    if (stopped) return
    if (running) {
      again = true
      return
    }
    // It may be woken by a request, of whose trace a round is no part.
    running = inTrace(undefined, run).finally(() => {
      running = undefined
      // Replicas started together drift apart.
      if (!stopped) cancel = after(again ? 0 : roundMs * (0.75 + random() / 2), wake, { background: true })
      again = false
    })
  }

  wake()
  return {
    wake,
    async stop() {
      stopped = true
      cancel?.()
      await running
    },
  }
}
