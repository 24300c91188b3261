/** The ports of accounts and sessions: the stores, and the cryptography of this service. */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { type Argon2Parameters, createArgon2Hasher } from './crypto/argon2_hasher.ts'
import { createPasskeyCeremonies } from './crypto/passkey_ceremonies.ts'
import { createPasswordChecks } from './crypto/password_checks.ts'
import { createRefreshTokens } from './crypto/refresh_tokens.ts'
import { createSecretTokens } from './crypto/secret_tokens.ts'
import { createOneTimeCodes } from './crypto/totp.ts'
import { createWorkQueues } from './crypto/work_queues.ts'
import type { EmailPorts } from './domain/emails.ts'
import type { PasskeyPorts } from './domain/passkeys.ts'
import type { Stores } from './domain/ports.ts'
import { REFRESH_TOKEN_TTL_SECONDS_DEFAULT } from './domain/sessions.ts'
import {
  FREE_ATTEMPTS_DEFAULT,
  type FreeAttempts,
  loginLimits,
  REGISTRATIONS_DEFAULT,
  registrationLimits,
} from './domain/throttling.ts'

export type AccountPortsDeps = {
  readonly stores: Stores
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly refreshTokenTtlSeconds?: number
  readonly hashesAtOnce?: number
  readonly hashesWaitingMax?: number
  readonly freeAttempts?: FreeAttempts
  readonly registrationsPerAddress?: number
  /** Where people reach the shop: links begin with it. */
  readonly publicUrl?: string | undefined
  /** Do the rights of an admin need a second factor? */
  readonly adminsNeedFactor?: boolean | undefined
  /** Called after a mail was stored; without it, this shop sends none. */
  readonly onMail?: (() => void) | undefined
  /** Only for tests: weaker parameters save time. */
  readonly hashParameters?: Argon2Parameters
}

/** All ports of the domain. */
export type Ports = EmailPorts & PasskeyPorts

export function createAccountPorts(deps: AccountPortsDeps): Ports {
  const { stores, runtime, metrics } = deps
  const queues = createWorkQueues({
    atOnce: deps.hashesAtOnce ?? 4,
    waitingMax: deps.hashesWaitingMax ?? 256,
  })
  const waiting = metrics.gauge('auth_hashes_waiting', 'Passwords waiting to be hashed.')
  Object.assign(waiting, { collect: () => waiting.set(queues.waiting()) })
  const { publicUrl, onMail } = deps
  return {
    ...stores,
    hasher: createArgon2Hasher(runtime, queues, deps.hashParameters),
    passwordChecks: createPasswordChecks(),
    loginLimits: loginLimits(deps.freeAttempts ?? FREE_ATTEMPTS_DEFAULT),
    registrationLimits: registrationLimits(deps.registrationsPerAddress ?? REGISTRATIONS_DEFAULT),
    refreshTokens: createRefreshTokens(runtime),
    secretTokens: createSecretTokens(runtime),
    oneTimeCodes: createOneTimeCodes(runtime),
    ceremonies: publicUrl === undefined ? undefined : createPasskeyCeremonies(publicUrl),
    randomBytes: runtime.randomBytes,
    issuer: publicUrl === undefined ? 'Shop' : new URL(publicUrl).host,
    adminsNeedFactor: deps.adminsNeedFactor ?? false,
    publicUrl,
    sendsMail: onMail !== undefined && publicUrl !== undefined,
    onMail: onMail ?? (() => {}),
    refreshTokenTtlSeconds: deps.refreshTokenTtlSeconds ?? REFRESH_TOKEN_TTL_SECONDS_DEFAULT,
    now: runtime.now,
    newId: runtime.newId,
  }
}
