/** MailStore and EmailStore on SQLite. What belongs together is one transaction: address and mail, content and link. */
import { readBigInts, type SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type UnreadableOf } from '@shop/service_kit/storage/unreadable'
import type { EmailStore, Mail, MailKind, MailStore } from '../domain/contact_ports.ts'
import { emailTaken } from '../domain/emails.ts'
import { validateStoredMail } from '../domain/stored_records.ts'
import { prepareCredentialInsert } from './sqlite_credential_store.ts'
import { fromMs, toMs } from './stored_times.ts'

type Row = {
  id: string
  kind: MailKind
  user_id: string | null
  name: string | null
  address: string | null
  language: string
  details: string
  content: string | null
  created_at: bigint
  expires_at: bigint
  due_at: bigint
  attempts: bigint
  fence: bigint
}

/** To run inside `write`. */
function prepareMailInsert(writer: SqliteStore['writer']) {
  const insert = writer.prepare(`
    INSERT INTO mails (id, kind, user_id, name, address, language, details, content, created_at, expires_at, due_at,
                       attempts, fence)
    VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, 0, 0)`)
  return ({ id, kind, userId, name, address, language, details, createdAt, expiresAt, dueAt }: Mail) => {
    const times = [createdAt, expiresAt, dueAt].map(toMs)
    insert.run(id, kind, userId, name, address, language, JSON.stringify(details), ...times)
  }
}

export function createSqliteMailStore(
  { reader, writer, write }: SqliteStore,
  unreadableOf: UnreadableOf,
): MailStore {
  const reading = createReading(mail, ({ id }: Row) => id, unreadableOf('a mail'))
  const [insert, insertLink] = [prepareMailInsert(writer), prepareCredentialInsert(writer)]
  const due = reader.prepare('SELECT id FROM mails WHERE due_at <= ? ORDER BY due_at, id LIMIT ?')
  const claim = readBigInts(
    writer.prepare(`
    UPDATE mails SET due_at = :until, attempts = attempts + 1, fence = fence + 1
     WHERE id = :id AND due_at <= :now RETURNING *`),
  )
  const prepare = writer.prepare(
    'UPDATE mails SET content = ? WHERE id = ? AND fence = ? AND content IS NULL',
  )
  const postpone = writer.prepare('UPDATE mails SET due_at = ? WHERE id = ? AND fence = ?')
  const remove = writer.prepare('DELETE FROM mails WHERE id = ? AND fence = ?')
  const purge = writer.prepare(`
    DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`)

  return {
    add: (given) => write(() => insert(given)),
    async claim(now, until, limit) {
      const ids = due.all(now.getTime(), limit).map(({ id }) => id as string)
      if (ids.length === 0) return []
      const times = { now: now.getTime(), until: until.getTime() }
      return write(() => reading.many(ids.flatMap((id) => claim.all({ id, ...times }) as Row[])))
    },
    prepare: (id, fence, content, link) =>
      write(() => {
        if (prepare.run(JSON.stringify(content), id, fence).changes === 0) return false
        if (link) insertLink(link)
        return true
      }),
    postpone: (id, fence, dueAt) => write(() => void postpone.run(dueAt.getTime(), id, fence)),
    remove: (id, fence) => write(() => void remove.run(id, fence)),
    purge: (now, limit) => write(() => Number(purge.run(now.getTime(), limit).changes)),
  }
}

export function createSqliteEmailStore({ writer, write }: SqliteStore): EmailStore {
  const insert = prepareMailInsert(writer)
  const set = writer.prepare(`
    UPDATE users SET email = :email, verified_email = iif(:email IS NULL, NULL, verified_email)
     WHERE id = :id AND deleted_at IS NULL`)
  const holder = writer.prepare('SELECT 1 FROM users WHERE verified_email = ? AND id <> ?')
  const verify = writer.prepare(`
    UPDATE users SET verified_email = :email
     WHERE id = :id AND email = :email AND verified_email IS NOT :email AND deleted_at IS NULL`)
  return {
    set: (id, email, mail) =>
      write(() => {
        if (set.run({ id, email }).changes === 0) return false
        if (mail) insert(mail)
        return true
      }),
    verify: (id, email) =>
      write(() => {
        // The unique index says the same.
        if (holder.get(email, id) !== undefined) throw emailTaken()
        return verify.run({ id, email }).changes === 1
      }),
  }
}

const mail = (row: Row): Mail =>
  validateStoredMail({
    id: row.id,
    kind: row.kind,
    userId: row.user_id,
    name: row.name,
    address: row.address,
    language: row.language,
    details: JSON.parse(row.details),
    content: row.content === null ? null : JSON.parse(row.content),
    createdAt: fromMs(row.created_at),
    expiresAt: fromMs(row.expires_at),
    dueAt: fromMs(row.due_at),
    attempts: Number(row.attempts),
    fence: Number(row.fence),
  })
