/**
 * An order as stores hold it: one flat record. `readOrder` validates every record read, so data changed from outside is
 * found here; the checks of the stores do not look into JSON.
 */

import { readCheckout } from './checkout_record.ts'
import {
  type HistoryEntry,
  NEXT,
  ORDER_STATUSES,
  type Order,
  type OrderBase,
  type OrderStatus,
  type PricedLine,
  REJECTION_REASONS,
  type Rejection,
  type RequestedLine,
  type Shortage,
} from './order.ts'
import { checks, type Fields, type Unchecked } from './record_fields.ts'
import { type Schedule, type StoredOrder, withSchedule } from './schedule.ts'
import type { Tracking } from './tracking.ts'

const of = (part: string) => checks(`its ${part} are not those of an order`)
const IDS = of('ids')
const STATUSES = of('statuses')
const LINES = of('lines')
const AMOUNTS = of('amounts')
const REASONS = of('reasons')
const CHANGES = of('changes')
const TIMES = of('times')
const COUNTS = of('counts')
const TAXES = of('taxes')
const TEXTS = of('texts')

export type OrderRecord = OrderBase & {
  readonly status: OrderStatus
  readonly lines: readonly RequestedLine[]
  readonly rejection: RejectionRecord | undefined
} & Schedule

/** Fields of other reasons are empty. */
export type RejectionRecord = {
  readonly reason: Rejection['reason']
  readonly shortages: readonly Shortage[]
  readonly unknownProducts: readonly string[]
  readonly totalMinor?: number
}

export function recordOf({ order, schedule }: StoredOrder): OrderRecord {
  return {
    id: order.id,
    number: order.number,
    userId: order.userId,
    linkedTo: order.linkedTo,
    idempotencyKey: order.idempotencyKey,
    status: order.status,
    lines: order.lines,
    totalMinor: order.totalMinor,
    currency: order.currency,
    checkout: order.checkout,
    tracking: order.tracking,
    isOwnerless: order.isOwnerless,
    erasedAt: order.erasedAt,
    rejection: order.status === 'rejected' ? rejectionRecord(order.rejection) : undefined,
    history: order.history,
    version: order.version,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    ...schedule,
  }
}

export function rejectionRecord(rejection: Rejection): RejectionRecord {
  const { reason } = rejection
  const shortages = reason === 'insufficient_stock' ? rejection.shortages : []
  const unknownProducts = reason === 'product_not_found' ? rejection.unknownProducts : []
  const total = reason === 'product_not_found' ? undefined : rejection.totalMinor
  return { reason, shortages, unknownProducts, ...(total === undefined ? {} : { totalMinor: total }) }
}

/** Throws an Error that says which part is wrong. */
export function readOrder(record: Unchecked<OrderRecord>): StoredOrder {
  const schedule = {
    dueAt: TIMES.optional(TIMES.text, record.dueAt),
    attempts: COUNTS.count(record.attempts),
    fence: COUNTS.count(record.fence),
  }
  const order = readState(record, readBase(record))
  if (order.checkout !== undefined && order.checkout.lines.length !== order.lines.length) return TAXES.fail()
  return withSchedule(order, schedule) ?? TIMES.fail()
}

function readState({ status, lines, rejection }: Unchecked<OrderRecord>, base: OrderBase): Order {
  const unpriced = () => atLeastOne(LINES.objects(lines, requestedLine))
  const priced = () => atLeastOne(LINES.objects(lines, pricedLine))
  const now = STATUSES.oneOf(ORDER_STATUSES, status)
  if (base.history.at(-1)?.status !== now) return CHANGES.fail()
  if ((now === 'rejected') !== (rejection !== undefined)) return REASONS.fail()
  switch (now) {
    case 'pending':
      return { ...base, status: now, lines: unpriced() }
    case 'rejected':
      return { ...base, status: now, lines: unpriced(), rejection: readRejection(REASONS.object(rejection)) }
    case 'awaiting_payment':
    case 'confirmed':
    case 'capturing':
    case 'shipped':
    case 'delivered':
      return { ...base, status: now, lines: priced() }
    case 'cancelling':
    case 'cancelled':
      return cancelledFrom(base) === 'pending'
        ? { ...base, status: now, cancelledFrom: 'pending', lines: unpriced() }
        : { ...base, status: now, cancelledFrom: cancelledFrom(base) as 'confirmed', lines: priced() }
  }
}

/** The status before `cancelling`. */
function cancelledFrom({ history }: OrderBase): OrderStatus | undefined {
  const at = history.findIndex(({ status }) => status === 'cancelling')
  return history[at - 1]?.status
}

function readBase(record: Unchecked<OrderRecord>): OrderBase {
  const history = CHANGES.objects(record.history, historyEntry)
  let allowed: readonly OrderStatus[] = ['pending']
  for (const { status } of history) {
    if (!allowed.includes(status)) return CHANGES.fail()
    allowed = NEXT[status]
  }
  if (record.version !== history.length) return CHANGES.fail()
  const checkout = AMOUNTS.optional((given) => readCheckout(AMOUNTS.object(given)), record.checkout)
  return {
    id: IDS.text(record.id),
    number: IDS.optional(IDS.count, record.number),
    userId: IDS.text(record.userId),
    linkedTo: IDS.optional(IDS.text, record.linkedTo),
    idempotencyKey: IDS.optional(IDS.text, record.idempotencyKey),
    totalMinor: AMOUNTS.count(record.totalMinor),
    currency: AMOUNTS.text(record.currency),
    checkout,
    tracking: TEXTS.optional((given) => readTracking(TEXTS.object(given)), record.tracking),
    isOwnerless: record.isOwnerless === true,
    erasedAt: TIMES.optional(TIMES.text, record.erasedAt),
    history,
    version: history.length,
    createdAt: TIMES.text(record.createdAt),
    updatedAt: TIMES.text(record.updatedAt),
  }
}

const readTracking = ({ carrier, number }: Fields): Tracking => ({
  carrier: carrier === null ? null : TEXTS.text(carrier),
  number: TEXTS.text(number),
})

const historyEntry = (entry: Fields): HistoryEntry => ({
  status: CHANGES.oneOf(ORDER_STATUSES, entry.status),
  at: CHANGES.text(entry.at),
  by: CHANGES.text(entry.by),
})

const atLeastOne = <Line>(lines: readonly Line[]) => (lines.length > 0 ? lines : LINES.fail())

const requestedLine = (line: Fields): RequestedLine => ({
  productId: LINES.text(line.productId),
  quantity: LINES.count(line.quantity),
})

const pricedLine = (line: Fields): PricedLine => ({
  ...requestedLine(line),
  name: LINES.text(line.name),
  unitPriceMinor: LINES.count(line.unitPriceMinor),
})

function readRejection(rejection: Fields): Rejection {
  const reason = REASONS.oneOf(REJECTION_REASONS, rejection.reason)
  const totalMinor = REASONS.optional(REASONS.count, rejection.totalMinor)
  switch (reason) {
    case 'product_not_found':
      return { reason, unknownProducts: REASONS.list(rejection.unknownProducts, REASONS.text) }
    case 'insufficient_stock':
      return { reason, shortages: REASONS.objects(rejection.shortages, shortage), totalMinor }
    case 'price_changed':
      return { reason, totalMinor }
  }
}

const shortage = (line: Fields): Shortage => ({
  productId: REASONS.text(line.productId),
  requested: REASONS.count(line.requested),
  available: REASONS.count(line.available),
})
