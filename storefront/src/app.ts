/** The storefront as one app: the gateway to the services under /api, and the pages. It does not listen. */

import type { LookUp } from '@shop/service_kit/calls/addresses'
import type { Network } from '@shop/service_kit/calls/replicas'
import { type App, createHttpApp, type HttpAppOptions } from '@shop/service_kit/http/app'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { VerifyToken } from '@shop/service_kit/identity/access'
import { createMetrics, type Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createUpstream } from './clients/upstream.ts'
import type { UpstreamLimits } from './clients/upstream_limits.ts'
import { SERVICE, type Upstreams } from './config.ts'
import { createAuthCaller } from './http/auth_caller.ts'
import { forwardRoutes } from './http/forward_routes.ts'
import { pageRoutes } from './http/page_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { addSecurityHeaders } from './http/security_headers.ts'
import { seenRoutes } from './http/seen_routes.ts'
import { sessionRoutes } from './http/session_routes.ts'
import { systemRoutes } from './http/system_routes.ts'
import { createCatalogueReader } from './pages/catalogue_reader.ts'

export type Deps = {
  readonly upstreams: Upstreams
  /** Folder of the built pages. */
  readonly pages: string
  /** The address by which visitors reach the shop. */
  readonly publicUrl?: string | undefined
  readonly sessionTtlSeconds: number
  /** Without it there are no routes for admins. */
  readonly verifyToken?: VerifyToken
  readonly trustedProxies?: readonly string[]
  /** Operations ports of the replicas in `upstreams`; without it there is no /api/system. */
  readonly operations?: Upstreams
  readonly publicDocs?: boolean
  readonly accessLog?: boolean
  readonly metrics?: Metrics
  readonly runtime: Runtime
  readonly logger?: Logger
  readonly tracing?: Tracing
  /** Overrides the defaults. */
  readonly limits?: Partial<UpstreamLimits> & HttpAppOptions['limits']
  readonly lookUp?: LookUp
  readonly network?: Network
}

export function createApp(deps: Deps): App {
  const { runtime, logger, tracing, upstreams, operations, verifyToken, trustedProxies, limits, lookUp } =
    deps
  const metrics = deps.metrics ?? createMetrics(SERVICE)
  const publicOrigin = deps.publicUrl === undefined ? undefined : new URL(deps.publicUrl).origin
  const app = createHttpApp({
    service: SERVICE,
    description: 'The pages of the shop, and one address for the APIs of all services.',
    metrics,
    runtime,
    access: verifyToken ? { verifyToken } : {},
    problems: PROBLEMS,
    // The storefront stays ready when a service cannot be reached: only the pages of that service fail.
    readiness: {},
    logger,
    ...(tracing ? { tracing } : {}),
    ...(trustedProxies ? { trustedProxies } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    ...(deps.accessLog ? { accessLog: true } : {}),
    ...(limits ? { limits } : {}),
  })
  const serviceAt = (service: keyof Upstreams) =>
    createUpstream({ runtime, service, origins: upstreams[service], limits, lookUp, network: deps.network })
  const services = {
    auth: serviceAt('auth'),
    products: serviceAt('products'),
    orders: serviceAt('orders'),
    notifications: serviceAt('notifications'),
    payments: serviceAt('payments'),
  }
  app.addHook('onClose', async () => {
    await Promise.all(Object.values(services).map((service) => service.close()))
  })
  addSecurityHeaders(app, publicOrigin?.startsWith('https:') ?? false)

  const auth = createAuthCaller(services.auth)
  app.register(sessionRoutes({ auth, publicOrigin, sessionTtlSeconds: deps.sessionTtlSeconds }))
  app.register(forwardRoutes({ services, upstreams, verifyToken, runtime }))
  if (verifyToken && operations) app.register(systemRoutes({ runtime, operations, metrics }))
  const reader = createCatalogueReader(services.products, runtime)
  app.register(seenRoutes({ publicOrigin, products: services.products, reader, runtime }))
  app.register(pageRoutes({ folder: deps.pages, publicOrigin, reader, runtime }))
  return app
}
