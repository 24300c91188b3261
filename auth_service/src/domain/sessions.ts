/**
 * Sessions: a login on one device, kept alive by refresh tokens that change with every use (RFC 9700, 4.14).
 *
 * Promises
 *  1. Of a session's tokens only the newest is good. Using it makes the next one, in one conditional write.
 *  2. The token before the newest may be used again for REPLAY_WINDOW_MS and gets the same successor: an answer
 *     lost on the way, or two tabs refreshing at once, log nobody out.
 *  3. Any older token, or that one any later, means that two parties hold the session: it ends, for both.
 *  4. A session ends at its expiresAt however often it is refreshed, with logout, and when the password changes.
 *  5. A session that a clock which was ahead began or renewed gains nothing by it: its replay window is closed, and
 *     its life is counted from when that is noticed (clocks.ts).
 *  6. A user has at most SESSIONS_PER_USER_MAX sessions; the oldest give way.
 *
 * Promise 2 needs the successor a second time, yet only hashes are stored. The successor is therefore derived
 * from the presented token and a salt made anew for each rotation. The store alone does not give it (the token
 * is missing); neither does an old token alone (the salt is missing), and the salt is overwritten by the next
 * rotation.
 */
import { isAhead, isPast, timeAfter } from './clocks.ts'
import type { RefreshTokens } from './crypto_ports.ts'
import { DomainError } from './errors.ts'
import type { Account, Session, SessionStore, UserStore } from './ports.ts'

export const REPLAY_WINDOW_MS = 30_000
export const SESSIONS_PER_USER_MAX = 20
export const REFRESH_TOKEN_TTL_SECONDS_DEFAULT = 2_592_000
/** Longer than any token we give out; longer text is no token. */
export const REFRESH_TOKEN_LENGTH_MAX = 256

export type SessionPorts = {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly refreshTokens: RefreshTokens
  readonly now: () => Date
  readonly refreshTokenTtlSeconds: number
}

/** Starts a session and resolves its first refresh token. */
export async function startSession(ports: SessionPorts, account: Account): Promise<string> {
  const { sessionId, token } = ports.refreshTokens.make()
  const now = ports.now()
  await ports.sessions.start(
    {
      id: sessionId,
      userId: account.id,
      passwordVersion: account.passwordVersion,
      tokenHash: ports.refreshTokens.hash(token),
      previousHash: null,
      salt: null,
      rotatedAt: null,
      createdAt: now.toISOString(),
      expiresAt: timeAfter(now, ports.refreshTokenTtlSeconds * 1000),
    },
    SESSIONS_PER_USER_MAX,
  )
  return token
}

export type Refreshed = {
  readonly account: Account
  readonly refreshToken: string
  readonly replayed: boolean
}

/** Exchanges a refresh token. Rejects with `invalid_refresh_token`; after theft the session is gone. */
export async function refreshSession(ports: SessionPorts, presented: string): Promise<Refreshed> {
  const { sessions, refreshTokens, now } = ports
  const session = await liveSession(ports, presented)
  const account = await ports.users.find(session.userId)
  if (!account || account.passwordVersion !== session.passwordVersion) {
    await sessions.end(session.id)
    throw refused('The password was changed')
  }
  const presentedHash = refreshTokens.hash(presented)
  if (session.tokenHash === presentedHash) {
    const salt = refreshTokens.newSalt()
    const refreshToken = refreshTokens.successor(presented, salt)
    const tokenHash = refreshTokens.hash(refreshToken)
    if (
      await sessions.rotate(session.id, presentedHash, { tokenHash, salt, rotatedAt: now().toISOString() })
    ) {
      return { account, refreshToken, replayed: false }
    }
  }
  // Used before, or just now by another request: the successor that was made then, or theft.
  const latest = await sessions.find(session.id)
  if (latest && isReplay(latest, presentedHash, now())) {
    return { account, refreshToken: refreshTokens.successor(presented, latest.salt!), replayed: true }
  }
  await sessions.end(session.id)
  throw refused('It was used before, so the session was ended')
}

function isReplay({ previousHash, salt, rotatedAt }: Session, presentedHash: string, now: Date): boolean {
  if (previousHash !== presentedHash || salt === null || rotatedAt === null) return false
  // Rotated when, nobody knows: all but certainly longer ago than a lost answer is asked for again.
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

/** Ends the session any of whose tokens, however old, is presented. What is unknown is ended already. */
export async function endSession({ sessions, refreshTokens }: SessionPorts, token: string): Promise<void> {
  const id = refreshTokens.sessionIdOf(token)
  if (id !== undefined) await sessions.end(id)
}

/** The id of the user's live session a token belongs to, as its newest or the one before; else undefined. */
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
  return hash === session.tokenHash || hash === session.previousHash ? session.id : undefined
}

const refused = (why: string) =>
  new DomainError('invalid_refresh_token', `The refresh token was refused: ${why}. Log in again.`)
