/**
 * Adds a guest's order to the account of a signed-in user who has proved the order's mailbox (G2 of guests.ts).
 *
 * One conditional write, that no account has it yet: of two users at once one gets it. What happens to the order meanwhile, such as a
 * cancellation, is neither hindered nor lost, because a link makes no version. Repeated by the same user it changes nothing.
 */
import { orderLinked } from './audit.ts'
import { type Actor, notFound, visibleTo } from './change_order.ts'
import { DomainError } from './errors.ts'
import { isGuestOrder, isOfMailbox } from './guests.ts'
import type { Ports } from './ports.ts'
import type { StoredOrder } from './schedule.ts'

export type Linking = {
  readonly orderId: string
  readonly actor: Actor & { readonly userId: string }
  /** The address that the user has proved, in the form in which addresses are compared. */
  readonly verifiedEmail: string | undefined
}

/** Fails with `email_not_verified`, `email_differs` or `order_not_found`. */
export async function linkOrder(
  { orders, now }: Pick<Ports, 'orders' | 'now'>,
  { orderId, actor, verifiedEmail }: Linking,
): Promise<StoredOrder> {
  if (verifiedEmail === undefined)
    throw new DomainError(
      'email_not_verified',
      'Verify the e-mail address of your account first: an order is added to who has its mailbox.',
    )
  const stored = await orders.find(orderId)
  if (stored?.order.linkedTo === actor.userId) return stored
  if (!stored || !isGuestOrder(stored.order) || stored.order.linkedTo !== undefined) throw notFound()
  if (!isOfMailbox(stored.order, verifiedEmail)) {
    // Who cannot see it learns nothing of it.
    visibleTo({ ...actor, admin: false }, stored)
    throw new DomainError(
      'email_differs',
      'The order has another e-mail address than your account has verified.',
    )
  }
  const audited = { by: actor.userId, record: orderLinked(orderId, stored.order.userId, actor.userId) }
  const isLinked = await orders.link(stored.order, actor.userId, now().toISOString(), audited)
  const after = await orders.find(orderId)
  if (!isLinked && after?.order.linkedTo !== actor.userId) throw notFound()
  return after ?? stored
}
