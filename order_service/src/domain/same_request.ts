/** Whether two orders ask for the same. */
import type { Checkout } from './checkout.ts'
import { erasedCheckout } from './erased.ts'
import { normalEmail } from './guests.ts'
import type { Order, RequestedLine } from './order.ts'

/** The same lines in any order, at the same total, with the same checkout: the test for a repeated idempotency key. */
export const isSameRequest = (a: Order, b: Order): boolean =>
  a.totalMinor === b.totalMinor &&
  a.currency === b.currency &&
  isSameCheckout(a, b) &&
  sameQuantities(a.lines, b.lines)

/** Of an order that is erased, what is left of it is compared. */
function isSameCheckout(a: Order, b: Order): boolean {
  const isErased = a.erasedAt !== undefined || b.erasedAt !== undefined
  const [one, other] = [a, b].map(({ checkout }) =>
    isErased ? checkout && erasedCheckout(checkout) : checkout,
  )
  return textOf(one) === textOf(other)
}

/** Earlier releases kept an e-mail address as it was typed. */
const textOf = (checkout: Checkout | undefined) =>
  checkout && JSON.stringify({ ...checkout, email: normalEmail(checkout.email) })

/** Each list has at most one line per product. */
export const sameQuantities = (a: readonly RequestedLine[], b: readonly RequestedLine[]): boolean =>
  a.length === b.length &&
  a.every((line) => b.some((other) => other.productId === line.productId && other.quantity === line.quantity))
