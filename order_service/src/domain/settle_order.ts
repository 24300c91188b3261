/**
 * Settling: making the call to the product service, or to payment_service, that one order still needs, and storing the answer
 * (invariants 5, 6, M2 to M6).
 *
 * Every step may be repeated, by any replica, at any time: reservations are keyed by order id, and an answer is stored
 * only over the version and fence that asked for it. The loser of such a race reads what the winner stored.
 */
import { DomainError, OutcomeUnknown } from './errors.ts'
import {
  type AwaitingPayment,
  type Cancelling,
  type Capturing,
  type Delivered,
  isPaid,
  type Order,
  type Pending,
  type Shipped,
  SYSTEM,
} from './order.ts'
import { atPace, type Pace } from './pace.ts'
import { askForPayment, capturePayment, endPayment } from './payment_steps.ts'
import type { Ports } from './ports.ts'
import {
  claimOf,
  type Due,
  isUnsettled,
  type Queue,
  queueOf,
  type Schedule,
  type StoredOrder,
  scheduleChanged,
  type UnsettledOrder,
} from './schedule.ts'
import { awaitPayment, confirm, finishCancel, reject, requestCancel } from './transitions.ts'

/** Resolves the order as it is afterwards. Fails with OutcomeUnknown or `store_unavailable` if it must be tried again. */
export type Settle = (stored: StoredOrder) => Promise<StoredOrder>

type Paced = Ports & { readonly pace: Pace }

/** Concurrent calls in one process for the same order, version and fence share one settling. */
export function createSettle(ports: Ports, pace: Pace = {}): Settle {
  const paced = { ...ports, pace }
  const inFlight = new Map<string, { version: number; fence: number; answer: Promise<StoredOrder> }>()
  return (stored) => {
    const { id, version, fence, queue } = claimOf(stored)
    const known = inFlight.get(id)
    if (known?.version === version && known.fence === fence) return known.answer
    const step = settleOrder(paced, stored)
    const answer = atPace(pace, queue, step, stored).finally(() => {
      if (inFlight.get(id)?.answer === answer) inFlight.delete(id)
    })
    inFlight.set(id, { version, fence, answer })
    return answer
  }
}

/**
 * Settles an order this request has just changed. Where that fails, the settler tries again: at once if the product service
 * gave no answer; if the store failed, when the order is due. Resolves the order as it is; never fails.
 */
export const trySettle = (ports: Ports, settle: Settle, stored: UnsettledOrder): Promise<StoredOrder> =>
  tryOr(ports, stored, settle)

/**
 * Saves the order after a step that began in `schedule`, and makes the next one; on a conflict, resolves what is stored now. The step
 * is stored, whatever becomes of the next.
 */
async function saveAndContinue(
  ports: Paced,
  changed: Exclude<Order, Pending>,
  schedule: Schedule,
  now: Date,
  from: Queue,
): Promise<StoredOrder> {
  const saved = await saveOrReload(ports, changed, schedule, now)
  ports.reached('answer_recorded')
  if (saved.order.status !== changed.status || !isUnsettled(saved)) return saved
  const queue = queueOf(saved.order)
  if (queue !== from && ports.pace.ownQueueOnly) {
    await makeDue(ports, saved)
    return saved
  }
  const step = tryOr(ports, saved, (stored) => settleOrder(ports, stored))
  return atPace(ports.pace, queue, step, saved)
}

async function tryOr(ports: Ports, stored: UnsettledOrder, settle: Settle): Promise<StoredOrder> {
  try {
    return await settle(stored)
  } catch (fault) {
    const { id } = stored.order
    ports.report(fault, id)
    if (fault instanceof OutcomeUnknown) {
      await makeDue(ports, stored).catch((failed) => ports.report(failed, id))
    }
    return stored
  }
}

