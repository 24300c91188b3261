/** Stored orders: one of every status, so that a new status does not compile without one, and of every special form. */
import type { OrderStatus, Rejection } from '../src/domain/order.ts'
import { nextVersion as next, type StoredOrder } from '../src/domain/schedule.ts'
import {
  ADA,
  CHECKOUT,
  confirm,
  deliver,
  finishCancel,
  HELD,
  later,
  order,
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

const OF_STATUS: Record<OrderStatus, StoredOrder> = {
  pending,
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
  'quoted and pending': order({ checkout: CHECKOUT }),
  'of an unknown product': rejected({ reason: 'product_not_found', unknownProducts: [PEN] }),
  'at another price': rejected({ reason: 'price_changed', totalMinor: 1 }),
}
