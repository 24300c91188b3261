/**
 * Sessions: a login on one device, with refresh tokens that change on each use (RFC 9700, 4.14).
 *
 * Promises
 *  1. Only the newest token of a session is valid. Using it makes the next one, in one conditional write.
 *  2. The previous token may be used again for REPLAY_WINDOW_MS and gets the same successor. So a lost answer, or two
 *     tabs that refresh at the same time, log no user out.
 *  3. An older token, or the previous one after that time, means that two parties hold the session: it ends for both.
 *  4. A session ends at expiresAt, however often it is refreshed, at logout, and when the password changes.
 *  5. A session created or refreshed under a clock that was ahead is not extended: its replay window is closed, and its
 *     lifetime starts when the error is detected (clocks.ts).
 *  6. A user has at most SESSIONS_PER_USER_MAX sessions; a new one removes the oldest.
 *
 * Promise 2 needs the successor a second time, but only hashes are stored. So the successor is derived from the presented
 * token and a new salt for each rotation. It cannot be derived from the store alone, which lacks the token, or from an old
 * token alone, which lacks the salt. The next rotation overwrites the salt.
 */
import { isAhead, isPast, timeAfter } from './clocks.ts'
import type { RefreshTokens, SessionOfToken } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import type { Account, Session, SessionStore, UserStore } from './ports.ts'

export const REPLAY_WINDOW_MS = 30_000
export const SESSIONS_PER_USER_MAX = 20
export const REFRESH_TOKEN_TTL_SECONDS_DEFAULT = 2_592_000
/** Above the length of any token; longer text is refused. */
export const REFRESH_TOKEN_LENGTH_MAX = 256

export type SessionPorts = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly refreshTokens: RefreshTokens
  readonly now: () => Date
  readonly refreshTokenTtlSeconds: number
}

/** A session, as its access tokens and the next steps need it. */
export type Named = SessionOfToken & Pick<Session, 'id' | 'secondFactor'>
export type Started = { readonly session: Named; readonly refreshToken: string }
/** How a session begins. */
export type Beginning = { readonly client?: string | undefined; readonly secondFactor?: boolean }

/** Starts a session and resolves it with its first refresh token. */
export async function startSession(
  ports: SessionPorts,
  account: Account,
  { client, secondFactor = false }: Beginning = {},
): Promise<Started> {
  const { sessionId, token: refreshToken } = ports.refreshTokens.make()
  const now = ports.now()
  const session: Session = {
    id: sessionId,
    userId: account.id,
    passwordVersion: account.passwordVersion,
    tokenHash: ports.refreshTokens.hash(refreshToken),
    previousHash: null,
    salt: null,
    rotatedAt: null,
    createdAt: now.toISOString(),
    expiresAt: timeAfter(now, ports.refreshTokenTtlSeconds * 1000),
    client: client ?? null,
    secondFactor,
  }
  await ports.sessions.start(session, SESSIONS_PER_USER_MAX)
  return { session: sessionOfToken(ports, session), refreshToken }
}

/** What an access token says of a session. */
const sessionOfToken = (
  { refreshTokens }: SessionPorts,
  { id, createdAt, secondFactor }: Session,
): Named => ({ id, secondFactor, publicId: refreshTokens.publicId(id), beganAt: new Date(createdAt) })

export type Refreshed = {
  readonly account: Account
  /** Before the account was read: its access token lives from then on (withdrawals.ts). */
  readonly readAt: Date
  readonly session: Named
  readonly refreshToken: string
  readonly replayed: boolean
}

/** Exchanges a refresh token. Rejects with `invalid_refresh_token`. Ends the session if the token was stolen. */
export async function refreshSession(ports: SessionPorts, presented: string): Promise<Refreshed> {
  const { sessions, refreshTokens, now } = ports
  const session = await liveSession(ports, presented)
  const readAt = now()
  const account = await ports.users.find(session.userId)
  if (!account || !(await isOfPassword(sessions, session, account.passwordVersion))) {
    await sessions.end(session.id)
    throw refused('The password was changed')
  }
  const named = sessionOfToken(ports, session)
  const presentedHash = refreshTokens.hash(presented)
  if (session.tokenHash === presentedHash) {
    const salt = refreshTokens.newSalt()
    const refreshToken = refreshTokens.successor(presented, salt)
    const tokenHash = refreshTokens.hash(refreshToken)
    if (
      await sessions.rotate(session.id, presentedHash, { tokenHash, salt, rotatedAt: now().toISOString() })
    ) {
      return { account, readAt, session: named, refreshToken, replayed: false }
    }
  }
  // The token was used before, or just now by a concurrent request: either a replay or a theft.
  const latest = await sessions.find(session.id)
  if (latest && isReplay(latest, presentedHash, now())) {
    const refreshToken = refreshTokens.successor(presented, latest.salt!)
    return { account, readAt, session: named, refreshToken, replayed: true }
  }
  await sessions.end(session.id)
  throw refused('It was used before, so the session was ended')
}

/**
 * The session that changes the password gets the new version with it: perhaps after it was read, and before the account. If it
 * has a newer one than the account that was read, it has changed the password again.
 */
const isOfPassword = async (sessions: SessionStore, { id, passwordVersion }: Session, current: number) =>
  passwordVersion === current || ((await sessions.find(id))?.passwordVersion ?? 0) >= current

function isReplay({ previousHash, salt, rotatedAt }: Session, presentedHash: string, now: Date): boolean {
  if (previousHash !== presentedHash || salt === null || rotatedAt === null) return false
  // The time of the rotation is unknown, and almost certainly longer ago than the replay window.
  if (isAhead(rotatedAt, now)) return false
  return now.getTime() - Date.parse(rotatedAt) <= REPLAY_WINDOW_MS
}

async function liveSession({ sessions, refreshTokens, now }: SessionPorts, token: string): Promise<Session> {
  const id = refreshTokens.sessionIdOf(token)
  const session = id === undefined ? undefined : await sessions.find(id)
  if (!session) throw refused('It is not known')
  if (isPast(session.expiresAt, now())) {
    await sessions.end(session.id)
    throw refused('It has expired')
  }
  return session
}

/** Ends the session of any of its tokens, however old. Does nothing for an unknown token. */
export async function endSession({ sessions, refreshTokens }: SessionPorts, token: string): Promise<void> {
  const id = refreshTokens.sessionIdOf(token)
  if (id !== undefined) await sessions.end(id)
}

/** Resolves the id of the user's live session, if its token is one that could be exchanged now. */
export async function ownSession(
  { sessions, refreshTokens, now }: SessionPorts,
  account: Account,
  token: string,
): Promise<string | undefined> {
  const id = refreshTokens.sessionIdOf(token)
  const session = id === undefined ? undefined : await sessions.find(id)
  if (!session || session.userId !== account.id || isPast(session.expiresAt, now())) return undefined
  if (session.passwordVersion !== account.passwordVersion) return undefined
  const hash = refreshTokens.hash(token)
  // An older one was used by another party, who has its successor.
  return hash === session.tokenHash || isReplay(session, hash, now()) ? session.id : undefined
}

export const refused = (why: string) =>
  new DomainError('invalid_refresh_token', `The refresh token was refused: ${why}. Log in again.`)
