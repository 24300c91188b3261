/** The store of sessions as its port promises it (auth_service/src/domain/ports.ts): each method is one atomic step. */
import { CLOCKS_DIFFER_MS } from '../../../auth_service/src/domain/clocks.ts'
import type { Session, SessionStore } from '../../../auth_service/src/domain/ports.ts'
import type { Synchronous } from '../store_access.ts'

export type Rotation = { readonly id: string; readonly from: string; readonly to: string }

export type SessionModel = {
  readonly store: Synchronous<SessionStore>
  readonly sessions: ReadonlyMap<string, Session>
  /** All, in their order. */
  readonly rotations: readonly Rotation[]
  /** In the step in which the password is changed. */
  keep(id: string, userId: string, fromVersion: number): void
}

export function createSessionModel(): SessionModel {
  const sessions = new Map<string, Session>()
  const rotations: Rotation[] = []
  const of = (userId: string) => [...sessions.values()].filter((session) => session.userId === userId)

  const store: Synchronous<SessionStore> = {
    start(session, keep) {
      sessions.set(session.id, session)
      const newestFirst = of(session.userId).sort((a, b) => (age(a) < age(b) ? 1 : -1))
      for (const { id } of newestFirst.slice(keep)) sessions.delete(id)
    },
    find: (id) => sessions.get(id),
    rotate(id, from, next) {
      const session = sessions.get(id)
      if (session?.tokenHash !== from) return false
      sessions.set(id, { ...session, previousHash: from, ...next })
      rotations.push({ id, from, to: next.tokenHash })
      return true
    },
    proveSecondFactor(id) {
      const session = sessions.get(id)
      if (session) sessions.set(id, { ...session, secondFactor: true })
    },
    end: (id) => void sessions.delete(id),
    ofUser: (userId, now, limit) =>
      of(userId)
        .filter(({ expiresAt }) => Date.parse(expiresAt) > now.getTime())
        .slice(0, limit),
    count: (userId, now) =>
      of(userId).filter(({ expiresAt }) => Date.parse(expiresAt) > now.getTime()).length,
    endOlder(userId, passwordVersion) {
      for (const session of of(userId))
        if (session.passwordVersion < passwordVersion) sessions.delete(session.id)
    },
    clampFutureStarts(now, endsAfter, limit) {
      const ahead = [...sessions.values()].filter(
        ({ createdAt, expiresAt }) =>
          Date.parse(expiresAt) > endsAfter.getTime() &&
          Date.parse(createdAt) > now.getTime() + CLOCKS_DIFFER_MS,
      )
      for (const session of ahead.slice(0, limit)) {
        const lifetime = Date.parse(session.expiresAt) - Date.parse(session.createdAt)
        const expiresAt = new Date(now.getTime() + lifetime).toISOString()
        sessions.set(session.id, { ...session, createdAt: now.toISOString(), expiresAt })
      }
      return Math.min(ahead.length, limit)
    },
    purge(now, limit) {
      const expired = [...sessions.values()].filter(({ expiresAt }) => Date.parse(expiresAt) <= now.getTime())
      for (const { id } of expired.slice(0, limit)) sessions.delete(id)
      return Math.min(expired.length, limit)
    },
  }
  const keep: SessionModel['keep'] = (id, userId, fromVersion) => {
    const session = sessions.get(id)
    if (session?.userId === userId && session.passwordVersion === fromVersion)
      sessions.set(id, { ...session, passwordVersion: fromVersion + 1 })
  }
  return { store, sessions, rotations, keep }
}

const age = ({ createdAt, id }: Session) => `${createdAt} ${id}`
