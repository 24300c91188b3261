/** CredentialStore on SQLite. A change has the mark before it as its condition. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { Credential, CredentialKind, CredentialStore } from '../domain/contact_ports.ts'
import { validateStoredCredential } from '../domain/stored_records.ts'
import { fromMs, toMs } from './stored_times.ts'

type Row = {
  id: string
  kind: CredentialKind
  user_id: string | null
  body: string
  mark: string
  created_at: bigint
  expires_at: bigint | null
}

/** To run inside `write`. Returns false if the id exists. */
export function prepareCredentialInsert(writer: SqliteStore['writer']) {
  const insert = writer.prepare(`
    INSERT INTO credentials (id, kind, user_id, body, mark, created_at, expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
  return ({ id, kind, userId, body, mark, createdAt, expiresAt }: Credential) => {
    const end = expiresAt === null ? null : toMs(expiresAt)
    return insert.run(id, kind, userId, JSON.stringify(body), mark, toMs(createdAt), end).changes === 1
  }
}

export function createSqliteCredentialStore(
  { reader, writer, write }: SqliteStore,
  audit: SqliteAudit,
  unreadableOf: UnreadableOf,
): CredentialStore {
  const reading = createReading(credential, ({ kind }: Row) => kind, unreadableOf('a credential'))
  const insert = prepareCredentialInsert(writer)
  const trim = writer.prepare(`
    DELETE FROM credentials WHERE id IN (
      SELECT id FROM credentials WHERE user_id = ? AND kind = ?
       ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?)`)
  const byId = readBigInts(reader.prepare('SELECT * FROM credentials WHERE id = ?'))
  const replace = writer.prepare(
    'UPDATE credentials SET body = ?, mark = ?, expires_at = ? WHERE id = ? AND mark = ?',
  )
  const remove = writer.prepare('DELETE FROM credentials WHERE id = ? AND mark = ?')
  const ofUser = readBigInts(
    reader.prepare(`SELECT * FROM credentials WHERE user_id = ? AND kind = ?
      ORDER BY created_at DESC, id DESC LIMIT ?`),
  )
  const removeKind = writer.prepare('DELETE FROM credentials WHERE user_id = ? AND kind = ?')
  const removeAll = ['credentials', 'mails'].map((table) =>
    writer.prepare(`DELETE FROM ${table} WHERE user_id = ?`),
  )
  const purge = writer.prepare(`
    DELETE FROM credentials WHERE id IN (
      SELECT id FROM credentials WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)

  return {
    add: (given, { keep, audit: recorded } = {}) =>
      audit.write(recorded?.by, recorded?.at ?? given.createdAt, (record) => {
        if (!insert(given)) return false
        if (keep !== undefined) trim.run(given.userId, given.kind, keep)
        if (recorded) record(recorded.record)
        return true
      }),
    async find(id) {
      const row = byId.get(id)
      return row && reading.one(row as Row)
    },
    replace: ({ id, body, mark, expiresAt }, from) =>
      write(() => {
        const end = expiresAt === null ? null : toMs(expiresAt)
        return replace.run(JSON.stringify(body), mark, end, id, from).changes === 1
      }),
    remove: (id, mark, recorded) =>
      audit.write(recorded?.by, recorded?.at ?? '', (record) => {
        if (remove.run(id, mark).changes === 0) return false
        if (recorded) record(recorded.record)
        return true
      }),
    ofUser: async (userId, kind, limit) => reading.many(ofUser.all(userId, kind, limit) as Row[]),
    removeOfUser: (userId, kinds) =>
      write(() => {
        for (const kind of kinds ?? []) removeKind.run(userId, kind)
        if (!kinds) for (const each of removeAll) each.run(userId)
      }),
    purge: (now, limit) => write(() => Number(purge.run(now.getTime(), limit).changes)),
  }
}

const credential = (row: Row): Credential =>
  validateStoredCredential({
    id: row.id,
    kind: row.kind,
    userId: row.user_id,
    body: JSON.parse(row.body),
    mark: row.mark,
    createdAt: fromMs(row.created_at),
    expiresAt: row.expires_at === null ? null : fromMs(row.expires_at),
  })
