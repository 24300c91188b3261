/** Mails in SQLite. Every change is one write; M1 and M3 are conditions inside it. */
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { type Mail, type NewMail, pendingMail, validateStoredMail } from '../domain/mail.ts'
import type { DueMail, MailStore, OldMails } from '../domain/mail_ports.ts'
import type { Row } from './sqlite_webhook_rows.ts'

export const MAIL_COLUMNS = `id, kind, language, content, host, state, attempts, due_at, expires_at, fence, reason,
  created_at, updated_at`
export const MAIL_POSITION = 'mail_position'

export const mailOf = (row: Row): Mail =>
  validateStoredMail({
    id: row.id,
    kind: row.kind,
    language: row.language,
    content: row.content === null ? null : JSON.parse(row.content),
    host: row.host,
    state: row.state,
    attempts: row.attempts,
    dueAt: row.due_at,
    expiresAt: row.expires_at,
    fence: row.fence,
    reason: row.reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  })

const columnsOf = (mail: Mail) =>
  [
    ...([mail.id, mail.kind, mail.language, JSON.stringify(mail.content), mail.host, mail.state] as const),
    ...([mail.attempts, mail.dueAt, mail.expiresAt, mail.fence, mail.reason] as const),
    ...([mail.createdAt, mail.updatedAt] as const),
  ] as const

export function createSqliteMailStore(
  { reader, writer, write }: SqliteStore,
  onUnreadable: OnUnreadable,
): MailStore {
  const reading = createReading(mailOf, ({ id }: Row) => String(id), onUnreadable)
  const insert = writer.prepare(`INSERT INTO outgoing_mails (${MAIL_COLUMNS})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
  const selectPosition = 'SELECT CAST(value AS INTEGER) AS position FROM settings WHERE name = ?'
  const [position, positionInWrite] = [reader.prepare(selectPosition), writer.prepare(selectPosition)]
  const move = writer.prepare(
    'INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  const due = reader.prepare(`SELECT id, host, fence FROM outgoing_mails
    INDEXED BY outgoing_mails_due WHERE state = 'pending' AND due_at <= ?
    AND host NOT IN (SELECT value FROM json_each(?)) ORDER BY due_at LIMIT ?`)
  const claim =
    writer.prepare(`UPDATE outgoing_mails SET due_at = ?, fence = fence + 1, attempts = attempts + 1
    WHERE id = ? AND fence = ? AND state = 'pending' RETURNING ${MAIL_COLUMNS}`)
  const retry = writer.prepare(`UPDATE outgoing_mails SET due_at = ?, reason = ?, updated_at = ?
    WHERE id = ? AND fence = ? AND state = 'pending'`)
  const end =
    writer.prepare(`UPDATE outgoing_mails SET state = ?, content = NULL, host = '', reason = ?, updated_at = ?
    WHERE id = ? AND fence = ? AND state = 'pending'`)
  const anyExpired = reader.prepare(
    `SELECT 1 FROM outgoing_mails INDEXED BY outgoing_mails_end WHERE state = 'pending' AND expires_at <= ? LIMIT 1`,
  )
  const expire =
    writer.prepare(`UPDATE outgoing_mails SET state = 'dead', content = NULL, host = '', reason = ?1,
    updated_at = ?2, fence = fence + 1 WHERE id IN (SELECT id FROM outgoing_mails INDEXED BY outgoing_mails_end
      WHERE state = 'pending' AND expires_at <= ?2 ORDER BY expires_at LIMIT ?3)`)
  const count = reader.prepare(`SELECT count(*) AS pending, min(created_at) AS oldest
    FROM (SELECT created_at FROM outgoing_mails INDEXED BY outgoing_mails_pending WHERE state = 'pending' AND created_at > ''
      ORDER BY created_at LIMIT ?)`)
  const over = reader.prepare(`SELECT ${MAIL_COLUMNS} FROM outgoing_mails
    WHERE state = ? ORDER BY updated_at DESC LIMIT ?`)

  const positionOf = (row: unknown) => (row as { position: number } | undefined)?.position ?? 0
  const addAll = (mails: readonly NewMail[], at: string) =>
    mails.reduce((sum, mail) => sum + Number(insert.run(...columnsOf(pendingMail(mail, at))).changes), 0)

  return {
    add: (mails, at) => write(() => addAll(mails, at)),
    position: async () => positionOf(position.get(MAIL_POSITION)),
    advance: (from, to, mails, at) =>
      write(() => {
        if (positionOf(positionInWrite.get(MAIL_POSITION)) !== from) return false
        addAll(mails, at)
        move.run(MAIL_POSITION, String(to))
        return true
      }),
    due: async (now, limit, without) => due.all(now, JSON.stringify(without), limit) as DueMail[],
    claim: async (wanted, leaseUntil) =>
      wanted.length === 0
        ? []
        : write(() =>
            reading.many(wanted.flatMap(({ id, fence }) => claim.all(leaseUntil, id, fence) as Row[])),
          ),
    finish: ({ id, fence, state, dueAt, reason }, at) =>
      write(() => {
        const { changes } =
          state === 'pending'
            ? retry.run(dueAt, reason, at, id, fence)
            : end.run(state, reason, at, id, fence)
        return changes === 1
      }),
    async expire(now, reason, limit) {
      if (!anyExpired.get(now)) return 0
      return write(() => Number(expire.run(reason, now, limit).changes))
    },
    async backlog(limit) {
      const { pending, oldest } = count.get(limit) as { pending: number; oldest: string | null }
      return { pending, oldestAt: oldest ?? undefined }
    },
    over: async (state, limit) => reading.many(over.all(state, limit) as Row[]),
  }
}

/** At most so many in one write. */
const REMOVED_AT_ONCE = 100

export function createSqliteOldMails({ reader, writer, write }: SqliteStore): OldMails {
  const page = ['sent', 'dead'].map((state) =>
    reader.prepare(`SELECT id FROM outgoing_mails WHERE state = '${state}' AND updated_at < ?
      ORDER BY updated_at LIMIT ?`),
  )
  const remove = writer.prepare(`DELETE FROM outgoing_mails WHERE id = ? AND state <> 'pending'`)
  return {
    kind: 'mail',
    // What it returned is removed before the next page is read, so each is a first page.
    async due(before, _after, limit) {
      const items = page.flatMap((statement) => statement.all(before, limit) as { id: string }[])
      return { items: items.map(({ id }) => id), next: items.length < limit ? undefined : 'more' }
    },
    async remove(ids) {
      let removed = 0
      for (let from = 0; from < ids.length; from += REMOVED_AT_ONCE) {
        const some = ids.slice(from, from + REMOVED_AT_ONCE)
        removed += await write(() => some.reduce((sum, id) => sum + Number(remove.run(id).changes), 0))
      }
      return removed
    },
  }
}
