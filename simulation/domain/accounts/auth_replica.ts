/** One process of the auth service: its domain, and its maintenance. Hashes and keys are those of a world without secrets. */
import { Problem } from '@shop/service_kit/runtime/problem'
import { createRefreshTokens } from '../../../auth_service/src/crypto/refresh_tokens.ts'
import {
  type AccountPorts,
  type Credentials,
  changePassword,
  login,
  logout,
  register,
  setRole,
} from '../../../auth_service/src/domain/accounts.ts'
import { ensureFirstAdmin } from '../../../auth_service/src/domain/first_admin.ts'
import type { KeyStore } from '../../../auth_service/src/domain/key_ports.ts'
import { deleteAccount, resetPassword, unlock } from '../../../auth_service/src/domain/operator.ts'
import type {
  Account,
  Role,
  SessionStore,
  ThrottleStore,
  User,
  UserStore,
  Withdrawal,
} from '../../../auth_service/src/domain/ports.ts'
import { refreshSession } from '../../../auth_service/src/domain/sessions.ts'
import { forceRotation, publishedKeys, signingKey } from '../../../auth_service/src/domain/signing_keys.ts'
import { loginLimits, registrationLimits } from '../../../auth_service/src/domain/throttling.ts'
import { withdrawals } from '../../../auth_service/src/domain/withdrawals.ts'
import { maintain } from '../../../auth_service/src/maintenance.ts'
import type { Machine } from '../../core/machine.ts'

/** What an access token says. It cannot be forged. `kid` names the key that signed it. */
export type Token = {
  readonly userId: string
  readonly version: number
  readonly role: Role
  readonly kid: string
  readonly issuedAt: number
}
export type Tokens = { readonly token: Token; readonly refreshToken: string }
export type Published = { readonly withdrawn: readonly Withdrawal[]; readonly kids: readonly string[] }

export type AuthReplica = {
  register(credentials: Credentials, address: string): Promise<User>
  login(credentials: Credentials, address: string): Promise<Tokens>
  refresh(refreshToken: string): Promise<Tokens & { readonly replayed: boolean }>
  logout(refreshToken: string): Promise<void>
  changePassword(
    userId: string,
    change: { readonly currentPassword: string; readonly newPassword: string; readonly refreshToken: string },
    address: string,
  ): Promise<void>
  setRole(id: string, role: Role, by: string): Promise<User>
  users(): Promise<readonly User[]>
  published(): Promise<Published>
  /** Commands of the operator. */
  resetPassword(username: string, password: string): Promise<unknown>
  unlock(username: string): Promise<unknown>
  deleteAccount(username: string): Promise<void>
  rotateKeys(withdraw: boolean): Promise<unknown>
}

export type AuthStores = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly throttle: ThrottleStore
  readonly keys: KeyStore
}

export type Watcher = {
  /** A password was compared with the one of that hash. */
  verified(phc: string, address: string, isRight: boolean): void
  /** A password was hashed for a new account. */
  registers(address: string): void
  issued(token: Token): void
}

/** Few, so that a history comes to the limits. */
export const FREE_ATTEMPTS = { pair: 3, account: 8, address: 20 }
export const FREE_REGISTRATIONS = 6
export const ROOT = { username: 'root', password: 'the first password' }
const HASH_MS = 20
export const MAINTAIN_MS = 20 * 60_000
const RETRY_MS = 1_000
export const ROTATION_DAYS = 1 / 24
export const ACCESS_TOKEN_TTL_SECONDS = 1_800
const REFRESH_TOKEN_TTL_SECONDS = 2 * 3_600
export const REFRESH_TOKEN_TTL_MS = REFRESH_TOKEN_TTL_SECONDS * 1_000
const USERS_MAX = 100
const NONE_EXPIRES = { purge: async () => 0 }

export function startAuthReplica(machine: Machine, stores: AuthStores, watcher: Watcher): AuthReplica {
  const { runtime } = machine
  const { now, newId, sleep, after } = runtime
  const ports: AccountPorts = {
    ...stores,
    now,
    newId,
    refreshTokens: createRefreshTokens(runtime),
    refreshTokenTtlSeconds: REFRESH_TOKEN_TTL_SECONDS,
    loginLimits: loginLimits(FREE_ATTEMPTS),
    registrationLimits: registrationLimits(FREE_REGISTRATIONS),
    passwordChecks: { isCommon: () => false, isBlank: () => false },
    hasher: {
      async hash(password, { queue, owner }) {
        await sleep(HASH_MS)
        if (queue === 'registration') watcher.registers(owner)
        return `hash ${newId()} of ${password}`
      },
      async verify(phc, password, { owner }) {
        await sleep(HASH_MS)
        const isRight = phc.endsWith(` of ${password}`)
        watcher.verified(phc, owner, isRight)
        return isRight
      },
      simulateVerify: () => sleep(HASH_MS),
      outdated: () => false,
    },
  }
  const makeKeyPair = async () => ({
    kid: newId(),
    jwk: { kty: 'OKP', crv: 'Ed25519', x: '', d: '' } as const,
  })
  const keyPorts = { keys: stores.keys, makeKeyPair, now }

  const maintainRepeatedly = async () => {
    try {
      await ensureFirstAdmin(ports, ROOT)
      await maintain({
        stores: { ...stores, credentials: NONE_EXPIRES, mails: NONE_EXPIRES },
        keyPorts,
        rotationDays: ROTATION_DAYS,
        refreshTokenTtlSeconds: REFRESH_TOKEN_TTL_SECONDS,
        runtime,
      })
      after(MAINTAIN_MS, maintainRepeatedly)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      after(RETRY_MS, maintainRepeatedly)
    }
  }
  void maintainRepeatedly()

  const issue = async ({ id, role, tokenVersion }: Account, at: Date): Promise<Token> => {
    const key = signingKey(await stores.keys.list(), at)
    if (!key) throw new Problem('store_unavailable', 'There is no signing key yet.')
    const token = { userId: id, version: tokenVersion, role, kid: key.kid, issuedAt: at.getTime() }
    watcher.issued(token)
    return token
  }

  return {
    register: (credentials, address) => register(ports, credentials, { address }),
    async login(credentials, address) {
      const { account, readAt, refreshToken } = await login(ports, credentials, { address })
      return { token: await issue(account, readAt), refreshToken }
    },
    async refresh(presented) {
      const { account, readAt, refreshToken, replayed } = await refreshSession(ports, presented)
      return { token: await issue(account, readAt), refreshToken, replayed }
    },
    logout: (refreshToken) => logout(ports, refreshToken),
    async changePassword(userId, change, address) {
      const account = await stores.users.find(userId)
      if (!account) throw new Problem('unauthenticated', 'The account is deleted.')
      await changePassword(ports, account, change, { address })
    },
    setRole: (id, role, by) => setRole(ports, id, role, by),
    users: () => stores.users.list({ limit: USERS_MAX }),
    async published() {
      const [withdrawn, keys] = await Promise.all([
        withdrawals(stores.users, now(), USERS_MAX),
        stores.keys.list(),
      ])
      return { withdrawn, kids: publishedKeys(keys, now()).map(({ kid }) => kid) }
    },
    resetPassword: (username, password) => resetPassword(ports, username, password),
    unlock: (username) => unlock(ports, username),
    deleteAccount: (username) => deleteAccount(ports, username, 'a password that is shown to no one'),
    rotateKeys: (withdraw) => forceRotation(keyPorts, withdraw),
  }
}
