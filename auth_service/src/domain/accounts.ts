/**
 * Accounts: registering, logging in, changing a password, roles.
 *
 * Promises
 *  1. A username belongs to one account, regardless of case. The store decides, so this holds for concurrent requests too.
 *  2. A failed login does the same work and gives the same answer, whether the account is unknown or the password wrong.
 *  3. Each password check is throttled (throttling.ts), at login and when the password is changed.
 *  4. A new password ends all other sessions in the same write: a session stores the passwordVersion it was started with,
 *     and is invalid when the account has another one. The session that changed it gets the new version in that write, too,
 *     so who changed the password stays signed in, whatever happens meanwhile.
 *  5. A new role or password withdraws the access tokens issued before, in the same write.
 *  6. There is always an admin: the last one cannot be demoted. A registration never makes an admin.
 */

import type { Author } from './author.ts'
import type { HashQueue, PasswordChecks, PasswordHasher, QueueTicket } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import { acceptPassword, normalPassword } from './passwords.ts'
import type { Account, Role, User, UserStore } from './ports.ts'
import { endSession, ownSession, type Refreshed, type SessionPorts, startSession } from './sessions.ts'
import { type ThrottledPorts, throttledPasswordCheck, throttledRegistration } from './throttled.ts'
import { canonicalUsername } from './usernames.ts'

export type AccountPorts = SessionPorts &
  ThrottledPorts & {
    readonly users: UserStore
    readonly hasher: PasswordHasher
    readonly passwordChecks: PasswordChecks
    readonly newId: () => string
  }

export type Credentials = { readonly username: string; readonly password: string }

/** `address` is the same for all clients of one household. `signal` is aborted when the client disconnects. */
export type Caller = {
  readonly address: string
  readonly signal?: AbortSignal | undefined
  /** What it is, in words (client_names.ts). */
  readonly client?: string | undefined
  /** ISO 639-1. */
  readonly language?: string | undefined
}

export const ticketOf = ({ address, signal }: Caller, queue: HashQueue): QueueTicket => ({
  queue,
  owner: address,
  signal,
})

/** Rejects with `password_refused`, `username_taken`, `too_many_attempts` or `overloaded`. */
export async function register(
  ports: AccountPorts,
  { username, password }: Credentials,
  caller: Caller,
): Promise<User> {
  const accepted = await acceptPassword(password, username, ports.passwordChecks)
  return throttledRegistration(ports, caller.address, () =>
    addAccount(ports, { username, password: accepted }, 'customer', ticketOf(caller, 'registration')),
  )
}

export async function addAccount(
  ports: Pick<AccountPorts, 'users' | 'hasher' | 'newId' | 'now'>,
  { username, password }: Credentials,
  role: Role,
  ticket: QueueTicket,
  by?: Author,
): Promise<User> {
  // Only saves the work of hashing: `add` decides.
  if (await ports.users.findByName(canonicalUsername(username))) throw usernameTaken()
  const passwordHash = await ports.hasher.hash(password, ticket)
  const user: User = { id: ports.newId(), username, role, createdAt: ports.now().toISOString() }
  await ports.users.add({ ...user, passwordHash }, by)
  return user
}

export const usernameTaken = () =>
  new DomainError('username_taken', 'That username is in use; choose another.')

/** `needsSecondFactor`: the tokens do not have the role of the account, for want of one (sign_in.ts). */
export type LoggedIn = Omit<Refreshed, 'replayed'> & { readonly needsSecondFactor?: true }

/** `readAt`: before the account was read. */
export type Proven = { readonly account: Account; readonly readAt: Date }

/** Rejects with `invalid_credentials`, `too_many_attempts` or `overloaded`. */
export async function login(
  ports: AccountPorts,
  credentials: Credentials,
  caller: Caller,
): Promise<LoggedIn> {
  return logInBy(ports, await provenAccount(ports, credentials, caller), caller)
}

