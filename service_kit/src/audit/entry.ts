/**
 * An entry of the audit log of a service: a change that an admin made, or the operator of the shop by a command, or, for
 * signing keys, the service by its schedule. What its customers do with what is theirs is not in it.
 *
 * Invariants
 *  1. An entry is in the store if and only if its change is: the adapters add it in the transaction of the change.
 *  2. It is never changed or removed: there is no method for that, and SQLite refuses it.
 *  3. It has a bounded size: long texts are cut, with a mark.
 *  4. It contains neither secrets nor names of people: accounts are named by their ids, so a deleted account has no name in
 *     it either.
 */
import { currentContext } from '../runtime/request_context.ts'

/** As `by`, instead of the id of an admin: a command that was run on a machine of the shop. */
export const OPERATOR = 'operator'
/** As `by`: the service itself, by its schedule. */
export const SYSTEM = 'system'

/** Characters of a text that are kept. */
export const TEXT_LENGTH_MAX = 200
export const CHANGES_MAX = 8
/** What an entry takes at most, as JSON in UTF-8. */
export const ENTRY_BYTES_MAX = 24 * 1024

export type AuditValue = string | number | null
/** One field that differs. `before` is null if there was none, `after` if there is none any more. */
export type AuditChange = { readonly field: string; readonly before: AuditValue; readonly after: AuditValue }

/** What happened. The domain of a service says it, by its own list of actions. */
export type AuditRecord = {
  readonly action: string
  /** `name` is that of a thing at that time, never that of a person. */
  readonly subject: { readonly type: string; readonly id: string; readonly name?: string }
  readonly changes: readonly AuditChange[]
  /** The reason that was given. */
  readonly note?: string
}

export type AuditEntry = {
  /** UUIDv7: entries sort by time. */
  readonly id: string
  /** RFC 3339, UTC. */
  readonly at: string
  /** The id of an admin, OPERATOR or SYSTEM. */
  readonly by: string
  readonly action: string
  readonly subject: { readonly type: string; readonly id: string; readonly name: string | null }
  readonly changes: readonly AuditChange[]
  readonly note: string | null
  /** The id of the request that made the change, as in the log lines of all services. */
  readonly requestId: string | null
}

/** Makes the entries of one call. It may be called again when a transaction is repeated. */
export type EntryOf = (record: AuditRecord) => AuditEntry

export type NewEntryId = () => string

const COUNTER = /[\da-f]{12}$/

/** Each id after the one before, also within a millisecond: entries of one process are in the order in which they were made. */
export function ascending(newId: () => string): NewEntryId {
  let last = ''
  return () => {
    const id = newId()
    last =
      id > last
        ? id
        : last.replace(COUNTER, (digits) => (BigInt(`0x${digits}`) + 1n).toString(16).padStart(12, '0'))
    return last
  }
}

/** Call it before the transaction: work that waited for others runs in no request. */
export function entriesOf(newId: NewEntryId, by: string, at: string): EntryOf {
  const [requestId = null] = currentContext().requestIds
  return ({ action, subject: { type, id, name }, changes, note }) => {
    if (changes.length > CHANGES_MAX) throw new Error(`${action} names ${changes.length} fields.`)
    return {
      ...{ id: newId(), at, by, action },
      subject: { type, id, name: name === undefined ? null : cut(name) },
      changes: changes.map(({ field, before, after }) => ({
        field,
        before: cutValue(before),
        after: cutValue(after),
      })),
      note: note === undefined ? null : cut(note),
      requestId,
    }
  }
}

const cutValue = (value: AuditValue): AuditValue => (typeof value === 'string' ? cut(value) : value)

function cut(text: string): string {
  if (text.length <= TEXT_LENGTH_MAX) return text
  // Not between the halves of a character.
  const kept = text.slice(0, TEXT_LENGTH_MAX).replace(/[\ud800-\udbff]$/, '')
  return `${kept}… [${text.length - kept.length} more]`
}

/** One filter at most: each has its own index. */
export type AuditFilter =
  | { readonly subject: string }
  | { readonly by: string }
  | { readonly action: string }
  | undefined

export type AuditQuery = {
  readonly filter: AuditFilter
  /** Entries before this id. */
  readonly before: string | undefined
  readonly limit: number
}

/** Reading. Every adapter passes `auditLogContract` (test_support/audit_log_contract.ts). */
export type AuditLog = {
  /** Newest first. */
  page(query: AuditQuery): Promise<readonly AuditEntry[]>
}

/** The stores of a service together with its audit log. */
export type Audited<Stores> = Stores & { readonly auditLog: AuditLog }

/** Sorts after every id. */
export const LAST_ID = '~'

export function validateStoredEntry(entry: AuditEntry): AuditEntry {
  const texts = [entry.id, entry.by, entry.action, entry.subject.type, entry.subject.id]
  const isGood =
    texts.every((text) => typeof text === 'string' && text !== '') &&
    [entry.subject.name, entry.note, entry.requestId].every(isTextOrNull) &&
    !Number.isNaN(Date.parse(entry.at)) &&
    Array.isArray(entry.changes) &&
    entry.changes.every(isChange)
  if (!isGood) throw new Error('its fields are not those of an entry')
  return entry
}

const isTextOrNull = (value: unknown) => value === null || typeof value === 'string'
const isValue = (value: unknown) => isTextOrNull(value) || Number.isFinite(value)
const isChange = ({ field, before, after }: AuditChange) =>
  typeof field === 'string' && isValue(before) && isValue(after)
