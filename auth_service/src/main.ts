/** The process: configuration, stores, keys, the first admin, the app. */
import { createServiceClient, type ServiceClientOptions } from '@shop/service_kit/calls/service_client'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { createServiceTokens, serviceSecrets } from '@shop/service_kit/identity/service_tokens'
import { listOf, operationsAddress } from '@shop/service_kit/runtime/config'
import { runService } from '@shop/service_kit/runtime/lifecycle'
import { createLogger } from '@shop/service_kit/runtime/log'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createUnreadableReporter } from '@shop/service_kit/storage/unreadable'
import { createAccountPorts } from './account_ports.ts'
import { createApp, type Deps } from './app.ts'
import { createNotificationClient, NOTIFICATION_SERVICE } from './clients/notification_client.ts'
import { createOrderClient, ORDER_SERVICE } from './clients/order_client.ts'
import { type Config, readConfig, SERVICE } from './config.ts'
import { makeKeyPair } from './crypto/signing.ts'
import { startDeletionRelay } from './deletion_relay.ts'
import { makeFirstAdmin } from './first_admin.ts'
import { createMailRelay } from './mail_relay.ts'
import { maintain, startMaintenance } from './maintenance.ts'
import { outboxFailures } from './outbox_relay.ts'
import { runStartupTasks } from './startup_tasks.ts'
import { openStores } from './storage/open_stores.ts'

/** Undefined without an address or a secret. */
function connect(
  url: string | undefined,
  to: string,
  config: Config,
  tracing: ServiceClientOptions['tracing'],
) {
  const { SERVICE_SECRET } = config
  if (url === undefined || SERVICE_SECRET === undefined) return undefined
  const tokens = serviceSecrets({ ...config, SERVICE_SECRET }).map((secret) =>
    createServiceTokens(secret, SERVICE, to, systemRuntime.now),
  )
  return createServiceClient({ url, tokens, runtime: systemRuntime, tracing })
}

await runService(systemRuntime, async () => {
  const config = readConfig(process.env)
  const logger = createLogger(SERVICE, config.LOG_LEVEL)
  const metrics = createMetrics(SERVICE)
  const tracing = await startTracing(SERVICE, process.env, systemRuntime)
  const stores = await openStores(config, {
    runtime: systemRuntime,
    unreadableOf: createUnreadableReporter({ logger, metrics, runtime: systemRuntime }),
  })
  // Mails have links, which begin with PUBLIC_URL: without it this shop sends none.
  const mailUrl = config.PUBLIC_URL === undefined ? undefined : config.NOTIFICATION_URL
  const notifications = connect(mailUrl, NOTIFICATION_SERVICE, config, tracing)
  const orders = connect(config.ORDER_URL, ORDER_SERVICE, config, tracing)
  const outbox = { runtime: systemRuntime, logger, failures: outboxFailures(metrics) }
  const relay =
    notifications && createMailRelay({ client: createNotificationClient(notifications), ...outbox })
  const ports = createAccountPorts({
    stores,
    runtime: systemRuntime,
    metrics,
    refreshTokenTtlSeconds: config.REFRESH_TOKEN_TTL,
    hashesAtOnce: config.HASHES_AT_ONCE,
    hashesWaitingMax: config.HASHES_WAITING_MAX,
    freeAttempts: {
      pair: config.LOGIN_TRIES,
      account: config.LOGIN_TRIES_PER_ACCOUNT,
      address: config.LOGIN_TRIES_PER_ADDRESS,
    },
    registrationsPerAddress: config.REGISTRATIONS_PER_ADDRESS,
    publicUrl: config.PUBLIC_URL,
    onMail: relay?.wake,
    adminsNeedFactor: config.ADMIN_SECOND_FACTOR === 'required',
  })
  relay?.start(ports)
  const deletionRelay =
    orders &&
    startDeletionRelay(
      { deletions: stores.deletions, client: createOrderClient(orders), ...systemRuntime },
      outbox,
    )
  const deps: Deps = {
    ports,
    stores,
    runtime: systemRuntime,
    metrics,
    accessTokenTtlSeconds: config.ACCESS_TOKEN_TTL,
    trustedProxies: listOf(config.TRUSTED_PROXIES),
    publicDocs: config.PUBLIC_DOCS,
    accessLog: config.ACCESS_LOG,
    logger,
    tracing,
  }
  const app = createApp(deps)
  const maintenance = {
    stores,
    keyPorts: { keys: stores.keys, makeKeyPair, now: systemRuntime.now },
    rotationDays: config.KEY_ROTATION_DAYS,
    refreshTokenTtlSeconds: config.REFRESH_TOKEN_TTL,
    runtime: systemRuntime,
  }
  const startupTasks = async () => {
    await maintain(maintenance)
    await makeFirstAdmin(ports, config, logger)
  }
  const stopStartupTasks = await runStartupTasks(startupTasks, { logger, runtime: systemRuntime })
  const stopMaintenance = startMaintenance(maintenance, logger)
  return {
    app,
    logger,
    host: config.HOST,
    port: config.PORT,
    operations: operationsAddress(config),
    drainDelayMs: config.DRAIN_DELAY_MS,
    async close() {
      stopStartupTasks()
      await stopMaintenance()
      await relay?.stop()
      await deletionRelay?.stop()
      await notifications?.close()
      await orders?.close()
      await tracing.stop()
      await stores.close()
    },
  }
})