/** The account of a password that was proved. Rejects as `login` does. */
export async function provenAccount(
  ports: AccountPorts,
  { username, password }: Credentials,
  caller: Caller,
): Promise<Proven> {
  const canonical = canonicalUsername(username)
  let readAt = ports.now()
  const account = await throttledPasswordCheck(ports, canonical, caller.address, async (queue) => {
    readAt = ports.now()
    const found = await ports.users.findByName(canonical)
    return (await passwordMatches(ports, found, password, ticketOf(caller, queue))) ? found : undefined
  })
  if (!account) throw new DomainError('invalid_credentials', 'No account has this username and password.')
  await upgradeHash(ports, account, password, ticketOf(caller, 'known'))
  return { account, readAt }
}

/** Begins the session. */
export const logInBy = async (
  ports: AccountPorts,
  proven: Proven,
  { client }: Caller,
  secondFactor = false,
): Promise<LoggedIn> => ({
  ...proven,
  ...(await startSession(ports, proven.account, { client, secondFactor })),
})

/** Rejects with `wrong_password`, `password_refused`, `too_many_attempts` or `overloaded`. */
export async function changePassword(
  ports: AccountPorts,
  account: Account,
  change: { currentPassword: string; newPassword: string; refreshToken?: string | undefined },
  caller: Caller,
): Promise<void> {
  const { currentPassword, newPassword, refreshToken } = change
  const { id, passwordVersion } = account
  // Before anything is hashed: other tabs may refresh the session meanwhile, more than once.
  const keep = refreshToken === undefined ? undefined : await ownSession(ports, account, refreshToken)
  if (!(await matchesPassword(ports, account, currentPassword, caller))) throw wrongPassword()
  const accepted = await acceptPassword(newPassword, account.username, ports.passwordChecks)
  const passwordHash = await ports.hasher.hash(accepted, ticketOf(caller, 'known'))
  if (!(await ports.users.changePassword(id, passwordVersion, passwordHash, ports.now, { keep }))) {
    throw wrongPassword() // A concurrent change came first, so the password that was checked is no longer valid.
  }
  // They are invalid already.
  await ports.sessions.endOlder(id, passwordVersion + 1)
}

/** Throttled as a login. */
export const matchesPassword = (
  ports: AccountPorts,
  account: Account,
  password: string,
  caller: Caller,
): Promise<boolean> =>
  throttledPasswordCheck(ports, canonicalUsername(account.username), caller.address, () =>
    // The access token proves an earlier login.
    passwordMatches(ports, account, password, ticketOf(caller, 'known')),
  )

export const wrongPassword = () => new DomainError('wrong_password', 'The current password is not right.')

/** Ends the session of a refresh token. Does nothing for an unknown token. */
export const logout = (ports: SessionPorts, refreshToken: string) => endSession(ports, refreshToken)

/** Rejects with `user_not_found` or `last_admin`. */
export const setRole = ({ users, now }: AccountPorts, id: string, role: Role, by: Author) =>
  users.setRole(id, role, now, by)

async function passwordMatches(
  { hasher }: AccountPorts,
  account: Account | undefined,
  password: string,
  ticket: QueueTicket,
) {
  // Malformed text was never accepted as a password, but its hash may equal that of another text.
  const usable = password.isWellFormed() ? normalPassword(password) : ''
  if (account) return hasher.verify(account.passwordHash, usable, ticket)
  await hasher.simulateVerify(usable, ticket)
  return false
}

async function upgradeHash(
  { users, hasher }: AccountPorts,
  account: Account,
  password: string,
  ticket: QueueTicket,
) {
  if (!hasher.outdated(account.passwordHash)) return
  const stronger = await hasher.hash(normalPassword(password), ticket).catch((error) => {
    // The login succeeds anyway; the hash is upgraded at the next one.
    if ((error as { code?: string }).code === 'overloaded') return undefined
    throw error
  })
  if (stronger) await users.rehash(account.id, account.passwordHash, stronger)
}
