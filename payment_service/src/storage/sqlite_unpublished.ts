/** Unpublished payments in SQLite (domain/unpublished.ts). */
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import type { UnpublishedPayments } from '../domain/unpublished.ts'
import { COLUMNS, OWN_COLUMNS, toStored } from './sqlite_payment_rows.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 2_000
const [ORDER_ID, VERSION, UPDATED_AT] = ['order_id', 'version', 'updated_at'].map((name) =>
  OWN_COLUMNS.split(',').findIndex((column) => column.trim() === name),
) as [number, number, number]

export function createSqliteUnpublished(
  { reader, writer, write }: SqliteStore,
  onUnreadable: OnUnreadable,
): UnpublishedPayments {
  const reading = createReading(toStored, (row: Row) => String(row[ORDER_ID]), onUnreadable)
  const unpublished = 'FROM payments WHERE version > coalesce(published_version, 0)'
  const select = `SELECT ${COLUMNS}, coalesce(published_version, 0) ${unpublished}`
  const oldest = prepareRows(reader, `${select} AND publish_due IS NULL ORDER BY rowid LIMIT ?`)
  const newest = prepareRows(reader, `${select} AND publish_due IS NULL ORDER BY rowid DESC LIMIT ?`)
  const due = prepareRows(reader, `${select} AND publish_due <= ? ORDER BY publish_due LIMIT ?`)
  const mark = writer.prepare(`UPDATE payments SET published_version = ?2, publish_due = NULL
    WHERE order_id = ?1 AND coalesce(published_version, 0) < ?2`)
  const postpone = writer.prepare('UPDATE payments SET publish_due = ? WHERE order_id = ?')
  const count = (turn: string) =>
    reader.prepare(`SELECT count(*) AS count, min(updated_at) AS oldest FROM (
      SELECT updated_at ${unpublished} AND publish_due ${turn} LIMIT ${COUNTED_MAX})`)
  const [waiting, postponed] = [count('IS NULL'), count("> ''")]

  return {
    async list(now, limit) {
      const older = Math.ceil(limit / 2)
      const rows = [...due.all(now, limit), ...oldest.all(older), ...newest.all(limit - older)]
      const byId = new Map(rows.map((row) => [String(row[ORDER_ID]), row]))
      return [...byId.entries()].slice(0, limit).map(([orderId, row]) => ({
        orderId,
        version: Number(row[VERSION]),
        publishedVersion: Number(row.at(-1)),
        updatedAt: String(row[UPDATED_AT]),
        payment: () => reading.one(row).payment,
      }))
    },
    async markPublished(payments) {
      await write(() => {
        for (const { orderId, version } of payments) mark.run(orderId, version)
      })
    },
    async postpone(orderIds, until) {
      await write(() => {
        for (const orderId of orderIds) postpone.run(until, orderId)
      })
    },
    async backlog() {
      const found = [waiting.get(), postponed.get()] as { count: number; oldest: string | null }[]
      const times = found.flatMap(({ oldest }) => oldest ?? [])
      return { count: found.reduce((sum, { count }) => sum + count, 0), oldestAt: times.toSorted()[0] }
    },
  }
}
