/** What the compiler refuses: `tsc` fails if a line below a `@ts-expect-error` compiles. None of this code runs. */
import { test } from 'node:test'
import type { Cancelled, Confirmed, Delivered, Order, Pending, Rejected } from '../../src/domain/order.ts'
import type { Schedule, StoredOrder } from '../../src/domain/schedule.ts'
import { confirm, deliver, finishCancel, reject, requestCancel, ship } from '../../src/domain/transitions.ts'
import { ADA, AT, HELD, SHORT } from '../samples.ts'

test('illegal states and transitions do not compile', () => {})

export function transitions(pending: Pending, confirmed: Confirmed, delivered: Delivered, order: Order) {
  // @ts-expect-error a delivered order is not confirmed
  confirm(delivered, HELD, AT)
  // @ts-expect-error the status is not known
  confirm(order, HELD, AT)
  // @ts-expect-error a confirmed order is not rejected
  reject(confirmed, SHORT, AT)
  // @ts-expect-error a pending order is not shipped
  ship(pending, ADA, AT)
  // @ts-expect-error a confirmed order is not delivered
  deliver(confirmed, ADA, AT)
  // @ts-expect-error a delivered order is not cancelled
  requestCancel(delivered, ADA, AT)
  // @ts-expect-error a confirmed order is not cancelling
  finishCancel(confirmed, AT)
  return finishCancel(requestCancel(confirm(pending, HELD, AT), ADA, AT), AT)
}

export function fields(pending: Pending, rejected: Rejected, cancelled: Cancelled, order: Order) {
  // @ts-expect-error a pending order has no rejection
  pending.rejection
  // @ts-expect-error a pending order has no prices
  pending.lines[0]?.unitPriceMinor
  // @ts-expect-error the status is not known
  order.rejection
  // @ts-expect-error the schedule is not part of the order
  order.dueAt
  // @ts-expect-error it may have been cancelled while pending
  cancelled.lines[0]?.unitPriceMinor
  if (cancelled.cancelledFrom === 'confirmed') cancelled.lines[0]?.unitPriceMinor
  // @ts-expect-error shortages belong to another reason
  if (rejected.rejection.reason === 'price_changed') rejected.rejection.shortages
  if (rejected.rejection.reason === 'insufficient_stock') rejected.rejection.shortages
}

export function schedules(pending: Pending, confirmed: Confirmed, delivered: Delivered): StoredOrder[] {
  const due = { dueAt: '', attempts: 0, fence: 0 }
  const never = { dueAt: undefined, attempts: 0, fence: 0 }
  const either: Schedule = due
  return [
    { order: pending, schedule: due },
    // @ts-expect-error a pending order is always due
    { order: pending, schedule: never },
    { order: confirmed, schedule: never },
    // @ts-expect-error a confirmed order is never due
    { order: confirmed, schedule: due },
    { order: delivered, schedule: never },
    { order: delivered, schedule: either },
  ]
}
