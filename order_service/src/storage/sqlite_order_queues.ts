/**
 * The queues of unsettled orders in SQLite: one for stock, in `due_at`, and one for payments, in `pay_due_at`. Each claim is one
 * statement, and every statement finds its rows by the index of its queue.
 */
import { nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import { prepareRows, type Row } from '@shop/service_kit/sqlite/rows'
import type { SqliteStore } from '@shop/service_kit/sqlite/store'
import type { createReading } from '@shop/service_kit/storage/unreadable'
import type { OrderQueues } from '../domain/order_queues.ts'
import { isUnsettled, type Queue, type StoredOrder } from '../domain/schedule.ts'
import { COLUMNS } from './sqlite_order_rows.ts'

/** Sorts after every UUID and every time. */
const LAST = '~'
/** Unsettled orders counted in one turn of the event loop. */
export const COUNT_BATCH_MAX = 2_000
/** Orders in one write, because each is a whole row and may have many lines. Writes still share commits. */
export const WRITE_BATCH_MAX = 16

const DUE: Readonly<Record<Queue, string>> = { stock: 'due_at', payments: 'pay_due_at' }

export function createSqliteOrderQueues(
  store: SqliteStore,
  runtime: Pick<Runtime, 'defer'>,
  reading: ReturnType<typeof createReading<Row, StoredOrder>>,
): OrderQueues {
  const { reader, writer } = store
  const unsettledOf = (rows: readonly Row[]) => reading.many(rows).filter(isUnsettled)
  const statementsOf = (due: string) => ({
    anyDue: reader.prepare(`SELECT 1 FROM orders WHERE ${due} <= ? LIMIT 1`),
    claim: prepareRows(
      writer,
      `UPDATE orders SET ${due} = ?, fence = fence + 1, attempts = attempts + 1
        WHERE rowid IN (SELECT rowid FROM orders WHERE ${due} <= ? ORDER BY ${due} LIMIT ?) RETURNING ${COLUMNS}`,
    ),
    setDue: writer.prepare(`UPDATE orders SET ${due} = ? WHERE id = ? AND version = ? AND fence = ?`),
    unsettled: prepareRows(
      reader,
      `SELECT ${COLUMNS} FROM orders WHERE ${due} IS NOT NULL AND id > ? ORDER BY id LIMIT ?`,
    ),
  })
  const queues = { stock: statementsOf(DUE.stock), payments: statementsOf(DUE.payments) }
  // A step ends between two times: orders due at the same time are counted in one step.
  const stepEnd = reader.prepare(
    'SELECT due_at FROM orders WHERE due_at > ? ORDER BY due_at LIMIT 1 OFFSET ?',
  )
  const backlog = reader.prepare(
    'SELECT count(*) AS count, min(updated_at) AS oldest FROM orders WHERE due_at > ? AND due_at <= ?',
  )
  const oldestPaymentDue = reader.prepare(
    'SELECT pay_due_at FROM orders WHERE pay_due_at <= ? ORDER BY pay_due_at LIMIT 1',
  )
  const hurry = writer.prepare(
    "UPDATE orders SET pay_due_at = min(pay_due_at, ?1), fence = fence + 1 WHERE id = ?2 AND state = 'awaiting_payment'",
  )

  const inWrites = async <Item>(items: readonly Item[], work: (item: Item) => void) => {
    const writes = []
    for (let from = 0; from < items.length; from += WRITE_BATCH_MAX) {
      const some = items.slice(from, from + WRITE_BATCH_MAX)
      writes.push(
        store.write(() => {
          for (const item of some) work(item)
        }),
      )
    }
    await Promise.all(writes)
  }

  return {
    async claimDue(now, leaseUntil, limit, queue = 'stock') {
      const { anyDue, claim } = queues[queue]
      // Most rounds have nothing to do; they take no lock.
      if (!anyDue.get(now)) return []
      const writes = []
      for (let left = limit; left > 0; left -= WRITE_BATCH_MAX) {
        const most = Math.min(left, WRITE_BATCH_MAX)
        writes.push(store.write(() => claim.all(leaseUntil, now, most)).then(unsettledOf))
      }
      const results = await Promise.allSettled(writes)
      // Some writes may have claimed orders: return them, because no other settler can claim them during the lease.
      const failed = results.find((result) => result.status === 'rejected')
      if (failed && results.every(({ status }) => status === 'rejected')) throw failed.reason
      return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    },
    reschedule: (changes) =>
      inWrites(changes, ({ queue, id, version, fence, dueAt }) => {
        queues[queue].setDue.run(dueAt ?? null, id, version, fence)
      }),
    async backlog() {
      let count = 0
      let oldest = LAST
      for (let after = ''; ; await nextTurn(runtime)) {
        const end = stepEnd.get(after, COUNT_BATCH_MAX - 1)?.due_at as string | undefined
        const step = backlog.get(after, end ?? LAST) as { count: number; oldest: string | null }
        count += step.count
        if (step.oldest !== null && step.oldest < oldest) oldest = step.oldest
        if (end === undefined) return { count, oldestUpdatedAt: count === 0 ? undefined : oldest }
        after = end
      }
    },
    oldestPaymentDue: async (now) => oldestPaymentDue.get(now)?.pay_due_at as string | undefined,
    hurryPayments: (ids, at) => inWrites(ids, (id) => void hurry.run(at, id)),
    async listUnsettled({ limit, after = '', queue = 'stock' }) {
      const page = await reading.page(limit, after, (count, at) => queues[queue].unsettled.all(at, count))
      return page.filter(isUnsettled)
    },
  }
}
