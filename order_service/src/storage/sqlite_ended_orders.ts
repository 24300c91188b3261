/** Removes rejected and cancelled orders from SQLite (domain/ended_orders.ts). */
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { type EndedOrders, type EndedStatus, firstIdAt, hasEndedBefore } from '../domain/ended_orders.ts'
import { WRITE_BATCH_MAX } from './sqlite_order_queues.ts'
import { COLUMNS, toOrder } from './sqlite_order_rows.ts'

export function createSqliteEndedOrders(
  { reader, writer, write }: SqliteStore,
  onUnreadable: OnUnreadable,
  status: EndedStatus,
): EndedOrders {
  const reading = createReading(toOrder, ([id]: Row) => String(id), onUnreadable)
  const page = prepareRows(
    reader,
    `SELECT ${COLUMNS} FROM orders WHERE status = ? AND id > ? AND id < ? ORDER BY id LIMIT ?`,
  )
  const remove = writer.prepare(
    'DELETE FROM orders WHERE id = ? AND version = ? AND status = ? AND due_at IS NULL',
  )
  return {
    kind: 'order',
    async due(before, after = '', limit) {
      const rows = page.all(status, after, firstIdAt(before), limit)
      return {
        items: reading.many(rows).filter((stored) => hasEndedBefore(stored, before)),
        next: rows.length < limit ? undefined : String(rows.at(-1)![0]),
      }
    },
    async remove(orders) {
      let removed = 0
      for (let from = 0; from < orders.length; from += WRITE_BATCH_MAX) {
        const some = orders.slice(from, from + WRITE_BATCH_MAX)
        removed += await write(() =>
          some.reduce(
            (sum, { order }) => sum + Number(remove.run(order.id, order.version, status).changes),
            0,
          ),
        )
      }
      return removed
    },
  }
}
