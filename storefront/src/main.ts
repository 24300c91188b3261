/** The process: configuration, logger, metrics, tracing, app. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { operationsAddress } from '@shop/service_kit/runtime/config'
import { runService } from '@shop/service_kit/runtime/lifecycle'
import { createLogger } from '@shop/service_kit/runtime/log'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createApp, type Deps } from './app.ts'
import { readConfig, SERVICE } from './config.ts'

const PAGES = join(import.meta.dirname, '..', 'dist', 'pages')

await runService(systemRuntime, async () => {
  const config = readConfig(process.env)
  if (!existsSync(join(PAGES, 'index.html'))) {
    throw new Error('the pages are not built; run `npm run build` first.')
  }
  const logger = createLogger(SERVICE, config.LOG_LEVEL)
  const metrics = createMetrics(SERVICE)
  const tracing = await startTracing(SERVICE, process.env, systemRuntime)
  const auth = followAuthService({ origins: config.upstreams.auth, runtime: systemRuntime, logger })
  const deps: Deps = {
    verifyToken: auth.verifyToken,
    upstreams: config.upstreams,
    pages: PAGES,
    publicUrl: config.PUBLIC_URL,
    sessionTtlSeconds: config.REFRESH_TOKEN_TTL,
    trustedProxies: config.trustedProxies,
    operations: config.operations,
    publicDocs: config.PUBLIC_DOCS,
    accessLog: config.ACCESS_LOG,
    metrics,
    runtime: systemRuntime,
    logger,
    tracing,
  }
  const app = createApp(deps)
  return {
    app,
    logger,
    host: config.HOST,
    port: config.PORT,
    operations: operationsAddress(config),
    drainDelayMs: config.DRAIN_DELAY_MS,
    async close() {
      auth.stop()
      await tracing.stop()
    },
  }
})
