/**
 * The sessions of an account, as its owner sees them.
 *
 * Promises
 *  1. A session is named by a public id, with which nothing can be done but by its owner: it opens no session, and ends none at logout.
 *  2. A session that was ended cannot be refreshed; its last access token is valid until it expires.
 */
import { DomainError } from './errors.ts'
import type { Account, Session } from './ports.ts'
import { SESSIONS_PER_USER_MAX, type SessionPorts } from './sessions.ts'

export type OwnSession = {
  readonly publicId: string
  readonly client: string | null
  readonly beganAt: string
  /** To within the lifetime of an access token. */
  readonly lastUsedAt: string
  readonly expiresAt: string
}

/** Those that can still be refreshed, newest first. */
export async function ownSessions(ports: SessionPorts, account: Account): Promise<OwnSession[]> {
  return (await valid(ports, account)).map((session) => ({
    publicId: ports.refreshTokens.publicId(session.id),
    client: session.client,
    beganAt: session.createdAt,
    lastUsedAt: session.rotatedAt ?? session.createdAt,
    expiresAt: session.expiresAt,
  }))
}

/** Rejects with `session_not_found`. */
export async function endOwnSession(ports: SessionPorts, account: Account, publicId: string): Promise<void> {
  const found = (await valid(ports, account)).find(({ id }) => ports.refreshTokens.publicId(id) === publicId)
  if (!found) throw new DomainError('session_not_found', 'You have no session with this id.')
  await ports.sessions.end(found.id)
}

async function valid({ sessions, now }: SessionPorts, { id, passwordVersion }: Account): Promise<Session[]> {
  const all = await sessions.ofUser(id, now(), SESSIONS_PER_USER_MAX)
  return all.filter((session) => session.passwordVersion >= passwordVersion)
}
