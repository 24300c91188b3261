/**
 * Status changes that people request: owners, and who has the token of a guest's order, cancel; admins also ship and deliver
 * (invariant 10).
 *
 * - The request is stored before the product service is called: a `cancelling` order never ships, a `shipped` one is never
 *   cancelled. The call follows now or, while the product service is down, later.
 * - A request for the status the order already has succeeds and changes nothing, whatever version it names: a client that
 *   got no answer may repeat its request. With another tracking it corrects that.
 */
import type { RequestPorts } from './answer_wait.ts'
import { statusChanged, trackingChanged } from './audit.ts'
import { DomainError } from './errors.ts'
import { isGuestOrder, ownerOf } from './guests.ts'
import { type Order, type OrderStatus, REQUESTABLE, type RequestableStatus } from './order.ts'
import type { Audited } from './ports.ts'
import { isUnsettled, type StoredOrder, scheduleChanged } from './schedule.ts'
import { type Settle, trySettle } from './settle_order.ts'
import { isSameTracking, type Tracking } from './tracking.ts'
import { illegalTransition, transitionTo } from './transitions.ts'

export type Actor = {
  /** Undefined for who has only the token of an order. */
  readonly userId: string | undefined
  readonly admin: boolean
  /** Has the token of this order. */
  readonly tokenOf?: string | undefined
}

export type StatusChange = {
  readonly orderId: string
  readonly to: OrderStatus
  /** Of what is shipped. */
  readonly tracking?: Tracking | undefined
  readonly actor: Actor
  /** The change applies only to one of these versions (invariant 7); undefined: to any. */
  readonly expectedVersions: readonly number[] | undefined
}

/** What a status becomes by itself. */
const UNDER_WAY: Partial<Record<OrderStatus, OrderStatus>> = { cancelling: 'cancelled', capturing: 'shipped' }

/** What was asked for is recorded, and not done yet. */
export const isUnderWay = ({ status }: Order): boolean => Object.hasOwn(UNDER_WAY, status)

/** Attempts to save while others change the order. */
const SAVE_ATTEMPTS_MAX = 8

/** Returns the order to its buyer and to admins; for everyone else it does not exist. Throws `order_not_found`. */
export function visibleTo(actor: Actor, stored: StoredOrder | undefined): StoredOrder {
  if (stored && (actor.admin || isBuyer(actor, stored.order))) return stored
  throw notFound()
}

export const notFound = () => new DomainError('order_not_found', 'You have no order with this id.')

const isBuyer = ({ userId, tokenOf }: Actor, order: Order): boolean =>
  ownerOf(order) === userId || (isGuestOrder(order) && tokenOf === order.id)

/** The statuses this actor may request now; readers get them as `allowed`. */
export const allowedFor = (actor: Actor, order: Pick<Order, 'status'>): readonly RequestableStatus[] =>
  REQUESTABLE[order.status].filter((status) => actor.admin || status === 'cancelled')

/** Fails with `order_not_found`, `forbidden`, `version_conflict` or `illegal_transition`. */
export async function changeStatus(
  ports: RequestPorts,
  settle: Settle,
  change: StatusChange,
): Promise<Order> {
  await ports.nextAnswer()
  const recorded = await record(ports, change)
  const { order } = isUnsettled(recorded) ? await trySettle(ports, settle, recorded) : recorded
  return order
}

async function record(
  ports: RequestPorts,
  { orderId, to, actor, expectedVersions, ...change }: StatusChange,
): Promise<StoredOrder> {
  for (let attempt = 1; ; attempt++) {
    const stored = visibleTo(actor, await ports.orders.find(orderId))
    const { order, schedule } = stored
    // An order that is erased takes no personal field any more.
    const tracking = order.erasedAt === undefined ? change.tracking : undefined
    if (!actor.admin && to !== 'cancelled') {
      throw new DomainError(
        'forbidden',
        'Owners may cancel their orders; every other change needs the role admin.',
      )
    }
    if (order.status === to || UNDER_WAY[order.status] === to) {
      if (tracking === undefined || isSameTracking(order.tracking, tracking)) return stored
      if (await correct(ports, actor, order, tracking))
        return { ...stored, order: { ...order, tracking } } as StoredOrder
      if (attempt === SAVE_ATTEMPTS_MAX)
        throw new DomainError('version_conflict', 'Others change the order now.')
      continue
    }
    if (expectedVersions?.includes(order.version) === false) throw conflict(order)
    const now = ports.now()
    const changed = transitionTo(to, order, actor.userId ?? order.userId, now)
    if (changed === undefined) throw illegalTransition(order, to, allowedFor(actor, order))
    try {
      const saved = await ports.orders.save(
        scheduleChanged(changed, schedule, now),
        auditedFor(actor, order, changed.status, tracking),
        tracking,
      )
      if (changed.status === 'cancelling') ports.reached('cancelling_recorded')
      if (changed.status === 'shipped') ports.reached('shipping_recorded')
      if (changed.status === 'capturing') ports.reached('capturing_recorded')
      return saved
    } catch (error) {
      const raced = error instanceof DomainError && error.code === 'version_conflict'
      if (!raced || attempt === SAVE_ATTEMPTS_MAX) throw error
    }
  }
}

/** False if the tracking is not that of `order` any more. */
function correct(
  { orders, now }: RequestPorts,
  { userId }: Actor,
  order: Order,
  to: Tracking,
): Promise<boolean> {
  const audited = { by: userId!, record: trackingChanged(order.id, order.tracking, to) }
  return orders.track(order, { before: order.tracking, after: to }, now().toISOString(), audited)
}

/** Undefined for what an owner may do as well (audit.ts). */
function auditedFor(
  { userId, admin }: Actor,
  order: Order,
  to: OrderStatus,
  tracking?: Tracking,
): Audited | undefined {
  if (!admin || (userId === ownerOf(order) && to === 'cancelling')) return undefined
  return { by: userId!, record: statusChanged(order.id, order.status, to, tracking) }
}

const conflict = (order: Order) =>
  new DomainError('version_conflict', `The order is at version ${order.version} now.`, { current: order })
