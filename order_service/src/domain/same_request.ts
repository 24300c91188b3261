/** Whether two orders ask for the same. */
import type { Order, RequestedLine } from './order.ts'

/** The same lines in any order, at the same total, with the same checkout: the test for a repeated idempotency key. */
export const isSameRequest = (a: Order, b: Order): boolean =>
  a.totalMinor === b.totalMinor &&
  a.currency === b.currency &&
  JSON.stringify(a.checkout) === JSON.stringify(b.checkout) &&
  sameQuantities(a.lines, b.lines)

/** Each list has at most one line per product. */
export const sameQuantities = (a: readonly RequestedLine[], b: readonly RequestedLine[]): boolean =>
  a.length === b.length &&
  a.every((line) => b.some((other) => other.productId === line.productId && other.quantity === line.quantity))
