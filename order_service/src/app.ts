/** The order service as an HTTP application that is not listening. */
import { pauseMs } from '@shop/retry/backoff'
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import { withViews } from '@shop/service_kit/http/problem_tables'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { VerifyToken } from '@shop/service_kit/identity/access'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { SERVICE } from './config.ts'
import { announceChanges } from './domain/announce_changes.ts'
import { OutcomeUnknown } from './domain/errors.ts'
import type { Order } from './domain/order.ts'
import type { OrderStore, Ports, Reached, Reservations } from './domain/ports.ts'
import { BACKOFF, pullIn, type Round, settleDue } from './domain/settle_due.ts'
import { createSettle } from './domain/settle_order.ts'
import { orderEventRoutes } from './http/order_event_routes.ts'
import { orderRoutes } from './http/order_routes.ts'
import { createOrderWatch } from './http/order_watch.ts'
import { placeOrderRoutes } from './http/place_order_routes.ts'
import { PROBLEMS } from './http/problems.ts'

export type Deps = {
  readonly orders: OrderStore
  readonly reservations: Reservations
  readonly verifyToken: VerifyToken
  readonly currency: string
  /** Digits that amounts of the store count. */
  readonly digits: () => number
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly publicDocs?: boolean
  readonly logger?: Logger
  readonly tracing?: Tracing
  readonly reached?: Reached
  /** How often changes made by other replicas are looked for; tests are less patient. */
  readonly watchPollMs?: number
  /** Open streams of events; tests make do with fewer. */
  readonly streamsMax?: number
}

export type OrderApp = {
  readonly app: App
  /** One round of the settler (see settler.ts). */
  settleDue(mayGoOn?: () => boolean): Promise<Round>
  /** For the settler, when the clock was set back. */
  pullIn(): Promise<void>
}

export function createApp(deps: Deps): OrderApp {
  const { reservations, currency, digits, runtime, metrics, logger, tracing, reached = () => {} } = deps
  const { now, newId, random, after, defer } = runtime
  const warn = (fault: unknown) => logger?.warn({ err: fault }, 'changes of orders could not be looked for')
  const watch = createOrderWatch(deps.orders, runtime, warn, deps.watchPollMs)
  const count = countChanges(metrics)
  const orders = announceChanges(deps.orders, (order) => {
    count(order)
    watch.changed(order)
  })
  const ports: Ports = { orders, reservations, now, newId, reached, report: reporter(logger) }
  const settle = createSettle(ports)

  const app = createHttpApp({
    service: SERVICE,
    description: 'Orders: placed once, never lost, always settled.',
    ...(logger ? { logger } : {}),
    ...(tracing ? { tracing } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    metrics,
    runtime,
    access: { verifyToken: deps.verifyToken },
    problems: withViews(PROBLEMS, { digits }),
    readiness: { store: () => orders.check() },
  })
  app.register(placeOrderRoutes({ ports, settle, currency, digits }))
  app.register(orderRoutes({ ports, settle, digits }))
  app.register(orderEventRoutes({ orders, watch, digits, runtime, streamsMax: deps.streamsMax }))
  app.addHook('onClose', async () => watch.close())
  return {
    app,
    settleDue: (mayGoOn) =>
      settleDue(
        { ...ports, after, defer, pauseMs: (attempts) => pauseMs(BACKOFF, attempts, random()) },
        settle,
        mayGoOn,
      ),
    pullIn: () => pullIn({ orders, now, defer }),
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
