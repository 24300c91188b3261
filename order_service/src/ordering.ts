/** The domain with its ports; counts each change of an order and notifies its watchers. */
import { pauseMs } from '@shop/retry/backoff'
import { firstIds } from '@shop/service_kit/runtime/log'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { inContext } from '@shop/service_kit/runtime/request_context'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createAnswerWait, type RequestPorts } from './domain/answer_wait.ts'
import { OutcomeUnknown } from './domain/errors.ts'
import { notifyChanges } from './domain/notify_changes.ts'
import type { Order } from './domain/order.ts'
import type { Payments } from './domain/payment_ports.ts'
import type { CrashPointHook, OrderStore, Ports, Reservations } from './domain/ports.ts'
import { isUnsettled, type Queue } from './domain/schedule.ts'
import { BACKOFF, correctClockSkew, type Round, settleDue } from './domain/settle_due.ts'
import { createSettle, type Settle } from './domain/settle_order.ts'
import { createOrderWatch, type OrderWatch } from './http/order_watch.ts'

export type OrderingDeps = {
  readonly orders: OrderStore
  readonly reservations: Reservations
  readonly payments: Payments
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger
  readonly reached?: CrashPointHook
  /** How often changes made by other replicas are read; tests set less. */
  readonly watchPollMs?: number
}

/** How long people wait for payment_service before they are answered with what is stored. */
export const PAYMENT_PATIENCE_MS = 2_000

export type Ordering = {
  readonly ports: RequestPorts
  readonly settle: Settle
  readonly watch: OrderWatch
  /** One round of the settler of a queue (see settler.ts). */
  settleDue(shouldContinue?: () => boolean, queue?: Queue): Promise<Round>
  /** At the start, and when the clock was set back (see settler.ts). */
  correctClockSkew(queue?: Queue): Promise<void>
}

export function createOrdering(deps: OrderingDeps): Ordering {
  const { runtime, metrics, logger, reached = () => {} } = deps
  const { now, newId, random, after, defer } = runtime
  const warn = (fault: unknown) => logger?.warn({ err: fault }, 'changes of watched orders could not be read')
  const watch = createOrderWatch(deps.orders, runtime, warn, deps.watchPollMs)
  const count = countChanges(metrics)
  const orders = notifyChanges(deps.orders, (order) => {
    count(order)
    watch.changed(order)
  })
  const { reservations, nextAnswer } = createAnswerWait(deps, runtime)
  const ports: RequestPorts = {
    orders,
    reservations,
    payments: deps.payments,
    nextAnswer,
    now,
    newId,
    reached,
    report: reporter(logger),
  }
  const settle = createSettle(ports, {
    payment: (step, late) => inTime({ after }, PAYMENT_PATIENCE_MS, step, late),
  })
  const settleQueued = createSettle(ports, { ownQueueOnly: true })
  return {
    ports,
    settle,
    watch,
    async settleDue(shouldContinue, queue = 'stock') {
      const settled: string[] = []
      // Which request placed an order is not stored, so lines and calls have the id of the order.
      const settleInBackground: Settle = (before) =>
        inContext({ traceparent: undefined, requestIds: [before.order.id] }, async () => {
          const stored = await settleQueued(before)
          if (!isUnsettled(stored)) settled.push(stored.order.id)
          return stored
        })
      const timers = { after, defer, pauseMs: (attempts: number) => pauseMs(BACKOFF, attempts, random()) }
      const round = await settleDue({ ...ports, ...timers, queue }, settleInBackground, shouldContinue)
      if (settled.length > 0) {
        const orders = { order_ids: firstIds(settled), orders: settled.length }
        logger?.info(orders, 'orders were settled in the background')
      }
      return round
    },
    correctClockSkew: (queue = 'stock') => correctClockSkew({ orders, now, defer, queue }),
  }
}

function countChanges(metrics: Metrics): (order: Order) => void {
  const changes = metrics.counter(
    'order_outcomes_total',
    'Orders that reached a status; rejected ones by reason.',
    ['status', 'reason'],
  )
  return (order) =>
    changes.inc({ status: order.status, reason: order.status === 'rejected' ? order.rejection.reason : '' })
}

/** An outage affects many orders and is logged once, by the product client; here it is a debug message. */
const reporter = (logger: Logger | undefined): Ports['report'] => {
  return (fault, orderId) => {
    const level = fault instanceof OutcomeUnknown ? 'debug' : 'error'
    logger?.[level]({ err: fault, order_id: orderId }, 'an order could not be settled yet')
  }
}
