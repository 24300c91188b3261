/**
 * Orders that wait for their payment hold stock that no one has paid for. So that one buyer does not keep it from others, each may have
 * at most UNPAID_MAX of them. Orders that are placed at the same moment may be some more.
 */
import { DomainError } from './errors.ts'
import { isPaid, type Order } from './order.ts'
import type { OrderStore } from './ports.ts'

export const UNPAID_MAX = 10
/** Of the buyer's newest orders. */
const READ_MAX = 50

export async function refusalOfUnpaid(
  orders: Pick<OrderStore, 'listByUser'>,
  userId: string,
): Promise<DomainError | undefined> {
  const newest = await orders.listByUser(userId, { limit: READ_MAX })
  const unpaid = newest.filter(({ order }) => isPaid(order) && isWaiting(order)).length
  if (unpaid < UNPAID_MAX) return undefined
  return new DomainError(
    'too_many_unpaid_orders',
    `${unpaid} of your orders wait for their payments. Pay or cancel some of them first.`,
  )
}

const isWaiting = ({ status }: Order) => status === 'pending' || status === 'awaiting_payment'
