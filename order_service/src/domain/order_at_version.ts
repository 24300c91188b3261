/** The order as it was at an earlier version: undoes its last transition until that version is reached. */
import type { Order, OrderBase, OrderStatus, Pending } from './order.ts'

export const orderAtVersion = (order: Order, version: number): Order =>
  version >= order.version || order.status === 'pending' ? order : orderAtVersion(undo(order), version)

/** The status before is in the history. */
function undo(order: Exclude<Order, Pending>): Order {
  const earlier = baseBefore(order)
  const before = earlier.history.at(-1)?.status
  switch (order.status) {
    case 'rejected':
    case 'awaiting_payment':
      return { ...earlier, status: 'pending', lines: order.lines.map(unpriced) }
    case 'confirmed':
      if (before === 'awaiting_payment' || before === 'capturing') {
        return { ...earlier, status: before, lines: order.lines }
      }
      return { ...earlier, status: 'pending', lines: order.lines.map(unpriced) }
    case 'capturing':
      return { ...earlier, status: 'confirmed', lines: order.lines }
    case 'shipped':
      return { ...earlier, status: before === 'capturing' ? before : 'confirmed', lines: order.lines }
    case 'delivered':
      return { ...earlier, status: 'shipped', lines: order.lines }
    case 'cancelling':
      return order.cancelledFrom === 'pending'
        ? { ...earlier, status: 'pending', lines: order.lines }
        : { ...earlier, status: order.cancelledFrom, lines: order.lines }
    case 'cancelled':
      return { ...order, ...earlier, status: 'cancelling' }
  }
}

/** Before them it was not on its way. */
const SHIPPING: ReadonlySet<OrderStatus | undefined> = new Set(['capturing', 'shipped'])

function baseBefore(order: Order): OrderBase {
  const history = order.history.slice(0, -1)
  return {
    id: order.id,
    number: order.number,
    userId: order.userId,
    linkedTo: order.linkedTo,
    idempotencyKey: order.idempotencyKey,
    totalMinor: order.totalMinor,
    currency: order.currency,
    checkout: order.checkout,
    tracking: SHIPPING.has(history.at(-1)?.status) ? order.tracking : undefined,
    isOwnerless: order.isOwnerless,
    erasedAt: order.erasedAt,
    history,
    version: history.length,
    createdAt: order.createdAt,
    updatedAt: history.at(-1)?.at ?? order.createdAt,
  }
}

const unpriced = ({ productId, quantity }: Order['lines'][number]) => ({ productId, quantity })
