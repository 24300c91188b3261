/** How orders are placed, changed and settled: the domain with its ports, and whoever is to hear of each change. */
import { pauseMs } from '@shop/retry/backoff'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { OutcomeUnknown } from './domain/errors.ts'
import { notifyChanges } from './domain/notify_changes.ts'
import type { Order } from './domain/order.ts'
import type { CrashPointHook, OrderStore, Ports, Reservations } from './domain/ports.ts'
import { BACKOFF, correctClockSkew, type Round, settleDue } from './domain/settle_due.ts'
import { createSettle, type Settle } from './domain/settle_order.ts'
import { createOrderWatch, type OrderWatch } from './http/order_watch.ts'

export type OrderingDeps = {
  readonly orders: OrderStore
  readonly reservations: Reservations
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger
  readonly reached?: CrashPointHook
  /** How often changes made by other replicas are looked for; tests are less patient. */
  readonly watchPollMs?: number
}

export type Ordering = {
  readonly ports: Ports
  readonly settle: Settle
  readonly watch: OrderWatch
  /** One round of the settler (see settler.ts). */
  settleDue(shouldContinue?: () => boolean): Promise<Round>
  /** For the settler, when the clock was set back. */
  correctClockSkew(): Promise<void>
}

export function createOrdering(deps: OrderingDeps): Ordering {
  const { reservations, runtime, metrics, logger, reached = () => {} } = deps
  const { now, newId, random, after, defer } = runtime
  const warn = (fault: unknown) => logger?.warn({ err: fault }, 'changes of orders could not be looked for')
  const watch = createOrderWatch(deps.orders, runtime, warn, deps.watchPollMs)
  const count = countChanges(metrics)
  const orders = notifyChanges(deps.orders, (order) => {
    count(order)
    watch.changed(order)
  })
  const ports: Ports = { orders, reservations, now, newId, reached, report: reporter(logger) }
  const settle = createSettle(ports)
  return {
    ports,
    settle,
    watch,
    settleDue: (shouldContinue) =>
      settleDue(
        { ...ports, after, defer, pauseMs: (attempts) => pauseMs(BACKOFF, attempts, random()) },
        settle,
        shouldContinue,
      ),
    correctClockSkew: () => correctClockSkew({ orders, now, defer }),
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

/** An outage concerns many orders and is told once, by the client that noticed it; anything else is told each time. */
const reporter = (logger: Logger | undefined): Ports['report'] => {
  return (fault, orderId) => {
    const level = fault instanceof OutcomeUnknown ? 'debug' : 'error'
    logger?.[level]({ err: fault, order_id: orderId }, 'an order could not be settled yet')
  }
}
