/** Stored orders: one of every status, so that a new status does not compile without one, and of every special form. */
import type { OrderStatus, Rejection } from '../src/domain/order.ts'
import { nextVersion as next, type StoredOrder } from '../src/domain/schedule.ts'
import {
  ADA,
  awaitPayment,
  CHECKOUT,
  capture,
  captured,
  confirm,
  confirmPayment,
  deliver,
  finishCancel,
  HELD,
  later,
  order,
  PAID,
  PEN,
  ROOT,
  reject,
  requestCancel,
  SHORT,
  settled,
  ship,
} from './samples.ts'

export const pending = order({ idempotencyKey: 'k', attempts: 2, fence: 3 })
const confirmed = next(confirm(pending, HELD, later(1)))
const shipped = next(ship(confirmed, ROOT, later(2)))
const cancelling = next(requestCancel(pending, ADA, later(1)))
export const rejected = (rejection: Rejection) => next(reject(pending, rejection, later(1)))

const awaiting = next(awaitPayment(order({ checkout: PAID }), HELD, later(1)))
const paid = next(confirmPayment(awaiting, later(2)))
const capturing = next(capture(paid, ROOT, later(3)))

const OF_STATUS: Record<OrderStatus, StoredOrder> = {
  pending,
  awaiting_payment: awaiting,
  capturing,
  confirmed,
  rejected: rejected(SHORT),
  shipped,
  delivered: next(deliver(shipped, ROOT, later(3))),
  cancelling,
  cancelled: next(finishCancel(cancelling, later(2))),
}

export const STORED: Readonly<Record<string, StoredOrder>> = {
  ...OF_STATUS,
  'without a key': order(),
  'shipped and settled': settled(shipped),
  'delivered and settled': next(deliver(settled(shipped), ROOT, later(3))),
  'cancelling after it was confirmed': next(requestCancel(confirmed, ADA, later(2))),
  'cancelled after it was confirmed': next(
    finishCancel(next(requestCancel(confirmed, ADA, later(2))), later(3)),
  ),
  'rejected above the largest amount': rejected({ ...SHORT, totalMinor: undefined }),
  quoted: next(confirm(order({ checkout: CHECKOUT }), HELD, later(1))),
  'paid, and not shipped': paid,
  'shipped after its money was captured': next(captured(capturing, later(4))),
  'confirmed again, because its money could not be captured': next(confirmPayment(capturing, later(4))),
  'cancelling before it was paid': next(requestCancel(awaiting, ADA, later(2))),
  'cancelling after it was paid': next(requestCancel(paid, ADA, later(3))),
  'cancelled before it was paid': next(finishCancel(next(requestCancel(awaiting, ADA, later(2))), later(3))),
  'quoted and pending': order({ checkout: CHECKOUT }),
  'of an unknown product': rejected({ reason: 'product_not_found', unknownProducts: [PEN] }),
  'at another price': rejected({ reason: 'price_changed', totalMinor: 1 }),
}
