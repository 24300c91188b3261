/**
 * Orders that wait for their payment hold stock that no one has paid for. So that one buyer does not keep it from others, each may have
 * at most UNPAID_MAX of them. Ids of guests cost nothing, so a guest's orders are counted by e-mail address, and by the address of the
 * client (guest_orders.ts). Orders that are placed at the same moment may be some more.
 */
import { DomainError } from './errors.ts'
import { isPaid, type Order } from './order.ts'
import type { OrderPage, OrderStore } from './ports.ts'
import type { StoredOrder } from './schedule.ts'

export const UNPAID_MAX = 10
/** Of the buyer's newest orders, those that were rejected or are long over among them. */
const READ_MAX = 1_000
const PAGE = 100

export const refusalOfUnpaid = (orders: Pick<OrderStore, 'listByUser'>, userId: string) =>
  refusalOf((page) => orders.listByUser(userId, page))

export const refusalOfUnpaidMailbox = (orders: Pick<OrderStore, 'listByEmail'>, email: string) =>
  refusalOf((page) => orders.listByEmail(email, page))

async function refusalOf(
  list: (page: OrderPage) => Promise<readonly StoredOrder[]>,
): Promise<DomainError | undefined> {
  let unpaid = 0
  let before: string | undefined
  for (let read = 0; read < READ_MAX; read += PAGE) {
    const page = await list({ limit: PAGE, before })
    unpaid += page.filter(({ order }) => isPaid(order) && isWaiting(order)).length
    if (unpaid >= UNPAID_MAX) return tooManyUnpaid(unpaid)
    if (page.length < PAGE) break
    before = page.at(-1)!.order.id
  }
  return undefined
}

export const tooManyUnpaid = (unpaid: number) =>
  new DomainError(
    'too_many_unpaid_orders',
    `${unpaid} of your orders wait for their payments. Pay or cancel some of them first.`,
  )

/** Its stock is held, and no money is. One that is being cancelled holds its stock until its payment has ended. */
const isWaiting = (order: Order) =>
  order.status === 'pending' ||
  order.status === 'awaiting_payment' ||
  (order.status === 'cancelling' && order.cancelledFrom !== 'confirmed')
