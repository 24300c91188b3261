/** notification_service as an app over the given stores. It does not listen. */
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { AccessChecks } from '@shop/service_kit/identity/access'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { SERVICE } from './config.ts'
import type { Stores } from './domain/ports.ts'
import { eventRoutes } from './http/event_routes.ts'
import { PROBLEMS } from './http/problems.ts'

export type Deps = {
  readonly stores: Stores
  readonly access: AccessChecks
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly publicDocs?: boolean
  readonly accessLog?: boolean
  readonly logger?: Logger
  readonly tracing?: Tracing
}

export function createApp(deps: Deps): App {
  const { stores, access, runtime, metrics, logger, tracing } = deps
  const app = createHttpApp({
    service: SERVICE,
    description: 'What happened in the shop, in order, for everyone who has to know.',
    metrics,
    runtime,
    access,
    problems: PROBLEMS,
    readiness: { store: stores.check },
    logger,
    ...(tracing ? { tracing } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    ...(deps.accessLog ? { accessLog: true } : {}),
  })
  app.register(eventRoutes({ events: stores.events, metrics, runtime }))
  return app
}
