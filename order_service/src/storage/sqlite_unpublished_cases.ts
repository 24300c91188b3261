/** Unpublished cases of a kind in SQLite: an index compares the two versions, as for orders. */
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { createReading } from '@shop/service_kit/storage/unreadable'
import type { Case, CaseKind, UnpublishedCases } from '../domain/cases.ts'
import { CASE_COLUMNS } from './sqlite_case_rows.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 2_000

export function createSqliteUnpublishedCases<Kind extends CaseKind>(
  { reader, writer, write }: SqliteStore,
  kind: Kind,
  reading: ReturnType<typeof createReading<Row, Case>>,
): UnpublishedCases<Kind> {
  const unpublished = 'FROM cases INDEXED BY cases_unpublished WHERE kind = ? AND version > published_version'
  const select = `SELECT ${CASE_COLUMNS}, published_version ${unpublished}`
  const waiting = prepareRows(reader, `${select} AND publish_due IS NULL ORDER BY id LIMIT ?`)
  const due = prepareRows(reader, `${select} AND publish_due <= ? ORDER BY publish_due LIMIT ?`)
  const mark = writer.prepare(`UPDATE cases SET published_version = ?3, publish_due = NULL
    WHERE kind = ?1 AND id = ?2 AND published_version < ?3`)
  const postpone = writer.prepare('UPDATE cases SET publish_due = ? WHERE kind = ? AND id = ?')
  const backlog = reader.prepare(`SELECT count(*) AS count, min(updated_at) AS oldest FROM (
    SELECT updated_at ${unpublished} LIMIT ${COUNTED_MAX})`)
  return {
    async list(now, limit) {
      const rows = [...due.all(kind, now, limit), ...waiting.all(kind, limit)].slice(0, limit)
      return rows.map((row) => ({
        ...{ id: String(row[1]), version: Number(row[6]), updatedAt: String(row[8]) },
        publishedVersion: Number(row.at(-1)),
        found: () => reading.one(row) as Case<Kind>,
      }))
    },
    markPublished: (cases) =>
      write(() => {
        for (const { id, version } of cases) mark.run(kind, id, version)
      }),
    postpone: (ids, until) =>
      write(() => {
        for (const id of ids) postpone.run(until, kind, id)
      }),
    async backlog() {
      const { count, oldest } = backlog.get(kind) as { count: number; oldest: string | null }
      return { count, oldestAt: oldest ?? undefined }
    },
  }
}
