/** auth_service as an app over the given stores. It does not listen. */

import { auditRoutes } from '@shop/service_kit/audit/audit_routes'
import type { Audited } from '@shop/service_kit/audit/entry'
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { VerifyToken } from '@shop/service_kit/identity/access'
import { createTokenVerifier } from '@shop/service_kit/identity/tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import type { Ports } from './account_ports.ts'
import { SERVICE } from './config.ts'
import { createAccessTokens, createGuestTokens, publicKeySet, storedKeys } from './crypto/signing.ts'
import { AUDIT_ACTIONS } from './domain/audit.ts'
import type { Stores } from './domain/ports.ts'
import { ACCESS_TOKEN_TTL_SECONDS_MAX } from './domain/signing_keys.ts'
import { accountRoutes } from './http/account_routes.ts'
import { emailRoutes } from './http/email_routes.ts'
import { factorRoutes } from './http/factor_routes.ts'
import { guestRoutes } from './http/guest_routes.ts'
import { keyRoutes } from './http/key_routes.ts'
import { ownDataRoutes } from './http/own_data_routes.ts'
import { passkeyRoutes } from './http/passkey_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { sessionRoutes } from './http/session_routes.ts'

export type Deps = {
  readonly ports: Ports
  readonly stores: Audited<Stores>
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly accessTokenTtlSeconds?: number
  readonly trustedProxies?: readonly string[]
  readonly publicDocs?: boolean
  readonly accessLog?: boolean
  readonly logger?: Logger
  readonly tracing?: Tracing
}

export function createApp(deps: Deps): App {
  const { ports, stores, runtime, metrics, logger, tracing } = deps
  const { now, newId } = runtime
  const onFailure = (err: unknown) => logger?.warn({ err }, 'the signing keys could not be read')
  const ownKeys = storedKeys(stores.keys, now, onFailure)
  // This service reads the store directly, so a change of role or password applies at once.
  const isWithdrawn = async (userId: string, version: number) =>
    version < ((await stores.users.find(userId))?.tokenVersion ?? 0)
  const verifyWithOwnKeys = createTokenVerifier(ownKeys, now, isWithdrawn)
  const verifyToken: VerifyToken = async (token) => {
    // So does a withdrawn key.
    await ownKeys.refresh()
    return verifyWithOwnKeys(token)
  }
  const app = createHttpApp({
    service: SERVICE,
    description: 'Accounts, logins and the tokens that every other service accepts.',
    metrics,
    runtime,
    access: { verifyToken },
    problems: PROBLEMS,
    readiness: { store: stores.check },
    logger,
    ...(tracing ? { tracing } : {}),
    ...(deps.trustedProxies ? { trustedProxies: deps.trustedProxies } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    ...(deps.accessLog ? { accessLog: true } : {}),
  })
  const logins = metrics.counter('auth_logins_total', 'Logins by outcome.', ['outcome'])
  const refreshes = metrics.counter('auth_refreshes_total', 'Token refreshes by outcome.', ['outcome'])

  app.register(
    sessionRoutes({
      ports,
      issueAccessToken: createAccessTokens({
        keys: stores.keys,
        ttlSeconds: deps.accessTokenTtlSeconds ?? 600,
        newId,
        now,
      }),
      onLogin: (outcome) => logins.inc({ outcome }),
      onRefresh: (outcome) => refreshes.inc({ outcome }),
    }),
  )
  const issueGuestToken = createGuestTokens({
    ...{ keys: stores.keys, newId, now },
    ttlSeconds: ACCESS_TOKEN_TTL_SECONDS_MAX,
  })
  app.register(guestRoutes({ ports: { ...ports, issueGuestToken }, verifyToken }))
  app.register(accountRoutes(ports))
  app.register(emailRoutes(ports))
  app.register(factorRoutes(ports))
  app.register(passkeyRoutes(ports))
  app.register(ownDataRoutes(ports))
  app.register(
    auditRoutes({
      of: 'accounts',
      operationId: 'listAccountChanges',
      actions: AUDIT_ACTIONS,
      auditLog: stores.auditLog,
    }),
  )
  const keySet = async () => publicKeySet(await stores.keys.list(), now()) as never
  app.register(keyRoutes({ keySet, users: stores.users, now }))
  return app
}
