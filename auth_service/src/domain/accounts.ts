/**
 * Accounts: registering, logging in, changing a password, roles.
 *
 * Promises
 *  1. A username is one account's, regardless of case; the store decides, so also among requests at once.
 *  2. Logging in does the same work and gives the same answer whether the account exists or the password is wrong.
 *  3. Every try to prove a password is throttled (throttling.ts), at login and when changing it.
 *  4. Changing a password ends all other sessions in the same write: a session carries the passwordVersion it was
 *     started under and is dead when that moved on.
 *  5. There is always an admin: the last one can't be demoted. Nobody registers as one.
 */
import { DomainError } from './errors.ts'
import { acceptPassword, normalPassword } from './passwords.ts'
import type {
  Account,
  PasswordChecks,
  PasswordHasher,
  Role,
  ThrottleEntry,
  ThrottleStore,
  User,
  UserStore,
} from './ports.ts'
import { endSession, ownSession, type SessionPorts, startSession } from './sessions.ts'
import { KNOWN_FOR_MS, type LoginLimits, loginEntries, loginKeys } from './throttling.ts'
import { canonicalUsername } from './usernames.ts'

export type AccountPorts = SessionPorts & {
  readonly users: UserStore
  readonly throttle: ThrottleStore
  readonly loginLimits: LoginLimits
  readonly hasher: PasswordHasher
  readonly passwordChecks: PasswordChecks
  readonly newId: () => string
}

export type Credentials = { readonly username: string; readonly password: string }

/** Rejects with `password_refused`, `username_taken` or `overloaded`. */
export function register(ports: AccountPorts, credentials: Credentials): Promise<User> {
  return addAccount(ports, credentials, 'customer')
}

async function addAccount(
  ports: Pick<AccountPorts, 'users' | 'hasher' | 'passwordChecks' | 'newId' | 'now'>,
  { username, password }: Credentials,
  role: Role,
): Promise<User> {
  const accepted = await acceptPassword(password, username, ports.passwordChecks)
  // Looked up first only to save the hash's work; the store's own rule decides.
  if (await ports.users.findByName(canonicalUsername(username))) throw taken()
  const passwordHash = await ports.hasher.hash(accepted)
  const user: User = { id: ports.newId(), username, role, createdAt: ports.now() }
  await ports.users.add({ ...user, passwordHash, passwordVersion: 1 })
  return user
}

export const taken = () => new DomainError('username_taken', 'That username is in use; choose another.')

export type LoggedIn = { readonly account: Account; readonly refreshToken: string }

/** Rejects with `invalid_credentials`, `too_many_attempts` or `overloaded`. */
export async function login(
  ports: AccountPorts,
  { username, password }: Credentials,
  address: string,
): Promise<LoggedIn> {
  const canonical = canonicalUsername(username)
  const account = await throttled(ports, canonical, address, async () => {
    const found = await ports.users.findByName(canonical)
    return (await provesPassword(ports, found, password)) ? found : undefined
  })
  if (!account) throw new DomainError('invalid_credentials', 'No account has this username and password.')
  await raiseParameters(ports, account, password)
  return { account, refreshToken: await startSession(ports, account) }
}

/** Rejects with `wrong_password`, `password_refused`, `too_many_attempts` or `overloaded`. */
export async function changePassword(
  ports: AccountPorts,
  account: Account,
  change: { currentPassword: string; newPassword: string; refreshToken?: string | undefined },
  address: string,
): Promise<void> {
  const { currentPassword, newPassword, refreshToken } = change
  const canonical = canonicalUsername(account.username)
  const proven = await throttled(ports, canonical, address, () =>
    provesPassword(ports, account, currentPassword),
  )
  if (!proven) throw wrongPassword()
  const accepted = await acceptPassword(newPassword, account.username, ports.passwordChecks)
  const passwordHash = await ports.hasher.hash(accepted)
  const kept = refreshToken === undefined ? undefined : await ownSession(ports, account, refreshToken)
  if (!(await ports.users.changePassword(account.id, account.passwordVersion, passwordHash))) {
    throw wrongPassword() // Another change came first, so what was proven is no longer the password.
  }
  if (kept !== undefined) await ports.sessions.adoptPassword(kept, account.passwordVersion + 1)
  await ports.sessions.endAll(account.id, kept)
}

