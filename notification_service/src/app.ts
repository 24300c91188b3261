/** notification_service as an app over the given stores. It does not listen. */
import { auditRoutes } from '@shop/service_kit/audit/audit_routes'
import type { Audited } from '@shop/service_kit/audit/entry'
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { AccessChecks } from '@shop/service_kit/identity/access'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createWebhookCaller, faultOfUrl } from './clients/webhook_caller.ts'
import { SERVICE } from './config.ts'
import type { Stores } from './domain/ports.ts'
import type { CallWebhook } from './domain/webhook.ts'
import { AUDIT_ACTIONS } from './domain/webhook_ports.ts'
import { endpointRoutes } from './http/endpoint_routes.ts'
import { eventRoutes } from './http/event_routes.ts'
import { mailRoutes } from './http/mail_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { createManage } from './webhooks/manage.ts'

/** At /readyz of the operations port, and in the log at the start. */
export const NO_MAIL_SERVER = 'SMTP_URL is not set: mails are kept for three days and not sent.'

export type Deps = {
  readonly stores: Audited<Stores>
  readonly access: AccessChecks
  readonly runtime: Runtime
  readonly call?: CallWebhook
  readonly allowPrivate?: boolean
  readonly source?: string
  /** Called when there is something to deliver. */
  readonly onDue?: () => void
  /** Links in mails begin with it. */
  readonly publicUrl?: string | undefined
  /** False without a server of mails. */
  readonly sendsMail?: boolean
  /** Called when there is a mail to send. */
  readonly onMails?: () => void
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
    notice: deps.sendsMail === false ? NO_MAIL_SERVER : undefined,
    logger,
    ...(tracing ? { tracing } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    ...(deps.accessLog ? { accessLog: true } : {}),
  })
  const { allowPrivate = false, source = 'urn:shop', onDue = () => {}, onMails = () => {} } = deps
  const { call = createWebhookCaller({ runtime, allowPrivate }) } = deps
  app.register(eventRoutes({ events: stores.events, metrics, runtime, onRecorded: onDue }))
  app.register(mailRoutes({ mails: stores.mails, publicUrl: deps.publicUrl, runtime, onMails }))
  app.register(
    endpointRoutes({
      manage: createManage({ ...stores, runtime }),
      webhooks: stores.webhooks,
      faultOfUrl: (url) => faultOfUrl(url, allowPrivate),
      onQueued: onDue,
      ...{ call, runtime, source },
    }),
  )
  app.register(
    auditRoutes({
      of: 'notifications',
      operationId: 'listNotificationChanges',
      actions: AUDIT_ACTIONS,
      auditLog: stores.auditLog,
    }),
  )
  return app
}
