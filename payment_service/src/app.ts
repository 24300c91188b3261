/** The payment service as an HTTP application that is not listening. */
import { auditRoutes } from '@shop/service_kit/audit/audit_routes'
import type { AuditLog } from '@shop/service_kit/audit/entry'
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import { withViews } from '@shop/service_kit/http/problem_tables'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { VerifyServiceToken, VerifyToken } from '@shop/service_kit/identity/access'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { SERVICE } from './config.ts'
import { AUDIT_ACTIONS } from './domain/audit.ts'
import type { OwnerOf } from './domain/ports.ts'
import { internalRoutes } from './http/internal_routes.ts'
import { paymentRoutes } from './http/payment_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { webhookRoutes } from './http/webhook_routes.ts'
import type { Payments } from './payments.ts'

export type Deps = {
  readonly payments: Pick<Payments, 'ports' | 'drive' | 'provider' | 'wake'>
  readonly auditLog: AuditLog
  readonly verifyToken: VerifyToken
  readonly verifyServiceToken: VerifyServiceToken
  readonly orderTokens: OrderTokens
  readonly ownerOf: OwnerOf
  readonly currency: string
  /** Digits after the point of amounts. */
  readonly digits: () => number
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly publicDocs?: boolean
  readonly accessLog?: boolean
  readonly logger?: Logger
  readonly tracing?: Tracing
}

export function createApp(deps: Deps): App {
  const { payments, auditLog, currency, digits, runtime, metrics, logger, tracing } = deps
  const { verifyToken, verifyServiceToken, orderTokens, ownerOf } = deps
  const { ports, drive, provider, wake } = payments
  const app = createHttpApp({
    service: SERVICE,
    description: 'Payments: never taken twice, never kept when they are owed back.',
    logger,
    ...(tracing ? { tracing } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    ...(deps.accessLog ? { accessLog: true } : {}),
    metrics,
    runtime,
    access: { verifyToken, verifyServiceToken },
    problems: withViews(PROBLEMS, { digits }),
    readiness: { store: () => ports.payments.check() },
  })
  app.register(internalRoutes({ ports, drive, currency, digits, runtime }))
  app.register(paymentRoutes({ ports, drive, verifyToken, orderTokens, ownerOf, digits }))
  app.register(webhookRoutes({ ports, provider, metrics, wake }))
  app.register(
    auditRoutes({ of: 'payments', operationId: 'listPaymentChanges', actions: AUDIT_ACTIONS, auditLog }),
  )
  return app
}
