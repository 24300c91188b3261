/**
 * Movements as rows. One of returned goods has `adjustment` as its reason, which the release before can read, and the order in a column
 * of its own.
 */
import type { Movement } from '../domain/product.ts'

export const MOVEMENT_COLUMNS = `p.id, m.version, m.delta, m.stock_after,
  CASE WHEN m.return_order IS NULL THEN m.reason ELSE 'return' END, m.note, coalesce(m.order_id, m.return_order),
  m.made_by, m.at, m.fingerprint`

export const movementOf = (row: readonly (string | number | null)[]) =>
  ({
    productId: row[0],
    version: row[1],
    delta: row[2],
    stockAfter: row[3],
    reason: row[4],
    note: row[5],
    orderId: row[6],
    by: row[7],
    at: row[8],
  }) as Movement

/** From `version` to `at`, in the order of the columns. */
export const movementValues = ({ version, delta, stockAfter, reason, note, orderId, by, at }: Movement) =>
  reason === 'return'
    ? ([version, delta, stockAfter, 'adjustment', note, null, by, at] as const)
    : ([version, delta, stockAfter, reason, note, orderId, by, at] as const)

export const returnOf = ({ reason, orderId }: Movement): string | null =>
  reason === 'return' ? orderId : null
