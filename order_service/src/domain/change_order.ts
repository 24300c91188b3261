/**
 * People moving an order on: owners cancel, admins also ship and deliver (invariant 10).
 *
 * The wish is recorded before anything is done about it: from `cancelling` on nothing ships, from `shipped` on
 * nothing is cancelled, and what the product service is owed is settled now or, when it is down, later.
 * Asking for what is already so changes nothing and succeeds, whatever version was named: a client that did not
 * hear the first answer may simply ask again.
 */
import { DomainError } from './errors.ts'
import { type Order, type OrderStatus, REQUESTABLE, type RequestableStatus } from './order.ts'
import type { Ports } from './ports.ts'
import { isUnsettled, type StoredOrder, scheduleChanged } from './schedule.ts'
import { type Settle, trySettle } from './settle_order.ts'
import { illegalTransition, transitionTo } from './transitions.ts'

export type Actor = { readonly userId: string; readonly admin: boolean }

export type StatusChange = {
  readonly orderId: string
  readonly to: OrderStatus
  readonly actor: Actor
  /** The versions the client says it may have seen; the change applies to nothing else (invariant 7). */
  readonly expectedVersions: readonly number[] | undefined
}

/** Rounds against concurrent changes, for a client that named no version. */
const SAVE_ATTEMPTS_MAX = 8

/** An order is its owner's and the admin's; to everyone else it does not exist. */
export function visibleTo(actor: Actor, stored: StoredOrder | undefined): StoredOrder {
  if (stored && (actor.admin || stored.order.userId === actor.userId)) return stored
  throw new DomainError('order_not_found', 'You have no order with this id.')
}

/** What this actor may ask of the order as it is; also told to readers, as `allowed`. */
export const allowedFor = (actor: Actor, order: Pick<Order, 'status'>): readonly RequestableStatus[] =>
  REQUESTABLE[order.status].filter((status) => actor.admin || status === 'cancelled')

/** Fails with `order_not_found`, `forbidden`, `version_conflict` or `illegal_transition`. */
export async function changeStatus(ports: Ports, settle: Settle, change: StatusChange): Promise<Order> {
  const recorded = await record(ports, change)
  const { order } = isUnsettled(recorded) ? await trySettle(ports, settle, recorded) : recorded
  return order
}

async function record(
  ports: Ports,
  { orderId, to, actor, expectedVersions }: StatusChange,
): Promise<StoredOrder> {
  for (let round = 1; ; round++) {
    const stored = visibleTo(actor, await ports.orders.find(orderId))
    const { order, schedule } = stored
    if (!actor.admin && to !== 'cancelled') {
      throw new DomainError(
        'forbidden',
        'Owners may cancel their orders; every other move needs the role admin.',
      )
    }
    if (order.status === to || (order.status === 'cancelling' && to === 'cancelled')) return stored
    if (expectedVersions?.includes(order.version) === false) throw conflict(order)
    const now = ports.now()
    const moved = transitionTo(to, order, actor.userId, now)
    if (moved === undefined) throw illegalTransition(order, to, allowedFor(actor, order))
    try {
      const saved = await ports.orders.save(scheduleChanged(moved, schedule, now))
      if (moved.status === 'cancelling') ports.reached('cancelling_recorded')
      if (moved.status === 'shipped') ports.reached('shipping_recorded')
      return saved
    } catch (error) {
      const raced = error instanceof DomainError && error.code === 'version_conflict'
      if (!raced || round === SAVE_ATTEMPTS_MAX) throw error
    }
  }
}

const conflict = (order: Order) =>
  new DomainError('version_conflict', `The order is at version ${order.version} now.`, { current: order })