const wrongPassword = () => new DomainError('wrong_password', 'The current password is not right.')

/** Ends the session of a refresh token; there is no wrong one. */
export const logout = (ports: SessionPorts, refreshToken: string) => endSession(ports, refreshToken)

/** Rejects with `user_not_found` or `last_admin`. */
export const setRole = ({ users }: AccountPorts, id: string, role: Role) => users.setRole(id, role)

/**
 * Counts a try, then lets `prove` decide. A proof forgets the tries; work that never looked at the password
 * (overloaded, store down) gives the try back.
 */
async function throttled<T>(
  { throttle, loginLimits, now }: AccountPorts,
  canonical: string,
  address: string,
  prove: () => Promise<T>,
): Promise<T> {
  const keys = loginKeys(canonical, address)
  const entries = loginEntries(keys, loginLimits, await throttle.remembers(keys.known, now()))
  const pausedUntil = await countTry(throttle, entries, now())
  if (pausedUntil) throw tooMany(pausedUntil, now())
  let proof: T
  try {
    proof = await prove()
  } catch (error) {
    await throttle.refund(entries.map((entry) => entry.key))
    throw error
  }
  if (proof) {
    await Promise.all([
      throttle.clear([keys.pair, keys.account]),
      throttle.refund([keys.address]),
      throttle.remember(keys.known, new Date(now().getTime() + KNOWN_FOR_MS)),
    ])
  }
  return proof
}

/** Resolves until when tries are refused; then nothing was counted by the address. */
async function countTry(
  throttle: ThrottleStore,
  entries: readonly ThrottleEntry[],
  now: Date,
): Promise<Date | undefined> {
  // The address first: refused there, a try leaves no trace, so a flood of made-up names can't fill the store.
  const address = entries.slice(-1)
  const paused = await throttle.take(address, now)
  if (paused) return paused
  const pausedForAccount = await throttle.take(entries.slice(0, -1), now)
  if (pausedForAccount) await throttle.refund(address.map((entry) => entry.key))
  return pausedForAccount
}

function tooMany(pausedUntil: Date, now: Date) {
  const seconds = Math.max(1, Math.ceil((pausedUntil.getTime() - now.getTime()) / 1000))
  return new DomainError('too_many_attempts', `Too many tries. Try again in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  })
}

async function provesPassword({ hasher }: AccountPorts, account: Account | undefined, password: string) {
  // Not well-formed text was never accepted as a password, but would be hashed like one that was.
  const usable = password.isWellFormed() ? normalPassword(password) : ''
  if (account) return hasher.verify(account.passwordHash, usable)
  await hasher.pretend(usable)
  return false
}

async function raiseParameters({ users, hasher }: AccountPorts, account: Account, password: string) {
  if (!hasher.outdated(account.passwordHash)) return
  const stronger = await hasher.hash(normalPassword(password)).catch((error) => {
    // The login stands; the hash is raised next time.
    if ((error as { code?: string }).code === 'overloaded') return undefined
    throw error
  })
  if (stronger) await users.rehash(account.id, account.passwordHash, stronger)
}

export type FirstAdmin = 'created' | 'exists' | 'not_an_admin'

/**
 * Makes the admin the operator named when there is no account of that name. Never changes one that exists.
 * Rejects with `password_refused`. Replicas starting at once make one between them.
 */
export async function ensureFirstAdmin(
  ports: Pick<AccountPorts, 'users' | 'hasher' | 'passwordChecks' | 'newId' | 'now'>,
  credentials: Credentials,
): Promise<FirstAdmin> {
  const existing = () => ports.users.findByName(canonicalUsername(credentials.username))
  if (!(await existing())) {
    try {
      await addAccount(ports, credentials, 'admin')
      return 'created'
    } catch (error) {
      if ((error as { code?: string }).code !== 'username_taken') throw error
    }
  }
  return (await existing())?.role === 'admin' ? 'exists' : 'not_an_admin'
}
