/** SessionStore on MongoDB: one document per session; a rotation is one update, with the old hash as its condition. */

import { isDuplicate } from '@shop/service_kit/mongo/errors'
import type { IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { CLOCKS_DIFFER_MS } from '../domain/clocks.ts'
import type { Session, SessionStore } from '../domain/ports.ts'
import { validateStoredSession } from '../domain/stored_records.ts'
import { createMongoPurge } from './mongo_expired.ts'
import { fromDate, toDate } from './stored_times.ts'

export type SessionDocument = Omit<
  Session,
  'id' | 'rotatedAt' | 'createdAt' | 'expiresAt' | 'client' | 'secondFactor'
> & {
  _id: string
  rotatedAt: Date | null
  createdAt: Date
  expiresAt: Date
  /** Both are absent in sessions that release 1.0 began. */
  client?: string | null
  secondFactor?: boolean
}

export const SESSION_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  sessions: [
    { name: 'sessions_by_user', key: { userId: 1, createdAt: -1, _id: -1 } },
    { name: 'sessions_end', key: { expiresAt: 1 } },
  ],
}

export function createMongoSessionStore(store: MongoStore, unreadableOf: UnreadableOf): SessionStore {
  const { repeat } = store
  const reading = createReading(session, ({ _id }) => String(_id), unreadableOf('a session'))
  const sessions = store.collection<SessionDocument>('sessions')

  return {
    start: (session, keep) =>
      repeat(async () => {
        try {
          await sessions.insertOne(documentOf(session))
        } catch (error) {
          if (!isDuplicate(error)) throw error // A duplicate is this session, added by an attempt whose answer was lost.
        }
        // Of several concurrent starts, the last one to read sees all sessions. After a crash here, the next start trims.
        const { userId } = session
        const older = await sessions
          .find({ userId })
          .sort({ createdAt: -1, _id: -1 })
          .skip(keep)
          .project<{ _id: string }>({ _id: 1 })
          .toArray()
        if (older.length > 0) await sessions.deleteMany({ _id: { $in: older.map(({ _id }) => _id) }, userId })
      }),
    find: (id) =>
      repeat(async () => {
        const found = await sessions.findOne({ _id: id })
        return found ? reading.one(found) : undefined
      }),
    rotate: (id, from, next) =>
      repeat(async () => {
        const { matchedCount } = await sessions.updateOne(
          { _id: id, tokenHash: from },
          { $set: { previousHash: from, ...next, rotatedAt: toDate(next.rotatedAt) } },
        )
        if (matchedCount === 1) return true
        // Was it applied by an attempt whose answer was lost? The salt is unique to each rotation.
        const now = await sessions.findOne({ _id: id })
        return now?.tokenHash === next.tokenHash && now.salt === next.salt
      }),
    proveSecondFactor: (id) =>
      repeat(async () => void (await sessions.updateOne({ _id: id }, { $set: { secondFactor: true } }))),
    end: (id) => repeat(async () => void (await sessions.deleteOne({ _id: id }))),
    ofUser: (userId, now, limit) =>
      repeat(async () =>
        reading.many(
          await sessions
            .find({ userId, expiresAt: { $gt: now } })
            .hint('sessions_by_user')
            .sort({ createdAt: -1, _id: -1 })
            .limit(limit)
            .toArray(),
        ),
      ),
    count: (userId, now) =>
      repeat(() =>
        sessions.countDocuments({ userId, expiresAt: { $gt: now } }, { hint: 'sessions_by_user' }),
      ),
    endOlder: (userId, passwordVersion) =>
      repeat(
        async () => void (await sessions.deleteMany({ userId, passwordVersion: { $lt: passwordVersion } })),
      ),
    clampFutureStarts: (now, endsAfter, limit) =>
      repeat(async () => {
        const createdAt = { $gt: new Date(now.getTime() + CLOCKS_DIFFER_MS) }
        const ahead = reading.many(
          await sessions
            .find({ expiresAt: { $gt: endsAfter }, createdAt })
            .hint('sessions_end')
            .limit(limit)
            .toArray(),
        )
        for (const { id, createdAt: from, expiresAt: to } of ahead) {
          const expiresAt = new Date(now.getTime() + Date.parse(to) - Date.parse(from))
          await sessions.updateOne({ _id: id, createdAt }, { $set: { createdAt: now, expiresAt } })
        }
        return ahead.length
      }),
    purge: createMongoPurge(store, 'sessions'),
  }
}

const session = ({ _id, rotatedAt, createdAt, expiresAt, ...fields }: SessionDocument): Session =>
  validateStoredSession({
    id: _id,
    ...fields,
    client: fields.client ?? null,
    secondFactor: fields.secondFactor ?? false,
    rotatedAt: rotatedAt === null ? null : fromDate(rotatedAt),
    createdAt: fromDate(createdAt),
    expiresAt: fromDate(expiresAt),
  })

const documentOf = ({ id, rotatedAt, createdAt, expiresAt, ...fields }: Session): SessionDocument => ({
  _id: id,
  ...fields,
  rotatedAt: rotatedAt === null ? null : toDate(rotatedAt),
  createdAt: toDate(createdAt),
  expiresAt: toDate(expiresAt),
})
