/**
 * The status transitions of an order, as pure functions. Their types accept only an order of the right status; at run time
 * any other order throws `illegal_transition`.
 *
 * Invariant 6: an order is confirmed only with the lines that it asked for, at the price that it named.
 */
import { DomainError } from './errors.ts'
import {
  type AwaitingPayment,
  type Cancelled,
  type Cancelling,
  type Capturing,
  type Confirmed,
  type Delivered,
  type Draft,
  isPaid,
  NEXT,
  type Order,
  type OrderStatus,
  type Pending,
  type PricedLine,
  type Rejected,
  type Rejection,
  type Shipped,
  SYSTEM,
} from './order.ts'
import { sameQuantities } from './same_request.ts'

export function newOrder(draft: Draft, id: string, now: Date): Pending {
  const at = now.toISOString()
  return {
    id,
    number: undefined,
    userId: draft.userId,
    linkedTo: undefined,
    idempotencyKey: draft.idempotencyKey,
    status: 'pending',
    lines: draft.lines,
    totalMinor: draft.totalMinor,
    currency: draft.currency,
    checkout: draft.checkout,
    tracking: undefined,
    isOwnerless: draft.checkout?.guest === true,
    erasedAt: undefined,
    history: [{ status: 'pending', at, by: draft.userId }],
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
}

/** The reservation holds `lines`, which are in the order of those of the order. */
export const confirm = (order: Pending, lines: readonly PricedLine[], now: Date): Confirmed => ({
  ...order,
  ...transition(order, 'confirmed', SYSTEM, now),
  lines: heldLines(order, lines),
})

/** As `confirm`, of an order that is paid: M4, its buyer is asked for money from here on. */
export const awaitPayment = (order: Pending, lines: readonly PricedLine[], now: Date): AwaitingPayment => ({
  ...order,
  ...transition(order, 'awaiting_payment', SYSTEM, now),
  lines: heldLines(order, lines),
})

function heldLines(order: Pending, lines: readonly PricedLine[]): readonly PricedLine[] {
  const total = lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0)
  const isQuoted = order.checkout?.lines.every(
    ({ unitPriceMinor }, i) =>
      lines[i]?.unitPriceMinor === unitPriceMinor && lines[i].productId === order.lines[i]?.productId,
  )
  if (!sameQuantities(order.lines, lines) || total !== order.totalMinor || isQuoted === false) {
    throw new Error(`The reservation of order ${order.id} is not what the order asked for.`)
  }
  return lines
}

/** Its money is authorised or captured; or could not be captured, and it goes on as before. */
export const confirmPayment = (order: AwaitingPayment | Capturing, now: Date): Confirmed => ({
  ...order,
  ...transition(order, 'confirmed', SYSTEM, now),
})

export const reject = (order: Pending, rejection: Rejection, now: Date): Rejected => ({
  ...order,
  ...transition(order, 'rejected', SYSTEM, now),
  rejection,
})

/** From here on the order can't be shipped; what it holds must be released. */
export function requestCancel(
  order: Pending | AwaitingPayment | Confirmed,
  by: string,
  now: Date,
): Cancelling {
  const changed = transition(order, 'cancelling', by, now)
  return order.status === 'pending'
    ? { ...order, ...changed, cancelledFrom: order.status }
    : { ...order, ...changed, cancelledFrom: order.status }
}

/** Nothing is held any more. */
export const finishCancel = (order: Cancelling, now: Date): Cancelled => ({
  ...order,
  ...transition(order, 'cancelled', SYSTEM, now),
})

/** From here on the order can't be cancelled; the product service must record the shipment. */
export const ship = (order: Confirmed, by: string, now: Date): Shipped => ({
  ...order,
  ...transition(order, 'shipped', by, now),
})

/** As `ship`, of an order that is paid: M2, its money is captured before it is shipped. */
export const capture = (order: Confirmed, by: string, now: Date): Capturing => ({
  ...order,
  ...transition(order, 'capturing', by, now),
})

/** Its money was captured: the product service must record the shipment. */
export const captured = (order: Capturing, now: Date): Shipped => ({
  ...order,
  ...transition(order, 'shipped', SYSTEM, now),
})

export const deliver = (order: Shipped, by: string, now: Date): Delivered => ({
  ...order,
  ...transition(order, 'delivered', by, now),
})

/**
 * The transition a person requested (REQUESTABLE); undefined if the status of the order does not allow it. A requested
 * `cancelled` gives `cancelling`; `cancelled` follows once nothing is held.
 */
export function transitionTo(
  to: OrderStatus,
  order: Order,
  by: string,
  now: Date,
): Cancelling | Capturing | Shipped | Delivered | undefined {
  if (
    to === 'cancelled' &&
    (order.status === 'pending' || order.status === 'awaiting_payment' || order.status === 'confirmed')
  ) {
    return requestCancel(order, by, now)
  }
  if (to === 'shipped' && order.status === 'confirmed') {
    return isPaid(order) ? capture(order, by, now) : ship(order, by, now)
  }
  if (to === 'delivered' && order.status === 'shipped') return deliver(order, by, now)
  return undefined
}

function transition<To extends OrderStatus>(order: Order, to: To, by: string, now: Date) {
  if (!NEXT[order.status].includes(to)) {
    throw illegalTransition(order, to, NEXT[order.status])
  }
  const at = now.toISOString()
  return { status: to, history: [...order.history, { status: to, at, by }], updatedAt: at }
}

export const illegalTransition = (order: Order, to: OrderStatus, allowed: readonly OrderStatus[]) =>
  new DomainError('illegal_transition', `An order that is ${order.status} can't become ${to}.`, {
    current: order,
    allowed,
  })
