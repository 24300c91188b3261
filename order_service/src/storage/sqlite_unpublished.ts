/** Unpublished orders in SQLite (domain/unpublished.ts). */
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import type { UnpublishedOrders } from '../domain/unpublished.ts'
import { WRITE_BATCH_MAX } from './sqlite_order_queues.ts'
import { COLUMNS, toOrder } from './sqlite_order_rows.ts'

/** Counted for the metrics. */
const COUNTED_MAX = 2_000
const [ID, VERSION, UPDATED_AT] = ['id', 'version', 'updated_at'].map((name) =>
  COLUMNS.split(',').findIndex((column) => column.trim() === name),
) as [number, number, number]

export function createSqliteUnpublished(
  { reader, writer, write }: SqliteStore,
  onUnreadable: OnUnreadable,
): UnpublishedOrders {
  const reading = createReading(toOrder, (row: Row) => String(row[ID]), onUnreadable)
  const unpublished = 'FROM orders WHERE version > coalesce(published_version, 0)'
  const select = `SELECT ${COLUMNS}, coalesce(published_version, 0) ${unpublished}`
  const oldest = prepareRows(reader, `${select} AND publish_due IS NULL ORDER BY rowid LIMIT ?`)
  const newest = prepareRows(reader, `${select} AND publish_due IS NULL ORDER BY rowid DESC LIMIT ?`)
  const due = prepareRows(reader, `${select} AND publish_due <= ? ORDER BY publish_due LIMIT ?`)
  const mark = writer.prepare(`UPDATE orders SET published_version = ?2, publish_due = NULL
    WHERE id = ?1 AND coalesce(published_version, 0) < ?2`)
  const postpone = writer.prepare('UPDATE orders SET publish_due = ? WHERE id = ?')
  const count = (turn: string) =>
    reader.prepare(`SELECT count(*) AS count, min(updated_at) AS oldest FROM (
      SELECT updated_at ${unpublished} AND publish_due ${turn} LIMIT ${COUNTED_MAX})`)
  const [waiting, postponed] = [count('IS NULL'), count("> ''")]

  const inWrites = async <Item>(items: readonly Item[], work: (item: Item) => void) => {
    const writes = []
    for (let from = 0; from < items.length; from += WRITE_BATCH_MAX) {
      const some = items.slice(from, from + WRITE_BATCH_MAX)
      writes.push(write(() => some.forEach(work)))
    }
    await Promise.all(writes)
  }

  return {
    async list(now, limit) {
      const older = Math.ceil(limit / 2)
      const rows = [...due.all(now, limit), ...oldest.all(older), ...newest.all(limit - older)]
      const byId = new Map(rows.map((row) => [String(row[ID]), row]))
      return [...byId.entries()].slice(0, limit).map(([id, row]) => ({
        id,
        version: Number(row[VERSION]),
        publishedVersion: Number(row.at(-1)),
        updatedAt: String(row[UPDATED_AT]),
        order: () => reading.one(row).order,
      }))
    },
    markPublished: (orders) => inWrites(orders, ({ id, version }) => void mark.run(id, version)),
    postpone: (ids, until) => inWrites(ids, (id) => void postpone.run(until, id)),
    async backlog() {
      const found = [waiting.get(), postponed.get()] as { count: number; oldest: string | null }[]
      const times = found.flatMap(({ oldest }) => oldest ?? [])
      return { count: found.reduce((sum, { count }) => sum + count, 0), oldestAt: times.toSorted()[0] }
    },
  }
}
