/** The process: configuration, stores, clients, settler, app; then it listens until a signal. */

import { createServiceClient } from '@shop/service_kit/calls/service_client'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import {
  createServiceTokens,
  createServiceTokenVerifier,
  serviceSecrets,
} from '@shop/service_kit/identity/service_tokens'
import { listOf, operationsAddress } from '@shop/service_kit/runtime/config'
import { crashPoints } from '@shop/service_kit/runtime/crash_points'
import { runService } from '@shop/service_kit/runtime/lifecycle'
import { createLogger } from '@shop/service_kit/runtime/log'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { lastBackupIn, reportLastBackup } from '@shop/service_kit/storage/last_backup'
import { startRetention } from '@shop/service_kit/storage/start_retention'
import { createUnreadableReporter } from '@shop/service_kit/storage/unreadable'
import { createApp, type Deps } from './app.ts'
import { followCardLimits } from './clients/card_limits.ts'
import { createSendLink } from './clients/link_mails.ts'
import { createProductOffers } from './clients/product_offers.ts'
import { readConfig, SERVICE } from './config.ts'
import { createQuoteSeal } from './crypto/quote_tokens.ts'
import type { PaymentMethod } from './domain/checkout.ts'
import { createOldWithdrawals } from './domain/old_withdrawals.ts'
import { erasing } from './erasing.ts'
import { startCases } from './start_cases.ts'
import { startOrders } from './start_orders.ts'
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
  const createClient = (to: string, url: string) =>
    createServiceClient({
      url,
      tokens: serviceSecrets(config).map((secret) =>
        createServiceTokens(secret, SERVICE, to, systemRuntime.now),
      ),
      runtime: systemRuntime,
      tracing,
    })
  const service = createClient('product_service', config.PRODUCT_URL)
  const quotes = createClient('product_service', config.PRODUCT_URL)
  // Also with PAYMENTS=off: orders of before may still wait for their money.
  const paymentService = createClient('payment_service', config.PAYMENT_URL)
  const notifications =
    config.NOTIFICATION_URL === undefined
      ? undefined
      : createClient('notification_service', config.NOTIFICATION_URL)
  const orderTokens = createOrderTokens(serviceSecrets(config))
  const { ordering, settled, wakePayments, stop } = startOrders({
    orders: stores.orders,
    service,
    paymentService,
    orderTokens,
    runtime: systemRuntime,
    currency: config.CURRENCY,
    digits: stores.digits,
    metrics,
    logger,
    reached: crashPoints(process.env),
  })
  const cases = startCases({
    ...{ cases: stores.cases, ordering, settled, service, paymentService },
    mailService: notifications,
    ...{ runtime: systemRuntime, metrics, logger, reached: crashPoints(process.env) },
  })
  const cardLimits =
    config.PAYMENTS === 'off'
      ? undefined
      : followCardLimits({
          ...{ service: paymentService, digits: stores.digits, runtime: systemRuntime },
          onFault: (err) => logger.warn({ err }, 'payment_service did not say which amounts it can charge'),
        })
  const stopPublishing = startPublishing({
    url: config.NOTIFICATION_URL,
    secrets: serviceSecrets(config),
    ...{ stores, tracing, metrics, logger, runtime: systemRuntime },
    reached: crashPoints(process.env),
  })
  const deps: Deps = {
    ordering,
    checkout: {
      offers: createProductOffers({ service: quotes, currency: config.CURRENCY, digits: stores.digits }),
      seal: createQuoteSeal(serviceSecrets(config), systemRuntime.now),
      settings: stores.checkoutSettings,
    },
    auditLog: stores.auditLog,
    erasures: stores.erasures,
    cases: {
      ...{ store: stores.cases, onDue: cases.wake, withdrawalDays: config.WITHDRAWAL_DAYS },
      mails: notifications !== undefined,
    },
    trustedProxies: listOf(config.TRUSTED_PROXIES),
    rules: { payments: config.PAYMENTS, methods: listOf(config.PAYMENT_METHODS) as PaymentMethod[] },
    ...(cardLimits && { cardLimits: cardLimits.limits }),
    orderTokens,
    sendLink: notifications && createSendLink(notifications),
    onPaymentDue: wakePayments,
    access: {
      verifyToken: auth.verifyToken,
      verifyServiceToken: createServiceTokenVerifier(serviceSecrets(config), SERVICE, systemRuntime.now),
    },
    currency: config.CURRENCY,
    digits: stores.digits,
    runtime: systemRuntime,
    metrics,
    publicDocs: config.PUBLIC_DOCS,
    accessLog: config.ACCESS_LOG,
    logger,
    tracing,
  }
  const lastBackup = stores.lastBackup ?? lastBackupIn(config.DATA_DIR)
  const stopReporting = reportLastBackup(metrics, lastBackup, systemRuntime)
  const stopRetention = startRetention({
    service: SERVICE,
    kept: [
      ...erasing({
        ...{ stores, paymentService, days: config.ORDERS_KEEP_PERSONAL_DAYS },
        ...{ runtime: systemRuntime, logger },
      }),
      { days: config.RETAIN_ENDED_ORDERS_DAYS, sources: stores.ended },
      { days: config.RETAIN_WITHDRAWALS_DAYS, sources: [createOldWithdrawals(stores.cases)] },
    ],
    lease: stores.retentionLease,
    ...{ config, metrics, logger, runtime: systemRuntime },
  })
  const app = createApp(deps)
  return {
    app,
    logger,
    host: config.HOST,
    port: config.PORT,
    operations: operationsAddress(config),
    drainDelayMs: config.DRAIN_DELAY_MS,
    async close() {
      stopReporting()
      await stopRetention()
      await cases.stop()
      await cardLimits?.stop()
      await stop()
      await stopPublishing()
      auth.stop()
      await service.close()
      await quotes.close()
      await paymentService.close()
      await notifications?.close()
      await stores.close()
      await tracing.stop()
    },
  }
})
