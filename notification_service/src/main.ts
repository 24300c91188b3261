/** The process: configuration, stores, app; then it listens until a signal. */
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import { createServiceTokenVerifier, serviceSecrets } from '@shop/service_kit/identity/service_tokens'
import { operationsAddress } from '@shop/service_kit/runtime/config'
import { crashPoints } from '@shop/service_kit/runtime/crash_points'
import { runService } from '@shop/service_kit/runtime/lifecycle'
import { createLogger } from '@shop/service_kit/runtime/log'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { startRetention } from '@shop/service_kit/storage/start_retention'
import { createUnreadableReporter } from '@shop/service_kit/storage/unreadable'
import { createApp, type Deps, NO_MAIL_SERVER } from './app.ts'
import { createWebhookCaller } from './clients/webhook_caller.ts'
import { readConfig, SERVICE } from './config.ts'
import { startMails } from './start_mails.ts'
import { openStores } from './storage/open_stores.ts'
import { createDispatcher } from './webhooks/dispatcher.ts'

await runService(systemRuntime, async () => {
  const config = readConfig(process.env)
  const logger = createLogger(SERVICE, config.LOG_LEVEL)
  const metrics = createMetrics(SERVICE)
  const tracing = await startTracing(SERVICE, process.env, systemRuntime)
  const stores = await openStores(config, {
    runtime: systemRuntime,
    unreadableOf: createUnreadableReporter({ logger, metrics, runtime: systemRuntime }),
  })
  const auth = followAuthService({
    origins: [config.AUTH_URL],
    runtime: systemRuntime,
    logger,
    cache: { folder: config.DATA_DIR, prefix: SERVICE },
  })
  const delivered = metrics.counter('webhook_attempts_total', 'Attempts to deliver events, by outcome.', [
    'outcome',
  ])
  const call = createWebhookCaller({ runtime: systemRuntime, allowPrivate: config.WEBHOOK_ALLOW_PRIVATE })
  const reached = crashPoints(process.env)
  const dispatcher = createDispatcher({
    ...{ events: stores.events, webhooks: stores.webhooks, call, runtime: systemRuntime },
    source: config.EVENT_SOURCE,
    reached,
    onOutcome: (outcome) => delivered.inc({ outcome }),
    onFault: (err) => logger.warn({ err }, 'webhooks could not be delivered; it is tried again'),
  })
  if (config.SMTP_URL === undefined) logger.warn(NO_MAIL_SERVER)
  const mails = startMails(config, {
    ...{ stores, runtime: systemRuntime, metrics, logger, reached },
    orderToken: createOrderTokens(serviceSecrets(config)).of,
  })
  const deps: Deps = {
    stores,
    call,
    allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
    source: config.EVENT_SOURCE,
    onDue() {
      dispatcher.wake()
      mails.readOn()
    },
    publicUrl: config.PUBLIC_URL,
    sendsMail: config.SMTP_URL !== undefined,
    onMails: mails.wake,
    access: {
      verifyToken: auth.verifyToken,
      verifyServiceToken: createServiceTokenVerifier(serviceSecrets(config), SERVICE, systemRuntime.now),
    },
    runtime: systemRuntime,
    metrics,
    publicDocs: config.PUBLIC_DOCS,
    accessLog: config.ACCESS_LOG,
    logger,
    tracing,
  }
  const app = createApp(deps)
  dispatcher.start()
  const stopRetention = startRetention({
    service: SERVICE,
    kept: [
      { days: config.EVENTS_KEPT_DAYS, sources: [stores.oldEvents], archived: false },
      { days: config.MAILS_KEPT_DAYS, sources: [stores.oldMails], archived: false },
    ],
    lease: stores.retentionLease,
    ...{ config: {}, metrics, logger, runtime: systemRuntime },
  })
  return {
    app,
    logger,
    host: config.HOST,
    port: config.PORT,
    operations: operationsAddress(config),
    drainDelayMs: config.DRAIN_DELAY_MS,
    async close() {
      auth.stop()
      await stopRetention()
      await Promise.all([dispatcher.stop(), mails.stop()])
      await stores.close()
      await tracing.stop()
    },
  }
})
