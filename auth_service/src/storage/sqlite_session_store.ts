/** SessionStore on SQLite: one row per session; a rotation is one UPDATE, with the old hash as its condition. */
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import { CLOCKS_DIFFER_MS } from '../domain/clocks.ts'
import type { Session, SessionStore } from '../domain/ports.ts'
import { validateStoredSession } from '../domain/stored_records.ts'
import { fromMs, toMs } from './stored_times.ts'

type Row = {
  id: string
  user_id: string
  password_version: bigint
  token_hash: string
  previous_hash: string | null
  salt: string | null
  rotated_at: bigint | null
  created_at: bigint
  expires_at: bigint
  client: string | null
  second_factor: bigint | null
}

export function createSqliteSessionStore(
  { reader, writer, write }: SqliteStore,
  unreadableOf: UnreadableOf,
): SessionStore {
  const reading = createReading(session, ({ id }: Row) => id, unreadableOf('a session'))
  const insert = writer.prepare(`
    INSERT INTO sessions (id, user_id, password_version, token_hash, previous_hash, salt, rotated_at,
                          created_at, expires_at, client, second_factor)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const trim = writer.prepare(`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE user_id = ? ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?)`)
  const byId = readBigInts(reader.prepare('SELECT * FROM sessions WHERE id = ?'))
  const rotate = writer.prepare(`
    UPDATE sessions SET previous_hash = token_hash, token_hash = ?, salt = ?, rotated_at = ?
     WHERE id = ? AND token_hash = ?`)
  const prove = writer.prepare('UPDATE sessions SET second_factor = 1 WHERE id = ?')
  const remove = writer.prepare('DELETE FROM sessions WHERE id = ?')
  const count = reader.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ? AND expires_at > ?')
  const ofUser = readBigInts(
    reader.prepare(`SELECT * FROM sessions WHERE user_id = ? AND expires_at > ?
      ORDER BY created_at DESC, id DESC LIMIT ?`),
  )
  const removeOlder = writer.prepare('DELETE FROM sessions WHERE user_id = ? AND password_version < ?')
  // The unary plus forces the index on created_at: almost no session was created in the future.
  const clampFutureStarts = writer.prepare(`
    UPDATE sessions SET expires_at = :now + expires_at - created_at, created_at = :now
     WHERE id IN (SELECT id FROM sessions WHERE +expires_at > :endsAfter AND created_at > :ahead LIMIT :limit)`)
  const purge = writer.prepare(`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)

  return {
    start: (session, keep) =>
      write(() => {
        insert.run(
          session.id,
          session.userId,
          session.passwordVersion,
          session.tokenHash,
          session.previousHash,
          session.salt,
          session.rotatedAt === null ? null : toMs(session.rotatedAt),
          toMs(session.createdAt),
          toMs(session.expiresAt),
          session.client,
          session.secondFactor ? 1 : 0,
        )
        trim.run(session.userId, keep)
      }),
    async find(id) {
      const row = byId.get(id)
      return row && reading.one(row as Row)
    },
    rotate: (id, from, { tokenHash, salt, rotatedAt }) =>
      write(() => rotate.run(tokenHash, salt, toMs(rotatedAt), id, from).changes === 1),
    proveSecondFactor: (id) => write(() => void prove.run(id)),
    end: (id) => write(() => void remove.run(id)),
    ofUser: async (userId, now, limit) => reading.many(ofUser.all(userId, now.getTime(), limit) as Row[]),
    count: async (userId, now) => Number(count.get(userId, now.getTime())!.n),
    endOlder: (userId, passwordVersion) => write(() => void removeOlder.run(userId, passwordVersion)),
    clampFutureStarts: (now, endsAfter, limit) =>
      write(() => {
        const ahead = now.getTime() + CLOCKS_DIFFER_MS
        const given = { now: now.getTime(), endsAfter: endsAfter.getTime(), ahead, limit }
        return Number(clampFutureStarts.run(given).changes)
      }),
    purge: (now, limit) => write(() => Number(purge.run(now.getTime(), limit).changes)),
  }
}

const session = (row: Row): Session =>
  validateStoredSession({
    id: row.id,
    userId: row.user_id,
    passwordVersion: Number(row.password_version),
    tokenHash: row.token_hash,
    previousHash: row.previous_hash,
    salt: row.salt,
    rotatedAt: row.rotated_at === null ? null : fromMs(row.rotated_at),
    createdAt: fromMs(row.created_at),
    expiresAt: fromMs(row.expires_at),
    client: row.client,
    secondFactor: row.second_factor === 1n,
  })
