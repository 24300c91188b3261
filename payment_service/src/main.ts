/** The process: configuration, stores, provider, poller, app; then it listens until a signal. */
import { createServiceClient } from '@shop/service_kit/calls/service_client'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import {
  createServiceTokens,
  createServiceTokenVerifier,
  serviceSecrets,
} from '@shop/service_kit/identity/service_tokens'
import { operationsAddress } from '@shop/service_kit/runtime/config'
import { crashPoints } from '@shop/service_kit/runtime/crash_points'
import { runService } from '@shop/service_kit/runtime/lifecycle'
import { createLogger } from '@shop/service_kit/runtime/log'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { lastBackupIn, reportLastBackup } from '@shop/service_kit/storage/last_backup'
import { createUnreadableReporter } from '@shop/service_kit/storage/unreadable'
import { createApp, type Deps } from './app.ts'
import { createNotify, createOwnerOf } from './clients/order_client.ts'
import { createStripeProvider } from './clients/stripe_provider.ts'
import { readConfig, SERVICE } from './config.ts'
import { startPayments } from './payments.ts'
import { startPublishing } from './start_publishing.ts'
import { openStores } from './storage/open_stores.ts'

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
  const secrets = serviceSecrets(config)
  const orders =
    config.ORDER_URL === undefined
      ? undefined
      : createServiceClient({
          url: config.ORDER_URL,
          tokens: secrets.map((secret) =>
            createServiceTokens(secret, SERVICE, 'order_service', systemRuntime.now),
          ),
          runtime: systemRuntime,
          tracing,
        })
  const provider =
    config.PAYMENT_PROVIDER === 'none'
      ? undefined
      : createStripeProvider({
          secretKey: config.STRIPE_SECRET_KEY!,
          webhookSecret: config.STRIPE_WEBHOOK_SECRET!,
          apiUrl: config.STRIPE_API_URL,
          publicUrl: config.PUBLIC_URL!,
          currency: config.CURRENCY,
          digits: stores.digits,
          runtime: systemRuntime,
          metrics,
        })
  const payments = startPayments({
    payments: stores.payments,
    provider,
    runtime: systemRuntime,
    metrics,
    logger,
    reached: crashPoints(process.env),
    notify: orders && createNotify(orders),
  })
  const stopPublishing = startPublishing({
    url: config.NOTIFICATION_URL,
    ...{ secrets, stores, tracing, metrics, logger, runtime: systemRuntime },
  })
  const deps: Deps = {
    payments,
    auditLog: stores.auditLog,
    verifyToken: auth.verifyToken,
    verifyServiceToken: createServiceTokenVerifier(secrets, SERVICE, systemRuntime.now),
    orderTokens: createOrderTokens(secrets),
    ownerOf: createOwnerOf(orders),
    currency: config.CURRENCY,
    digits: stores.digits,
    runtime: systemRuntime,
    metrics,
    publicDocs: config.PUBLIC_DOCS,
    accessLog: config.ACCESS_LOG,
    logger,
    tracing,
  }
  const app = createApp(deps)
  const lastBackup = stores.lastBackup ?? lastBackupIn(config.DATA_DIR)
  const stopReporting = reportLastBackup(metrics, lastBackup, systemRuntime)
  return {
    app,
    logger,
    host: config.HOST,
    port: config.PORT,
    operations: operationsAddress(config),
    drainDelayMs: config.DRAIN_DELAY_MS,
    async close() {
      stopReporting()
      await stopPublishing()
      await payments.stop()
      auth.stop()
      await orders?.close()
      await stores.close()
      await tracing.stop()
    },
  }
})
