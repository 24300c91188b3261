/** Deleted accounts (domain/erasures.ts), and the erasing of their orders (domain/erase_orders.ts), in SQLite. */
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import { erasedCheckout } from '../domain/erased.ts'
import type { Erasure, Erasures, PersonalOrders } from '../domain/erasure_ports.ts'
import { WRITE_BATCH_MAX } from './sqlite_order_queues.ts'
import { COLUMNS, toOrder } from './sqlite_order_rows.ts'

export function createSqliteErasures({ reader, writer, write }: SqliteStore): Erasures {
  const add = writer.prepare(
    'INSERT INTO erasures (user_id, at, due_at, passes) VALUES (?1, ?2, ?2, 0) ON CONFLICT DO NOTHING',
  )
  const due = reader.prepare(
    'SELECT user_id AS userId, at, due_at AS dueAt, passes FROM erasures WHERE due_at <= ? ORDER BY due_at LIMIT ?',
  )
  const count = writer.prepare(
    'UPDATE erasures SET passes = passes + 1, due_at = ? WHERE user_id = ? AND passes = ?',
  )
  const forget = writer.prepare('DELETE FROM erasures WHERE user_id = ? AND passes = ?')
  const mark = writer.prepare(`UPDATE orders SET ownerless = 1
    WHERE id = ? AND coalesce(linked_to, user_id) = ? AND erased_at IS NULL`)
  return {
    add: (userIds, at) =>
      write(() => {
        for (const userId of userIds) add.run(userId, at)
      }),
    due: async (now, limit) => due.all(now, limit).map((row) => ({ ...row }) as Erasure),
    finish: ({ userId, passes }, dueAt) =>
      write(() => {
        if (dueAt === undefined) forget.run(userId, passes)
        else count.run(dueAt, userId, passes)
      }),
    async disown(userId, orders) {
      for (let from = 0; from < orders.length; from += WRITE_BATCH_MAX) {
        const some = orders.slice(from, from + WRITE_BATCH_MAX)
        await write(() => {
          for (const { id } of some) mark.run(id, userId)
        })
      }
    },
  }
}

export function createSqlitePersonalOrders(
  { reader, writer, write }: SqliteStore,
  onUnreadable: OnUnreadable,
): PersonalOrders {
  const reading = createReading(toOrder, ([id]: Row) => String(id), onUnreadable)
  const page = prepareRows(
    reader,
    `SELECT ${COLUMNS} FROM orders INDEXED BY orders_to_erase
      WHERE ownerless = 1 AND id > ? AND id < ? ORDER BY id LIMIT ?`,
  )
  const erase =
    writer.prepare(`UPDATE orders SET checkout = ?, tracking = NULL, ownerless = NULL, erased_at = ?,
    fence = fence + 1 WHERE id = ? AND version = ? AND fence = ? AND ownerless = 1 AND due_at IS NULL AND pay_due_at IS NULL`)
  return {
    async list(after, end, limit) {
      const rows = page.all(after, end, limit)
      return {
        items: reading.many(rows),
        next: rows.length < limit ? undefined : String(rows.at(-1)![0]),
      }
    },
    async erase(orders, at) {
      let erased = 0
      for (let from = 0; from < orders.length; from += WRITE_BATCH_MAX) {
        const some = orders.slice(from, from + WRITE_BATCH_MAX)
        erased += await write(() =>
          some.reduce((sum, { order: { id, version, checkout }, schedule }) => {
            const left = checkout && JSON.stringify(erasedCheckout(checkout))
            return sum + Number(erase.run(left ?? null, at, id, version, schedule.fence).changes)
          }, 0),
        )
      }
      return erased
    },
  }
}