/** An order that a settler has claimed keeps its lease or its pause. */
async function makeDue({ orders, now }: Ports, stored: UnsettledOrder): Promise<void> {
  const at = now().toISOString()
  const { attempts, dueAt } = stored.schedule
  if (attempts === 0 && dueAt > at) await orders.reschedule([{ ...claimOf(stored), dueAt: at }])
}

async function settleOrder(ports: Paced, stored: StoredOrder): Promise<StoredOrder> {
  if (!isUnsettled(stored)) return stored
  const { order, schedule } = stored
  switch (order.status) {
    case 'pending':
      return settlePending(ports, order, schedule)
    case 'awaiting_payment':
      return settleAwaitingPayment(ports, order, schedule)
    case 'capturing':
      return settleCapturing(ports, order, schedule)
    case 'cancelling':
      return settleCancelling(ports, order, schedule)
    case 'shipped':
    case 'delivered':
      return settleShipped(ports, order, schedule)
  }
}

async function settlePending(ports: Paced, order: Pending, schedule: Due): Promise<StoredOrder> {
  const answer = await ports.reservations.hold(order)
  ports.reached('answer_received')
  const now = ports.now()
  if (answer.status === 'released') {
    // Released without a cancellation here (by a repair, for example): nothing is held, so it ends as cancelled.
    return saveAndContinue(ports, requestCancel(order, SYSTEM, now), schedule, now, 'stock')
  }
  const decided =
    answer.status !== 'held'
      ? reject(order, answer.rejection, now)
      : isPaid(order)
        ? awaitPayment(order, answer.lines, now)
        : confirm(order, answer.lines, now)
  return saveAndContinue(ports, decided, schedule, now, 'stock')
}

/** Waits until it is paid, or cannot be paid any more. */
async function settleAwaitingPayment(
  ports: Paced,
  order: AwaitingPayment,
  schedule: Due,
): Promise<StoredOrder> {
  const next = await askForPayment(ports, order)
  if (!(next instanceof Date)) return saveAndContinue(ports, next, schedule, ports.now(), 'payments')
  // Payment_service says when it is paid (hurryPayments); this is when the order asks by itself.
  return waitUntil(ports, order, schedule, next)
}

async function waitUntil(
  { orders }: Ports,
  order: AwaitingPayment | Cancelling,
  schedule: Due,
  time: Date,
): Promise<StoredOrder> {
  const dueAt = time.toISOString()
  await orders.reschedule([{ ...claimOf({ order, schedule }), dueAt }])
  return { order, schedule: { ...schedule, dueAt } }
}

const settleCapturing = async (ports: Paced, order: Capturing, schedule: Due): Promise<StoredOrder> =>
  saveAndContinue(ports, await capturePayment(ports, order), schedule, ports.now(), 'payments')

async function settleCancelling(ports: Ports, order: Cancelling, schedule: Due): Promise<StoredOrder> {
  const again = queueOf(order) === 'payments' ? await endPayment(ports, order) : undefined
  await ports.reservations.release(order)
  ports.reached('released')
  if (again !== undefined) return waitUntil(ports, order, schedule, again)
  const now = ports.now()
  return saveOrReload(ports, finishCancel(order, now), schedule, now)
}

async function settleShipped(ports: Ports, order: Shipped | Delivered, schedule: Due): Promise<StoredOrder> {
  await ports.reservations.ship(order)
  ports.reached('shipped')
  await ports.orders.reschedule([{ ...claimOf({ order, schedule }), dueAt: undefined }])
  return { order, schedule: { ...schedule, dueAt: undefined } }
}

/** Saves the order after a transition; on a conflict, resolves what is stored now. */
async function saveOrReload(
  { orders }: Ports,
  changed: Exclude<Order, Pending>,
  schedule: Schedule,
  now: Date,
): Promise<StoredOrder> {
  try {
    return await orders.save(scheduleChanged(changed, schedule, now))
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'version_conflict')) throw error
    const current = await orders.find(changed.id)
    if (current === undefined) throw error
    return current
  }
}
