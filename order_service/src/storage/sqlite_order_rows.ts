/** An order as a row of SQLite. */
import type { Row } from '@shop/service_kit/sqlite/rows'
import { type OrderRecord, readOrder, recordOf } from '../domain/order_record.ts'
import { queueOf, type StoredOrder } from '../domain/schedule.ts'

export const COLUMNS = `id, user_id, idempotency_key, status, lines, total_minor, currency, rejection, history, version,
  created_at, updated_at, due_at, attempts, fence, number, checkout, state, pay_due_at,
  linked_to, tracking, ownerless, erased_at`

export const jsonColumns = ({ lines, rejection, history }: OrderRecord) => ({
  lines: JSON.stringify(lines),
  rejection: rejection === undefined ? null : JSON.stringify(rejection),
  history: JSON.stringify(history),
})

/** The columns of status and schedule (migration 0009). */
export function stateColumns({ order, schedule }: StoredOrder) {
  const due = schedule.dueAt ?? null
  return queueOf(order) === 'payments'
    ? { status: 'confirmed', state: order.status, dueAt: null, payDueAt: due }
    : { status: order.status, state: null, dueAt: due, payDueAt: null }
}

export function columnsOf(stored: StoredOrder) {
  const order = recordOf(stored)
  const { lines, rejection, history } = jsonColumns(order)
  const { status, state, dueAt, payDueAt } = stateColumns(stored)
  return [
    order.id,
    order.userId,
    order.idempotencyKey ?? null,
    status,
    lines,
    order.totalMinor,
    order.currency,
    rejection,
    history,
    order.version,
    order.createdAt,
    order.updatedAt,
    dueAt,
    order.attempts,
    order.fence,
    order.number ?? null,
    order.checkout === undefined ? null : JSON.stringify(order.checkout),
    state,
    payDueAt,
    order.linkedTo ?? null,
    order.tracking === undefined ? null : JSON.stringify(order.tracking),
    order.isOwnerless ? 1 : null,
    order.erasedAt ?? null,
  ] as const
}

/** From the columns in the order of COLUMNS. */
export const toOrder = (row: Row): StoredOrder =>
  readOrder({
    id: row[0],
    userId: row[1],
    idempotencyKey: row[2] ?? undefined,
    status: row[17] ?? row[3],
    lines: JSON.parse(row[4] as string),
    totalMinor: Number(row[5]),
    currency: row[6],
    rejection: row[7] === null ? undefined : JSON.parse(row[7] as string),
    history: JSON.parse(row[8] as string),
    version: Number(row[9]),
    createdAt: row[10],
    updatedAt: row[11],
    dueAt: row[12] ?? row[18] ?? undefined,
    attempts: Number(row[13]),
    fence: Number(row[14]),
    number: row[15] === null ? undefined : Number(row[15]),
    checkout: row[16] === null ? undefined : JSON.parse(row[16] as string),
    linkedTo: row[19] ?? undefined,
    tracking: row[20] === null ? undefined : JSON.parse(row[20] as string),
    isOwnerless: row[21] !== null,
    erasedAt: row[22] ?? undefined,
  })
