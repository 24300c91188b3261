/** Writes that may change texts: answered after their words are indexed (sqlite_indexer.ts). */
import type { SqliteAudit } from '@shop/service_kit/audit/sqlite_log'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { AuditRecord } from '../domain/audit.ts'
import type { AuditStamp } from '../domain/product.ts'
import type { Indexer } from './sqlite_indexer.ts'
import { prepareQuery } from './sqlite_rows.ts'

export type IndexedWrite = <T>(
  stamp: AuditStamp,
  work: (record: (record: AuditRecord) => void) => T,
) => Promise<T>

export function createIndexedWrite(
  { writer }: Pick<SqliteStore, 'writer'>,
  audit: SqliteAudit,
  waitUntilIndexed: Indexer['waitUntilIndexed'],
): IndexedWrite {
  const latestChange = prepareQuery(writer, 'SELECT coalesce(max(number), 0) FROM text_changes')
  return async ({ by, at }, work) => {
    const { value, before, after } = await audit.write(by, at, (record) => {
      const before = Number(latestChange.get()![0])
      const value = work(record)
      return { value, before, after: Number(latestChange.get()![0]) }
    })
    if (after > before) await waitUntilIndexed(after)
    return value
  }
}
