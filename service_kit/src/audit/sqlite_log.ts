/** The audit log on SQLite: the table audit_log of each service, whose triggers refuse to change or remove an entry. */
import type { SQLInputValue } from 'node:sqlite'
import type { Runtime } from '../runtime/runtime.ts'
import type { SqliteStore } from '../sqlite/store.ts'
import { createReading, type UnreadableOf } from '../storage/unreadable.ts'
import {
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditRecord,
  ascending,
  entriesOf,
  LAST_ID,
  validateStoredEntry,
} from './entry.ts'

export const AUDIT_COLUMNS =
  'id, at, made_by, action, subject_type, subject_id, subject_name, changes, note, request_id'

export type AuditRow = readonly (string | null)[]

export type SqliteAudit = AuditLog & {
  /**
   * As `SqliteStore.write`, with entries in the same transaction: `work` calls `record` for what it changed. Without `by`
   * nothing is recorded.
   */
  write<T>(by: string | undefined, at: string, work: (record: AddRecord) => T): Promise<T>
}

type AddRecord = (record: AuditRecord) => void

export function createSqliteAuditLog(
  { reader, writer, write }: SqliteStore,
  runtime: Pick<Runtime, 'newId'>,
  unreadableOf: UnreadableOf,
): SqliteAudit {
  const newId = ascending(runtime.newId)
  const reading = createReading(auditEntryOf, ([id]) => String(id), unreadableOf('an entry of the audit log'))
  const insert = writer.prepare(
    `INSERT INTO audit_log (${AUDIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const pages = (column?: string) => {
    const where = column === undefined ? '' : `${column} = ? AND `
    const statement = reader.prepare(
      `SELECT ${AUDIT_COLUMNS} FROM audit_log WHERE ${where}id < ? ORDER BY id DESC LIMIT ?`,
    )
    statement.setReturnArrays(true)
    return (...values: SQLInputValue[]) => statement.all(...values) as unknown as readonly AuditRow[]
  }
  const [all, ofSubject, ofAuthor, ofAction] = [
    pages(),
    pages('subject_id'),
    pages('made_by'),
    pages('action'),
  ]
  const rows = (filter: AuditFilter, before: string, limit: number) => {
    if (filter === undefined) return all(before, limit)
    if ('subject' in filter) return ofSubject(filter.subject, before, limit)
    if ('by' in filter) return ofAuthor(filter.by, before, limit)
    return ofAction(filter.action, before, limit)
  }
  const add = ({ id, at, by, action, subject, changes, note, requestId }: AuditEntry) => {
    const { type, id: subjectId, name } = subject
    insert.run(id, at, by, action, type, subjectId, name, JSON.stringify(changes), note, requestId)
  }
  return {
    write(by, at, work) {
      if (by === undefined) return write(() => work(() => {}))
      const entryOf = entriesOf(newId, by, at)
      return write(() => work((record) => add(entryOf(record))))
    },
    page: ({ filter, before = LAST_ID, limit }) =>
      reading.page(limit, before, (count, at) => rows(filter, at, count)),
  }
}

export const auditEntryOf = (row: AuditRow): AuditEntry =>
  validateStoredEntry({
    id: row[0]!,
    at: row[1]!,
    by: row[2]!,
    action: row[3]!,
    subject: { type: row[4]!, id: row[5]!, name: row[6]! },
    changes: JSON.parse(row[7]!),
    note: row[8]!,
    requestId: row[9]!,
  })
