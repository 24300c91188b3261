/** An order as a row of SQLite. */
import { type OrderRecord, readOrder, recordOf } from '../domain/order_record.ts'
import type { StoredOrder } from '../domain/schedule.ts'

export type Row = Record<string, unknown>

export const COLUMNS = `id, user_id, idempotency_key, status, lines, total_minor, currency, rejection, history, version,
  created_at, updated_at, due_at, attempts, fence`

export const jsonColumns = ({ lines, rejection, history }: OrderRecord) => ({
  lines: JSON.stringify(lines),
  rejection: rejection === undefined ? null : JSON.stringify(rejection),
  history: JSON.stringify(history),
})

export function columnsOf(stored: StoredOrder) {
  const order = recordOf(stored)
  const { lines, rejection, history } = jsonColumns(order)
  return [
    order.id,
    order.userId,
    order.idempotencyKey ?? null,
    order.status,
    lines,
    order.totalMinor,
    order.currency,
    rejection,
    history,
    order.version,
    order.createdAt,
    order.updatedAt,
    order.dueAt ?? null,
    order.attempts,
    order.fence,
  ] as const
}

export const toOrder = (row: Row): StoredOrder =>
  readOrder({
    id: row.id,
    userId: row.user_id,
    idempotencyKey: row.idempotency_key ?? undefined,
    status: row.status,
    lines: JSON.parse(row.lines as string),
    totalMinor: Number(row.total_minor),
    currency: row.currency,
    rejection: row.rejection === null ? undefined : JSON.parse(row.rejection as string),
    history: JSON.parse(row.history as string),
    version: Number(row.version),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    dueAt: row.due_at ?? undefined,
    attempts: Number(row.attempts),
    fence: Number(row.fence),
  })
