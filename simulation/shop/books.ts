/**
 * What is in the stores, and whether it may be there.
 *
 * Safety: after every event, faults or not, invariants 1 to 4 and 6 to 9 hold, and nothing is undone: no order or movement
 * vanishes, a history only grows, a decision stays.
 */
import { NEXT, type OrderStatus } from '@shop/order_service/domain/order'
import {
  keyFaults,
  type LineRecord,
  type MovementRecord,
  type OrderRecord,
  type ReservationRecord,
  type StoreRecords,
  stockFaults,
} from '../../tests/system/invariants.ts'
import { Violation } from '../core/history.ts'
import { type ChangeRecords, changeFaults } from './changes.ts'

/** The stores of a deployment, read without asking a service, and without waiting. */
export type Books = {
  /** Another number after each change. */
  revision(): number
  records(): StoreRecords
  /** Changes of admins, and the audit logs. */
  changes(): ChangeRecords
}

const BOUGHT: readonly string[] = ['confirmed', 'shipped', 'delivered']
const HOLDING: readonly string[] = ['held', 'shipped']
const RESERVATION_AFTER: Readonly<Record<string, readonly string[]>> = {
  held: ['held', 'released', 'shipped'],
  rejected: ['rejected'],
  released: ['released'],
  shipped: ['shipped'],
}

export type BookCheck = {
  /** Throws a Violation. */
  check(): void
  /** As of the last check. */
  order(id: string): OrderRecord | undefined
  orders(): readonly OrderRecord[]
  productVersion(id: string): number
  reservation(orderId: string): ReservationRecord | undefined
  /** When it was first seen in the store. */
  storedAt(id: string): number
  /** As of now. */
  changes(): ChangeRecords
  /** Throws a Violation unless the audit log has every change. */
  checkChanges(): void
}

export function createBookCheck(books: Books, time: () => number): BookCheck {
  let revision = -1
  let orders = new Map<string, OrderRecord>()
  let reservations = new Map<string, ReservationRecord>()
  let movements: readonly MovementRecord[] = []
  let versions = new Map<string, number>()
  const storedAt = new Map<string, number>()

  return {
    check() {
      const current = books.revision()
      if (current === revision) return
      revision = current
      const records = books.records()
      const [fault] = [...stockFaults(records), ...keyFaults(records)]
      if (fault !== undefined) broken(fault)
      const nextReservations = new Map(records.reservations.map((each) => [each.orderId, each]))
      for (const before of reservations.values()) checkDecision(before, nextReservations.get(before.orderId))
      const nextOrders = new Map(records.orders.map((each) => [each.id, each]))
      for (const before of orders.values()) checkGrown(before, nextOrders.get(before.id))
      for (const order of records.orders) {
        checkOrder(order, nextReservations.get(order.id))
        if (!storedAt.has(order.id)) storedAt.set(order.id, time())
      }
      checkLedgerGrew(movements, records.movements)
      orders = nextOrders
      reservations = nextReservations
      movements = records.movements
      versions = new Map(records.products.map(({ id, version }) => [id, version]))
    },
    order: (id) => orders.get(id),
    orders: () => [...orders.values()],
    productVersion: (id) => versions.get(id) ?? 0,
    reservation: (orderId) => reservations.get(orderId),
    storedAt: (id) => storedAt.get(id) ?? time(),
    changes: books.changes,
    checkChanges() {
      const [fault] = changeFaults(books.changes())
      if (fault !== undefined) broken(fault)
    },
  }
}

const broken = (sentence: string): never => {
  throw new Violation(sentence)
}

function checkDecision(before: ReservationRecord, now: ReservationRecord | undefined) {
  if (!now) return broken(`6: the reservation of order ${before.orderId} vanished`)
  if (!RESERVATION_AFTER[before.status]!.includes(now.status))
    broken(`6: the reservation of order ${before.orderId} was ${before.status} and is ${now.status}`)
}

function checkGrown(before: OrderRecord, now: OrderRecord | undefined) {
  if (!now) return broken(`3: order ${before.id} vanished`)
  const kept = before.history.every((status, at) => now.history[at] === status)
  if (!kept) broken(`7: order ${before.id} had the history ${before.history} and has ${now.history}`)
}

function checkOrder(order: OrderRecord, reservation: ReservationRecord | undefined) {
  const { id, status, version, history, totalMinor, lines } = order
  if (history.length !== version || history.at(-1) !== status)
    broken(`7: order ${id} is ${status} at version ${version} with the history ${history}`)
  for (const [at, next] of history.slice(1).entries()) {
    if (!NEXT[history[at] as OrderStatus].includes(next as OrderStatus))
      broken(`7: order ${id} went from ${history[at]} to ${next}`)
  }
  const holds = reservation !== undefined && HOLDING.includes(reservation.status)
  if (BOUGHT.includes(status)) {
    if (!holds)
      return broken(`6: order ${id} is ${status}, its reservation ${reservation?.status ?? 'missing'}`)
    if (spelled(lines) !== spelled(reservation.lines))
      broken(`6: order ${id} has ${spelled(lines)}, its reservation ${spelled(reservation.lines)}`)
    const cost = reservation.lines.reduce(
      (sum, line) => sum + (line.unitPriceMinor ?? Number.NaN) * line.quantity,
      0,
    )
    if (cost !== totalMinor) broken(`8: order ${id} was charged ${totalMinor} for lines that cost ${cost}`)
  }
  if ((status === 'rejected' || status === 'cancelled') && holds)
    broken(`6: order ${id} is ${status}, its reservation ${reservation.status}`)
  if (reservation?.status === 'shipped' && status !== 'shipped' && status !== 'delivered')
    broken(`6: order ${id} is ${status}, but its units were shipped`)
}

/** Both are sorted by product, then by version. */
function checkLedgerGrew(before: readonly MovementRecord[], now: readonly MovementRecord[]) {
  const known = new Map(now.map((each) => [`${each.productId} ${each.version}`, each]))
  for (const each of before) {
    const found = known.get(`${each.productId} ${each.version}`)
    if (found?.delta !== each.delta || found.stockAfter !== each.stockAfter)
      broken(`2: movement ${each.version} of product ${each.productId} was changed or removed`)
  }
}

const spelled = (lines: readonly LineRecord[]) =>
  lines
    .map(({ productId, quantity }) => `${quantity} x ${productId}`)
    .sort()
    .join(', ')
