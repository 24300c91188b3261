/** Whether two orders ask for the same. */
import type { Checkout } from './checkout.ts'
import { normalEmail } from './guests.ts'
import type { Order, RequestedLine } from './order.ts'

/** The same lines in any order, at the same total, with the same checkout: the test for a repeated idempotency key. */
export const isSameRequest = (a: Order, b: Order): boolean =>
  a.totalMinor === b.totalMinor &&
  a.currency === b.currency &&
  textOf(a.checkout) === textOf(b.checkout) &&
  sameQuantities(a.lines, b.lines)

/** Earlier releases kept an e-mail address as it was typed. */
const textOf = (checkout: Checkout | undefined) =>
  checkout && JSON.stringify({ ...checkout, email: normalEmail(checkout.email) })

/** Each list has at most one line per product. */
export const sameQuantities = (a: readonly RequestedLine[], b: readonly RequestedLine[]): boolean =>
  a.length === b.length &&
  a.every((line) => b.some((other) => other.productId === line.productId && other.quantity === line.quantity))
