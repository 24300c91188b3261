/** The storefront as one app: the gateway to the services under /api, and the pages. It does not listen. */
import { type App, createHttpApp } from '@shop/service_kit/http_app'
import { createMetrics, type Metrics } from '@shop/service_kit/metrics'
import type { Tracing } from '@shop/service_kit/telemetry'
import type { Logger } from 'pino'
import type { Upstreams } from './config.ts'
import { createAuthCaller } from './http/auth_caller.ts'
import { forwardRoutes } from './http/forward.ts'
import { pageRoutes } from './http/pages.ts'
import { STOREFRONT_PROBLEMS } from './http/problems.ts'
import { addSecurityHeaders } from './http/security_headers.ts'
import { sessionRoutes } from './http/session_routes.ts'

export type AppDeps = {
  readonly upstreams: Upstreams
  /** Folder of the built pages. */
  readonly pages: string
  /** Where visitors reach the shop. */
  readonly publicUrl?: string | undefined
  readonly sessionTtlSeconds: number
  readonly trustedProxies?: readonly string[]
  readonly metrics?: Metrics
  readonly logger?: Logger
  readonly tracing?: Tracing
}

export function createApp(deps: AppDeps): App {
  const { logger, tracing, upstreams, trustedProxies = [] } = deps
  const publicOrigin = deps.publicUrl === undefined ? undefined : new URL(deps.publicUrl).origin
  const app = createHttpApp({
    service: 'storefront',
    version: '1.0.0',
    description: 'The pages of the shop, and one address for the APIs of all services.',
    metrics: deps.metrics ?? createMetrics('storefront'),
    access: {},
    problems: STOREFRONT_PROBLEMS,
    // A service that is away takes its part of the pages away, not all of them: the storefront stays ready.
    readiness: {},
    ...(logger ? { logger } : {}),
    ...(tracing ? { tracing } : {}),
    ...(trustedProxies.length > 0 ? { trustedProxies } : {}),
  })
  const auth = createAuthCaller(upstreams.auth)
  app.addHook('onClose', () => auth.close())
  addSecurityHeaders(app, publicOrigin?.startsWith('https:') ?? false)

  app.register(sessionRoutes({ auth, publicOrigin, sessionTtlSeconds: deps.sessionTtlSeconds }))
  app.register(forwardRoutes(upstreams))
  app.register(pageRoutes(deps.pages))
  return app
}
