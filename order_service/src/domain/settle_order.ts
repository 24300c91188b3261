/**
 * Settling: doing what is still owed for one order and recording the answer (invariants 5 and 6).
 *
 * Every step may be repeated, by any replica, at any time: reservations are keyed by order id, and an answer is
 * recorded only over the version and fence it was asked for. Who loses that race reads what the winner wrote.
 */
import { DomainError, OutcomeUnknown } from './errors.ts'
import { cancelled, confirm, type Order, reject, requestCancel, SYSTEM } from './order.ts'
import type { Ports } from './ports.ts'

/**
 * Resolves the order as it is afterwards; unchanged when nothing was owed. Fails with OutcomeUnknown or
 * `store_unavailable` when it has to be tried again.
 */
export type Settle = (order: Order) => Promise<Order>

/** Settles orders; whoever asks for an order already being settled in this process shares its answer. */
export function createSettle(ports: Ports): Settle {
  const underWay = new Map<string, { version: number; fence: number; answer: Promise<Order> }>()
  return (order) => {
    const known = underWay.get(order.id)
    if (known?.version === order.version && known.fence === order.fence) return known.answer
    const answer = settleOrder(ports, order).finally(() => {
      if (underWay.get(order.id)?.answer === answer) underWay.delete(order.id)
    })
    underWay.set(order.id, { version: order.version, fence: order.fence, answer })
    return answer
  }
}

/**
 * Settles what this request just changed, or leaves it to the settler: at once when the other service gave no answer,
 * else (the store is at fault, and not to be waited for again) when it is due. Resolves the order as it is; never fails.
 */
export async function settleOrLeave(ports: Ports, settle: Settle, order: Order): Promise<Order> {
  try {
    return await settle(order)
  } catch (fault) {
    ports.report(fault, order.id)
    if (fault instanceof OutcomeUnknown) {
      await leave(ports, order).catch((failed) => ports.report(failed, order.id))
    }
    return order
  }
}

/** Nothing a client sees changes. One that a settler took up already keeps its lease or its pause. */
async function leave({ orders, now }: Ports, { id, version, fence, attempts, dueAt }: Order): Promise<void> {
  const at = now().toISOString()
  if (attempts === 0 && dueAt! > at) await orders.reschedule([{ id, version, fence, dueAt: at }])
}

async function settleOrder(ports: Ports, order: Order): Promise<Order> {
  if (order.dueAt === undefined) return order
  if (order.status === 'pending') return settlePending(ports, order)
  if (order.status === 'cancelling') return settleCancelling(ports, order)
  return settleShipped(ports, order)
}

async function settlePending(ports: Ports, order: Order): Promise<Order> {
  const answer = await ports.reservations.hold(order)
  ports.reached('answer_received')
  const now = ports.now()
  if (answer.status === 'released') {
    // Given back although nobody cancelled here (a repair, say): nothing is held, so it ends as cancelled.
    const cancelling = await saveOrReload(ports, requestCancel(order, SYSTEM, now))
    return cancelling.status === 'cancelling' ? settleCancelling(ports, cancelling) : cancelling
  }
  const decided =
    answer.status === 'held' ? confirm(order, answer.lines, now) : reject(order, answer.rejection, now)
  const saved = await saveOrReload(ports, decided)
  ports.reached('answer_recorded')
  return saved
}

async function settleCancelling(ports: Ports, order: Order): Promise<Order> {
  await ports.reservations.release(order)
  ports.reached('released')
  return saveOrReload(ports, cancelled(order, ports.now()))
}

async function settleShipped(ports: Ports, order: Order): Promise<Order> {
  await ports.reservations.ship(order)
  ports.reached('shipped')
  await ports.orders.reschedule([
    { id: order.id, version: order.version, fence: order.fence, dueAt: undefined },
  ])
  return { ...order, dueAt: undefined }
}

async function saveOrReload({ orders }: Ports, order: Order): Promise<Order> {
  try {
    return await orders.save(order)
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'version_conflict')) throw error
    return (await orders.find(order.id))!
  }
}
