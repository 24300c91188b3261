/**
 * The audit log on MongoDB: the collection audit_log of each service. The server cannot refuse to change or remove its
 * documents, except by a role without these rights (docs/operations.md); no code of ours does it.
 */
import type { ClientSession, Filter, IndexDescription, MongoStore } from '../mongo/store.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { createReading, type UnreadableOf } from '../storage/unreadable.ts'
import {
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditRecord,
  ascending,
  type EntryOf,
  entriesOf,
  LAST_ID,
  validateStoredEntry,
} from './entry.ts'

export const AUDIT_LOG = 'audit_log'

/** docs/operations.md says which query each serves. */
export const AUDIT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [AUDIT_LOG]: [
    { name: 'audit_by_subject', key: { subjectId: 1, _id: -1 } },
    { name: 'audit_by_author', key: { by: 1, _id: -1 } },
    { name: 'audit_by_action', key: { action: 1, _id: -1 } },
  ],
}

/** Fields that are null in an entry are absent. */
export type AuditDocument = Pick<AuditEntry, 'at' | 'by' | 'action' | 'changes'> & {
  _id: string
  subjectType: string
  subjectId: string
  subjectName?: string
  note?: string
  requestId?: string
}

export type MongoAudit = AuditLog & {
  /**
   * As `MongoStore.transact`, with entries in the same transaction: `work` calls `record` for what it changed, and passes
   * `options` to every operation. Without `by` nothing is recorded, and it is as `MongoStore.repeat`.
   */
  write<T>(
    by: string | undefined,
    at: string,
    work: (options: { session?: ClientSession }, record: AddRecord) => Promise<T>,
  ): Promise<T>
  /** For a store with transactions of its own: makes the entries of one call. */
  entries(by: string, at: string): EntryOf
  /** For a store with transactions of its own: adds them in the one of the change. */
  add(entries: readonly AuditEntry[], session: ClientSession): Promise<void>
}

type AddRecord = (...records: readonly AuditRecord[]) => Promise<void>

export function createMongoAuditLog(
  store: MongoStore,
  runtime: Pick<Runtime, 'newId'>,
  unreadableOf: UnreadableOf,
): MongoAudit {
  const collection = store.collection<AuditDocument>(AUDIT_LOG)
  const newId = ascending(runtime.newId)
  const reading = createReading(entryOf, ({ _id }) => String(_id), unreadableOf('an entry of the audit log'))
  const add = async (entries: readonly AuditEntry[], session: ClientSession) => {
    if (entries.length === 0) return
    await collection.insertMany(entries.map(auditDocument), { session, ordered: true })
  }
  return {
    write(by, at, work) {
      if (by === undefined) return store.repeat(() => work({}, async () => {}))
      const entryOf = entriesOf(newId, by, at)
      return store.transact((session) =>
        work({ session }, (...records) => add(records.map(entryOf), session)),
      )
    },
    entries: (by, at) => entriesOf(newId, by, at),
    add,
    page: ({ filter, before = LAST_ID, limit }) =>
      store.repeat(() =>
        reading.page(limit, before, (count, at) =>
          collection
            .find({ ...matching(filter), _id: { $lt: at } })
            .sort({ _id: -1 })
            .limit(count)
            .toArray(),
        ),
      ),
  }
}

function matching(filter: AuditFilter): Filter<AuditDocument> {
  if (filter === undefined) return {}
  return 'subject' in filter ? { subjectId: filter.subject } : filter
}

export function auditDocument({ id, subject, note, requestId, ...fields }: AuditEntry): AuditDocument {
  const { type, id: subjectId, name } = subject
  return {
    _id: id,
    ...fields,
    ...{ subjectType: type, subjectId },
    ...(name === null ? {} : { subjectName: name }),
    ...(note === null ? {} : { note }),
    ...(requestId === null ? {} : { requestId }),
  }
}

const entryOf = (document: AuditDocument): AuditEntry =>
  validateStoredEntry({
    id: document._id,
    at: document.at,
    by: document.by,
    action: document.action,
    subject: {
      type: document.subjectType,
      id: document.subjectId,
      name: document.subjectName ?? null,
    },
    changes: document.changes.map(({ field, before, after }) => ({ field, before, after })),
    note: document.note ?? null,
    requestId: document.requestId ?? null,
  })
