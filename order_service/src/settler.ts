/**
 * The settler of one queue in one replica: a round (domain/settle_due.ts) about every ROUND_MS, and at once when woken. Rounds never
 * overlap. After each round it sets the gauges of its queue. At the start, when the clock was set back since the last
 * round, and every CORRECT_EVERY_MS, it makes orders due that a fast clock had scheduled (correctClockSkew).
 */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { CaseKind, Cases } from './domain/cases.ts'
import type { OrderStore } from './domain/ports.ts'
import type { Queue } from './domain/schedule.ts'
import type { Round } from './domain/settle_due.ts'
import type { WithdrawalState } from './domain/withdrawals.ts'

export const ROUND_MS = 1_000
/** A smaller step back of the clock between two rounds is ignored: it delays orders by no more. */
const CLOCK_STEP_MIN_MS = 1_000
/** A clock may be ahead just between two rounds, or on a machine that is lost: no settler sees that it was set back. */
export const CORRECT_EVERY_MS = 30_000

export type Settler = {
  /** Runs a round now, or right after the one that is running. */
  wake(): void
  /** Resolves when the running round has stopped: it settles what it has claimed, and claims no more. */
  stop(): Promise<void>
}

/** One for the settlers of a process. */
export const countSettled = (metrics: Metrics) =>
  metrics.counter(
    'order_settler_orders_total',
    'Orders, returns and withdrawals a settler claimed, by outcome.',
    ['queue', 'outcome'],
  )
export type SettledCounter = ReturnType<typeof countSettled>

export type SettlerGauges = () => Promise<void>

export function stockGauges(
  orders: Pick<OrderStore, 'backlog'>,
  metrics: Metrics,
  { now }: Pick<Runtime, 'now'>,
): SettlerGauges {
  const backlog = metrics.gauge('order_settler_backlog', 'Orders that are not settled.')
  const age = metrics.gauge(
    'order_settler_oldest_seconds',
    'Seconds since the last change of the one that waits longest.',
  )
  return async () => {
    const { count, oldestUpdatedAt } = await orders.backlog()
    backlog.set(count)
    age.set(secondsSince(oldestUpdatedAt, now()))
  }
}

/** How long ago it was; 0 if there is nothing that waits. */
export const secondsSince = (time: string | undefined, at: Date): number =>
  time === undefined ? 0 : (at.getTime() - Date.parse(time)) / 1000

/** An order that waits for its buyer is due when its time is over, so only what is overdue is late. */
export function paymentGauges(
  orders: Pick<OrderStore, 'oldestPaymentDue'>,
  metrics: Metrics,
  { now }: Pick<Runtime, 'now'>,
): SettlerGauges {
  const overdue = metrics.gauge(
    'order_payments_overdue_seconds',
    'Seconds since the order was due that waits longest for an answer of payment_service.',
  )
  return async () => {
    const at = now()
    const oldest = await orders.oldestPaymentDue(at.toISOString())
    overdue.set(secondsSince(oldest, at))
  }
}

/** Sorts after every id. */
const LAST = '~'

export function withdrawalGauges(
  cases: Pick<Cases, 'oldest'>,
  metrics: Metrics,
  { now }: Pick<Runtime, 'now'>,
): SettlerGauges {
  const waiting = metrics.gauge(
    'order_withdrawals_waiting_seconds',
    'Seconds since the oldest withdrawal was made that is open (an admin decides), or received (it is looked at by itself).',
    ['state'],
  )
  return async () => {
    const at = now()
    for (const state of ['received', 'open'] as const satisfies readonly WithdrawalState[]) {
      const [oldest] = await cases.oldest('withdrawal', state, LAST, '', 1)
      waiting.set({ state }, secondsSince(oldest?.createdAt, at))
    }
  }
}

export function refundGauges(
  cases: Pick<Cases, 'oldestRefundOwed'>,
  metrics: Metrics,
  { now }: Pick<Runtime, 'now'>,
): SettlerGauges {
  const owed = metrics.gauge(
    'order_refunds_owed_seconds',
    'Seconds since the oldest receipt of goods whose refund payment_service has not taken yet; 0 without one.',
  )
  return async () => owed.set(secondsSince(await cases.oldestRefundOwed(), now()))
}

export type SettlerOptions = {
  readonly queue: Queue | CaseKind
  /** Set after each round. */
  readonly gauges: SettlerGauges
  readonly round: (shouldContinue: () => boolean) => Promise<Round>
  readonly correctClockSkew: () => Promise<void>
  readonly settled: SettledCounter
  readonly runtime: Pick<Runtime, 'now' | 'monotonic' | 'random' | 'after'>
  readonly onFault: (fault: unknown) => void
  readonly roundMs?: number
}

export function startSettler(options: SettlerOptions): Settler {
  const { queue, gauges, round, correctClockSkew, settled, runtime, onFault, roundMs = ROUND_MS } = options
  const { now, monotonic, random, after } = runtime
  let cancel: Cancel | undefined
  let running: Promise<void> | undefined
  let again = false
  let stopped = false
  /** Difference between the wall clock and the monotonic one; it shrinks when the wall clock is set back. */
  let offset = Number.POSITIVE_INFINITY
  let correctAgainAt = 0

  const checkClock = async () => {
    const time = monotonic()
    const current = now().getTime() - time
    if (current < offset - CLOCK_STEP_MIN_MS || time >= correctAgainAt) {
      await correctClockSkew()
      correctAgainAt = time + CORRECT_EVERY_MS
    }
    offset = current
  }

  const run = async () => {
    try {
      await checkClock()
      const { settled: done, failed } = await round(() => !stopped)
      settled.inc({ queue, outcome: 'settled' }, done)
      settled.inc({ queue, outcome: 'postponed' }, failed)
      await gauges()
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
    // A round does not belong to the request that woke it.
    running = inContext(NO_REQUEST, run).finally(() => {
      running = undefined
      // Random, so that replicas started together do not run together.
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
