/**
 * How many orders of guests go to one mailbox in a day, whatever became of them: each has mails sent there, and who cancels and orders
 * again would have any number sent to a stranger.
 *
 * How many unpaid orders of guests come from one address of clients (as unpaid_orders.ts). Which ids they have is remembered by each
 * replica, and the store is asked which of them still wait: who pays is never refused. After REMEMBERED_MS an order is paid or cancelled.
 */
import { DomainError } from './errors.ts'
import { isGuestOrder } from './guests.ts'
import type { Draft, OrderStatus } from './order.ts'
import type { OrderStore } from './ports.ts'
import { tooManyUnpaid } from './unpaid_orders.ts'

/** A school or an office may share an address. */
export const UNPAID_OF_ADDRESS_MAX = 30
/** Longer than a buyer may pay for (payment_steps.ts). */
export const REMEMBERED_MS = 60 * 60_000
/** Of more, the address that ordered longest ago is forgotten. */
export const ADDRESSES_MAX = 10_000

const WAITING: readonly OrderStatus[] = ['pending', 'awaiting_payment', 'cancelling']

/** Orders of guests for one mailbox in a day. */
export const GUEST_ORDERS_OF_MAILBOX_MAX = 30
const DAY_MS = 24 * 60 * 60_000
/** Of the newest orders of the mailbox, those of accounts among them. */
const READ_MAX = 100

export async function refusalOfMailbox(
  orders: Pick<OrderStore, 'listByEmail'>,
  { checkout }: Draft,
  now: Date,
): Promise<DomainError | undefined> {
  if (checkout === undefined) return undefined
  const newest = await orders.listByEmail(checkout.email, { limit: READ_MAX, before: undefined })
  const dayAgo = new Date(now.getTime() - DAY_MS).toISOString()
  const recent = newest.filter(({ order }) => isGuestOrder(order) && order.createdAt > dayAgo)
  if (recent.length < GUEST_ORDERS_OF_MAILBOX_MAX) return undefined
  return new DomainError(
    'too_many_orders',
    `${recent.length} orders without an account were placed for this e-mail address today. Sign in to order more.`,
  )
}

type Placed = { readonly id: string; readonly at: number }

export type GuestOrders = {
  refusal(address: string): Promise<DomainError | undefined>
  placed(address: string, orderId: string): void
}

export function createGuestOrders(orders: Pick<OrderStore, 'statusesOf'>, now: () => Date): GuestOrders {
  const byAddress = new Map<string, readonly Placed[]>()
  const recent = (address: string) => {
    const since = now().getTime() - REMEMBERED_MS
    return (byAddress.get(address) ?? []).filter(({ at }) => at > since)
  }
  return {
    async refusal(address) {
      const known = recent(address)
      if (known.length < UNPAID_OF_ADDRESS_MAX) return undefined
      const statuses = await orders.statusesOf(known.map(({ id }) => id))
      const waiting = known.filter(({ id }) => WAITING.includes(statuses.get(id)!))
      byAddress.set(address, waiting)
      return waiting.length < UNPAID_OF_ADDRESS_MAX ? undefined : tooManyUnpaid(waiting.length)
    },
    placed(address, id) {
      const known = recent(address)
      byAddress.delete(address)
      byAddress.set(address, [...known, { id, at: now().getTime() }])
      if (byAddress.size > ADDRESSES_MAX) byAddress.delete(byAddress.keys().next().value!)
    },
  }
}
