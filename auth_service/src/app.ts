/** auth_service as one app: everything given, nothing started. */

import { type App, createHttpApp } from '@shop/service_kit/http/app'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { VerifyToken } from '@shop/service_kit/identity/access'
import { createTokenVerifier } from '@shop/service_kit/identity/tokens'
import { createMetrics, type Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { SERVICE } from './config.ts'
import { type Argon2Parameters, createArgon2Hasher } from './crypto/argon2_hasher.ts'
import { createPasswordChecks } from './crypto/password_checks.ts'
import { createRefreshTokens } from './crypto/refresh_tokens.ts'
import { createAccessTokens, publicKeySet, storedKeys } from './crypto/signing.ts'
import { createWorkLines } from './crypto/work_lines.ts'
import type { AccountPorts } from './domain/accounts.ts'
import type { Stores } from './domain/ports.ts'
import { REFRESH_TOKEN_TTL_SECONDS_DEFAULT } from './domain/sessions.ts'
import {
  FREE_TRIES_DEFAULT,
  type FreeTries,
  loginLimits,
  REGISTRATIONS_DEFAULT,
  registrationLimits,
} from './domain/throttling.ts'
import { accountRoutes } from './http/account_routes.ts'
import { keyRoutes } from './http/key_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { sessionRoutes } from './http/session_routes.ts'

export type AppDeps = {
  readonly stores: Stores
  readonly runtime: Runtime
  readonly metrics?: Metrics
  readonly logger?: Logger
  readonly tracing?: Tracing
  readonly accessTokenTtlSeconds?: number
  readonly refreshTokenTtlSeconds?: number
  readonly hashesAtOnce?: number
  readonly hashesWaitingMax?: number
  readonly freeTries?: FreeTries
  readonly registrationsPerAddress?: number
  readonly trustedProxies?: readonly string[]
  readonly publicDocs?: boolean
  /** Weaker than the default only in tests, to save time. */
  readonly hashParameters?: Argon2Parameters
}

/** The app, and the ports its routes work on (for what has to be done at start). */
export function createApp(deps: AppDeps): { app: App; ports: AccountPorts } {
  const { stores, runtime, logger, tracing, metrics = createMetrics(SERVICE) } = deps
  const { now, newId } = runtime
  const lines = createWorkLines({
    atOnce: deps.hashesAtOnce ?? 4,
    waitingMax: deps.hashesWaitingMax ?? 256,
  })
  const ports: AccountPorts = {
    ...stores,
    hasher: createArgon2Hasher(runtime, lines, deps.hashParameters),
    passwordChecks: createPasswordChecks(),
    loginLimits: loginLimits(deps.freeTries ?? FREE_TRIES_DEFAULT),
    registrationLimits: registrationLimits(deps.registrationsPerAddress ?? REGISTRATIONS_DEFAULT),
    refreshTokens: createRefreshTokens(runtime),
    refreshTokenTtlSeconds: deps.refreshTokenTtlSeconds ?? REFRESH_TOKEN_TTL_SECONDS_DEFAULT,
    now,
    newId,
  }
  const onFailure = (err: unknown) => logger?.warn({ err }, 'the signing keys could not be read')
  const ownKeys = storedKeys(stores.keys, now, onFailure)
  // The store is at hand, so here a change of role or password counts at once.
  const isWithdrawn = async (userId: string, version: number) =>
    version < ((await stores.users.find(userId))?.tokenVersion ?? 0)
  const verifyWithOwnKeys = createTokenVerifier(ownKeys, now, isWithdrawn)
  const verifyToken: VerifyToken = async (token) => {
    // As does a withdrawn key.
    await ownKeys.refresh()
    return verifyWithOwnKeys(token)
  }
  const app = createHttpApp({
    service: SERVICE,
    description: 'Accounts, logins and the tokens every other service believes.',
    metrics,
    runtime,
    access: { verifyToken },
    problems: PROBLEMS,
    readiness: { store: stores.check },
    ...(logger ? { logger } : {}),
    ...(tracing ? { tracing } : {}),
    ...(deps.trustedProxies ? { trustedProxies: deps.trustedProxies } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
  })
  const logins = metrics.counter('auth_logins_total', 'Logins by how they ended.', ['outcome'])
  const refreshes = metrics.counter('auth_refreshes_total', 'Token refreshes by how they ended.', ['outcome'])
  const waiting = metrics.gauge('auth_hashes_waiting', 'Passwords waiting to be hashed.')
  Object.assign(waiting, { collect: () => waiting.set(lines.waiting()) })

  app.register(
    sessionRoutes({
      ports,
      issueAccessToken: createAccessTokens({
        keys: stores.keys,
        ttlSeconds: deps.accessTokenTtlSeconds ?? 600,
        newId,
      }),
      onLogin: (outcome) => logins.inc({ outcome }),
      onRefresh: (outcome) => refreshes.inc({ outcome }),
    }),
  )
  app.register(accountRoutes(ports))
  const keySet = async () => publicKeySet(await stores.keys.list(), now()) as never
  app.register(keyRoutes({ keySet, users: stores.users, now }))
  return { app, ports }
}
