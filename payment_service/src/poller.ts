/**
 * The poller of one replica: claims the payments that are due, and drives them (M8: nothing depends on webhooks).
 *
 * A claim is one conditional write, so two replicas never drive one payment during a lease; one that outlives its lease has an old
 * fence, and its writes are refused. A payment that fails waits longer each time, and delays no other: at most IN_FLIGHT_MAX are
 * under way, and each ends, because every call to the provider does.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { inContext } from '@shop/service_kit/runtime/request_context'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { Drive } from './domain/drive.ts'
import { DomainError } from './domain/errors.ts'
import type { Ports } from './domain/ports.ts'
import { claimOf, type Stored } from './domain/schedule.ts'

export const ROUND_MS = 1_000
/** Longer than a drive usually takes. What a process that stopped had claimed waits for it; the fence protects from one that goes on. */
export const LEASE_MS = 60_000
export const IN_FLIGHT_MAX = 32
export const BACKOFF: Backoff = { firstMs: 1_000, maxMs: 5 * 60_000 }
/** Events are sent again for three days at most. */
export const EVENTS_KEPT_MS = 14 * 24 * 60 * 60_000
const EVENTS_FORGOTTEN_AT_ONCE = 500
const BACKLOG_EVERY_ROUNDS = 10

export type Poller = {
  /** Runs a round now. */
  wake(): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** Resolves when the payments under way have ended. */
  stop(): Promise<void>
}

export type PollerOptions = {
  readonly ports: Ports
  readonly drive: Drive
  readonly metrics: Metrics
  readonly runtime: Pick<Runtime, 'now' | 'random' | 'after'>
  readonly onFault: (fault: unknown) => void
  readonly roundMs?: number
}

export function startPoller(options: PollerOptions): Poller {
  const { ports, drive, metrics, runtime, onFault, roundMs = ROUND_MS } = options
  const { payments, report } = ports
  const backlog = metrics.gauge('payment_backlog', 'Payments that are read again by themselves.')
  const oldest = metrics.gauge(
    'payment_backlog_oldest_seconds',
    'Seconds since the last change of the one that has not changed for longest.',
  )
  const late = metrics.gauge(
    'payment_poller_late_seconds',
    'Seconds since the turn of the payment that is due first; 0 if it is later.',
  )
  const driven = metrics.counter('payment_poller_total', 'Payments the poller drove, by outcome.', [
    'outcome',
  ])
  const underWay = new Set<Promise<void>>()
  let cancel: Cancel | undefined
  let running: Promise<void> | undefined
  let isStopped = false
  let rounds = 0

  const driveOne = async (stored: Stored) => {
    const { orderId } = stored.payment
    try {
      // Which request made it is not stored, so lines and calls have the id of the order.
      await inContext({ traceparent: undefined, requestIds: [orderId] }, () => drive(stored))
      driven.inc({ outcome: 'driven' })
    } catch (fault) {
      driven.inc({ outcome: 'postponed' })
      if (fault instanceof DomainError && fault.code === 'version_conflict') return
      report(fault, orderId)
      await postpone(stored)
    }
  }
  /** If a save was made meanwhile, that is not its revision any more, and it stays due as that save has said. */
  const postpone = async (stored: Stored) => {
    const pause = pauseMs(BACKOFF, stored.schedule.attempts, runtime.random())
    const dueAt = new Date(runtime.now().getTime() + Math.max(1, pause)).toISOString()
    await payments.reschedule([{ ...claimOf(stored), dueAt, done: false }]).catch(onFault)
  }

  const round = async () => {
    try {
      while (!isStopped && underWay.size < IN_FLIGHT_MAX) {
        const now = runtime.now()
        const lease = new Date(now.getTime() + LEASE_MS).toISOString()
        const claimed = await payments.claimDue(now.toISOString(), lease, IN_FLIGHT_MAX - underWay.size)
        if (claimed.length === 0) break
        for (const stored of claimed) {
          const work: Promise<void> = driveOne(stored).finally(() => underWay.delete(work))
          underWay.add(work)
        }
      }
      if (rounds++ % BACKLOG_EVERY_ROUNDS === 0) await observe()
    } catch (fault) {
      onFault(fault)
    }
  }
  const observe = async () => {
    const { count, oldestUpdatedAt, firstDueAt } = await payments.backlog()
    const now = runtime.now().getTime()
    const secondsSince = (time: string | undefined) =>
      time === undefined ? 0 : Math.max(0, (now - Date.parse(time)) / 1000)
    backlog.set(count)
    oldest.set(secondsSince(oldestUpdatedAt))
    late.set(secondsSince(firstDueAt))
    await payments.forgetEvents(new Date(now - EVENTS_KEPT_MS).toISOString(), EVENTS_FORGOTTEN_AT_ONCE)
  }

  const run = () => {
    cancel?.()
    running ??= round().finally(() => {
      running = undefined
      // Not all replicas at once.
      if (!isStopped) cancel = runtime.after(roundMs * (0.5 + runtime.random()), run, { background: true })
    })
  }
  run()
  const idle = async () => {
    await running
    await Promise.all(underWay)
  }
  return {
    wake: () => {
      if (!isStopped) run()
    },
    idle,
    async stop() {
      isStopped = true
      cancel?.()
      await idle()
    },
  }
}
