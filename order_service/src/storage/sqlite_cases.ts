/** Cases in SQLite (domain/cases.ts). Every conditional write is one statement; `changes` says whether its condition held. */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { recordOf, refundOwedIn } from '../domain/case_record.ts'
import type { Case, CaseKind, CasePage, Cases } from '../domain/cases.ts'
import { DomainError } from '../domain/errors.ts'
import type { Audited } from '../domain/ports.ts'
import { CASE_COLUMNS, toCase } from './sqlite_case_rows.ts'
import { createSqliteUnpublishedCases } from './sqlite_unpublished_cases.ts'

/** Sorts after every id. */
const LAST = '~'
export function createSqliteCases(store: SqliteStore, audit: SqliteAudit, onUnreadable: OnUnreadable): Cases {
  const { reader, writer } = store
  const reading = createReading(toCase, (row: Row) => String(row[1]), onUnreadable)
  const optional = (row: Row | undefined) => (row === undefined ? undefined : reading.one(row))
  const rows = (sql: string) => prepareRows(reader, sql)
  const select = `SELECT ${CASE_COLUMNS} FROM cases WHERE kind = ?`
  // By itself SQLite takes the primary key, and reads the cases of all states.
  const inState = `SELECT ${CASE_COLUMNS} FROM cases INDEXED BY cases_by_state WHERE kind = ?`
  const [byId, byKey] = [`${select} AND id = ?`, `${select} AND case_key = ?`]
  const [find, findByKey] = [rows(byId), rows(byKey)]
  const [findInWrite, findByKeyInWrite] = [prepareRows(writer, byId), prepareRows(writer, byKey)]
  const insert = writer.prepare(`INSERT INTO cases (${CASE_COLUMNS}, refund_owed_since)
    VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)
    ON CONFLICT DO NOTHING`)
  const update =
    writer.prepare(`UPDATE cases SET state = ?, body = ?, version = version + 1, updated_at = ?, due_at = ?,
    attempts = ?, refund_owed_since = ? WHERE kind = ? AND id = ? AND version = ? AND fence = ?`)
  const all = rows(`${select} AND id < ? ORDER BY id DESC LIMIT ?`)
  const ofState = rows(`${inState} AND state = ? AND id < ? ORDER BY id DESC LIMIT ?`)
  const oldest = rows(`${inState} AND state = ? AND id > ? AND id < ? ORDER BY id LIMIT ?`)
  const unerased = rows(`SELECT ${CASE_COLUMNS} FROM cases INDEXED BY cases_to_erase
    WHERE kind = ? AND state = ? AND erased_at IS NULL AND id > ? AND id < ? ORDER BY id LIMIT ?`)
  const erase = writer.prepare(`UPDATE cases SET subject = ?, body = ?, erased_at = ?, fence = fence + 1
    WHERE kind = ? AND id = ? AND version = ? AND fence = ?`)
  const count = reader.prepare(
    'SELECT count(*) AS count FROM (SELECT 1 FROM cases WHERE kind = ? AND subject = ? AND id > ? LIMIT ?)',
  )
  const isDue = reader.prepare(
    'SELECT due_at FROM cases WHERE kind = ? AND due_at <= ? ORDER BY due_at LIMIT 1',
  )
  const claim = prepareRows(
    writer,
    `UPDATE cases SET due_at = ?1, fence = fence + 1, attempts = attempts + 1 WHERE kind = ?2 AND id IN
      (SELECT id FROM cases WHERE kind = ?2 AND due_at <= ?3 ORDER BY due_at LIMIT ?4) RETURNING ${CASE_COLUMNS}`,
  )
  const setDue = writer.prepare(
    'UPDATE cases SET due_at = ? WHERE kind = ? AND id = ? AND version = ? AND fence = ? AND due_at IS NOT NULL',
  )
  const correct = writer.prepare('UPDATE cases SET due_at = ? WHERE kind = ? AND due_at > ?')
  const oldestRefundOwed = reader.prepare(
    'SELECT refund_owed_since FROM cases WHERE refund_owed_since IS NOT NULL ORDER BY refund_owed_since LIMIT 1',
  )
  const hurry = writer.prepare(
    `UPDATE cases SET due_at = min(due_at, ?), fence = fence + 1, attempts = 0
      WHERE kind = ? AND id = ? AND due_at IS NOT NULL`,
  )
  const remove = writer.prepare('DELETE FROM cases WHERE kind = ? AND id = ? AND version = ?')
  const as = <Kind extends CaseKind>(found: Case | undefined) => found as Case<Kind> | undefined
  const write = <T>(audited: Audited | undefined, at: string, work: () => T | undefined) =>
    audit.write(audited?.by, at, (record) => {
      const done = work()
      if (done !== undefined && audited) record(audited.record)
      return done
    })

  return {
    async addOnce<Kind extends CaseKind>(added: Case<Kind>, audited?: Audited) {
      const {
        kind,
        id,
        state,
        subject,
        key = null,
        body,
        version,
        createdAt,
        updatedAt,
        ...rest
      } = recordOf(added)
      const values = [kind, id, state, subject, key, body, version, createdAt, updatedAt] as const
      let known: Row | undefined
      const isAdded = await write(audited, updatedAt, () => {
        const { changes } = insert.run(
          ...values,
          rest.dueAt ?? null,
          rest.attempts,
          rest.fence,
          rest.erasedAt ?? null,
          refundOwedIn(added) ?? null,
        )
        if (changes === 1) return true
        known = (key === null ? undefined : findByKeyInWrite.get(kind, key)) ?? findInWrite.get(kind, id)
        return undefined
      })
      return isAdded
        ? { stored: added, added: true }
        : { stored: as<Kind>(reading.one(known!))!, added: false }
    },
    find: async (kind, id) => as(optional(find.get(kind, id))),
    findByKey: async (kind, key) => as(optional(findByKey.get(kind, key))),
    async save(changed, audited) {
      const { kind, id, state, body, updatedAt, dueAt, attempts, version, fence } = recordOf(changed)
      const isSaved = await write(audited, updatedAt, () =>
        update.run(
          ...[state, body, updatedAt, dueAt ?? null, attempts, refundOwedIn(changed) ?? null],
          ...[kind, id, version, fence],
        ).changes === 1
          ? true
          : undefined,
      )
      if (!isSaved) throw new DomainError('version_conflict', `Case ${id} was changed meanwhile.`)
      return { ...changed, version: version + 1 }
    },
    list: async <Kind extends CaseKind>(kind: Kind, { state, before = LAST, limit }: CasePage) =>
      (await reading.page(limit, before, (most, at) =>
        state === undefined ? all.all(kind, at, most) : ofState.all(kind, state, at, most),
      )) as Case<Kind>[],
    count: async (kind, subject, after, limit) => Number(count.get(kind, subject, after, limit)!.count),
    async claimDue(kind, now, leaseUntil, limit) {
      // Most rounds have nothing to do; they take no lock.
      if (!isDue.get(kind, now)) return []
      return reading.many(await store.write(() => claim.all(leaseUntil, kind, now, limit))) as never
    },
    reschedule: async (claims) =>
      store.write(() => {
        for (const { kind, id, version, fence, dueAt } of claims) setDue.run(dueAt, kind, id, version, fence)
      }),
    hurry: async (kind, ids, at) =>
      store.write(() => {
        for (const id of ids) hurry.run(at, kind, id)
      }),
    correctClockSkew: async (kind, tooFar, at) => store.write(() => void correct.run(at, kind, tooFar)),
    oldestDue: async (kind, now) => isDue.get(kind, now)?.due_at as string | undefined,
    oldestRefundOwed: async () => oldestRefundOwed.get()?.refund_owed_since as string | undefined,
    unpublished: (kind) => createSqliteUnpublishedCases(store, kind, reading),
    oldest: async <Kind extends CaseKind>(
      kind: Kind,
      state: string,
      before: string,
      after: string,
      limit: number,
    ) =>
      (await reading.page(limit, after, (most, at) =>
        oldest.all(kind, state, at, before, most),
      )) as Case<Kind>[],
    unerased: async <Kind extends CaseKind>(
      kind: Kind,
      state: string,
      before: string,
      after: string,
      limit: number,
    ) =>
      (await reading.page(limit, after, (most, at) =>
        unerased.all(kind, state, at, before, most),
      )) as Case<Kind>[],
    erase(erased) {
      const { kind, id, subject, body, erasedAt = null, version, fence } = recordOf(erased)
      return store.write(() => erase.run(subject, body, erasedAt, kind, id, version, fence).changes === 1)
    },
    remove: async (claims) =>
      store.write(() =>
        claims.reduce((sum, { kind, id, version }) => sum + Number(remove.run(kind, id, version).changes), 0),
      ),
  }
}
