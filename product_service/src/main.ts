/** The process: configuration, stores, app, listen, drain. */
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { createServiceTokenVerifier, serviceSecrets } from '@shop/service_kit/identity/service_tokens'
import { listOf, operationsAddress } from '@shop/service_kit/runtime/config'
import { crashPoints } from '@shop/service_kit/runtime/crash_points'
import { runService } from '@shop/service_kit/runtime/lifecycle'
import { createLogger } from '@shop/service_kit/runtime/log'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { startRetention } from '@shop/service_kit/storage/start_retention'
import { createUnreadableReporter } from '@shop/service_kit/storage/unreadable'
import { createApp, type Deps } from './app.ts'
import { readConfig, SERVICE } from './config.ts'
import { createImportWorker, importPorts } from './imports/import_worker.ts'
import { createOldImports, OLD_IMPORTS_DAYS } from './imports/old_imports.ts'
import { createLedgerCheck } from './ledger_check.ts'
import { createPublisher } from './publisher.ts'
import { createReadAhead } from './read_ahead.ts'
import { startPublishing } from './start_publishing.ts'
import { openStores } from './storage/open_stores.ts'
import { createLeftOverFiles, createUnusedMedia, LEFT_OVER_AFTER_DAYS } from './storage/unused_media.ts'

await runService(systemRuntime, async () => {
  const config = readConfig(process.env)
  const logger = createLogger(SERVICE, config.LOG_LEVEL)
  const metrics = createMetrics(SERVICE)
  const tracing = await startTracing(SERVICE, process.env, systemRuntime)
  const stores = await openStores(config, {
    runtime: systemRuntime,
    notice: (text) => logger.info(text),
    unreadableOf: createUnreadableReporter({ logger, metrics, runtime: systemRuntime }),
  })
  const auth = followAuthService({
    origins: [config.AUTH_URL],
    runtime: systemRuntime,
    logger,
    cache: { folder: config.DATA_DIR, prefix: SERVICE },
  })
  const deps: Deps = {
    stores,
    access: {
      verifyToken: auth.verifyToken,
      verifyServiceToken: createServiceTokenVerifier(serviceSecrets(config), SERVICE, systemRuntime.now),
    },
    metrics,
    currency: config.CURRENCY,
    requireVersion: config.REQUIRE_VERSION,
    runtime: systemRuntime,
    reached: crashPoints(process.env),
    trustedProxies: listOf(config.TRUSTED_PROXIES),
    publicDocs: config.PUBLIC_DOCS,
    accessLog: config.ACCESS_LOG,
    logger,
    tracing,
  }
  const port = config.INTERNAL_PORT
  const app = createApp(port === undefined ? deps : { ...deps, routes: 'public' })
  const ledgerCheck = createLedgerCheck({
    audit: stores.audit,
    metrics,
    runtime: systemRuntime,
    intervalMs: config.LEDGER_CHECK_INTERVAL_MS,
    onMismatch: (mismatch) => logger.error({ mismatch }, 'stock differs from its ledger'),
    onFailure: (err) => logger.error({ err }, 'the ledger check failed'),
  })
  const stopRetention = startRetention({
    service: SERVICE,
    kept: [
      {
        days: config.MEDIA_UNUSED_DAYS,
        sources: [createUnusedMedia(stores.media)],
        archived: false,
      },
      { days: LEFT_OVER_AFTER_DAYS, sources: [createLeftOverFiles(stores.media)], archived: false },
      { days: OLD_IMPORTS_DAYS, sources: [createOldImports(stores.imports)], archived: false },
      { days: config.RETAIN_MOVEMENTS_DAYS, sources: stores.old.movements },
      { days: config.RETAIN_RESERVATIONS_DAYS, sources: stores.old.reservations },
    ],
    lease: stores.old.lease,
    ...{ config, metrics, logger, runtime: systemRuntime },
  })
  const publisher = createPublisher({
    kinds: [stores.catalogue, stores.groups],
    runtime: systemRuntime,
    onFailure: (err) => logger.error({ err }, 'a draft could not be published; it is tried again'),
  })
  const importWorker = createImportWorker({
    ...importPorts(stores, config.CURRENCY),
    runtime: systemRuntime,
    reached: deps.reached,
    onFailure: (err) => logger.error({ err }, 'an import stopped; it is continued'),
  })
  const readAhead = createReadAhead({
    listings: stores.listings,
    runtime: systemRuntime,
    onRead: (tookMs) => logger.info({ tookMs }, 'lists of the catalogue are in memory'),
    onFailure: (err) => logger.error({ err }, 'lists of the catalogue could not be read'),
  })
  const stopPublishing = startPublishing({
    url: config.NOTIFICATION_URL,
    secrets: serviceSecrets(config),
    ...{ stores, currency: config.CURRENCY, tracing, metrics, logger, runtime: systemRuntime },
    reached: deps.reached,
  })
  readAhead.start()
  ledgerCheck.start()
  importWorker.start()
  publisher.start()
  return {
    app,
    internal: port === undefined ? undefined : { app: createApp({ ...deps, routes: 'internal' }), port },
    logger,
    host: config.HOST,
    port: config.PORT,
    operations: operationsAddress(config),
    drainDelayMs: config.DRAIN_DELAY_MS,
    async close() {
      auth.stop()
      await Promise.all([
        ...[ledgerCheck.stop(), publisher.stop(), importWorker.stop(), readAhead.stop(), stopRetention()],
        stopPublishing(),
      ])
      await stores.close()
      await tracing.stop()
    },
  }
})
