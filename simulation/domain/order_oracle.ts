/**
 * Checks every write of an order, and after it that the order and its reservation agree.
 *
 * Invariants 3 (an order stays), 4 (one key, one order), 6, and those of order_service/src/domain/order.ts (a to e), restated here
 * from the words of the specification: an oracle that called the code under test would share its faults.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Order, OrderStatus } from '../../order_service/src/domain/order.ts'
import type { StoredOrder } from '../../order_service/src/domain/schedule.ts'
import type { Reservation } from '../../product_service/src/domain/reservation.ts'
import { Violation } from '../core/history.ts'
import { EPOCH } from '../core/machine.ts'
import type { DomainHistory } from './mix.ts'
import type { OrderModel, OrderWrite } from './order_model.ts'
import type { StockModel } from './stock_model.ts'
import type { StockOracle } from './stock_oracle.ts'
import { WRONG_MS } from './trouble.ts'

/** In each queue, in milliseconds. */
export type PromisedMs = { readonly stock: number; readonly payments: number }

export type ShopOracle = {
  /** Checks what was written since the last call. */
  check(): void
  /** Orders for which a call to the product service is still owed. */
  unsettled(): number
  /** Orders that wait for their buyers to pay, and for nothing else. */
  unpaid(): number
  /** No order has waited for longer than that since the last fault, or since its own last change (invariant 5). */
  checkWaiting(lastFault: number, promisedMs: PromisedMs): void
  /** All is settled (invariants 2 and 6). */
  checkEnd(): void
}

const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'rejected', 'cancelling'],
  awaiting_payment: ['confirmed', 'cancelling'],
  capturing: ['shipped', 'confirmed'],
  confirmed: ['shipped', 'cancelling'],
  shipped: ['delivered'],
  cancelling: ['cancelled'],
  rejected: [],
  delivered: [],
  cancelled: [],
}
/** Of an order that is paid: money is asked for before it is confirmed, and captured before it is shipped. */
const NEXT_IF_PAID: typeof NEXT = {
  ...NEXT,
  pending: ['awaiting_payment', 'rejected', 'cancelling'],
  confirmed: ['capturing', 'cancelling'],
}
/** What the reservation of an order of that status may be; undefined: there is none. */
const AGREES: Readonly<Record<OrderStatus, readonly (Reservation['status'] | undefined)[]>> = {
  pending: [undefined, 'held', 'rejected'],
  confirmed: ['held'],
  awaiting_payment: ['held'],
  capturing: ['held'],
  rejected: ['rejected'],
  shipped: ['held', 'shipped'],
  delivered: ['held', 'shipped'],
  cancelling: [undefined, 'held', 'rejected', 'released'],
  cancelled: ['rejected', 'released'],
}

/** Who may make an order that: the shop itself, or someone; an owner alone never ships. */
const BY_THE_SHOP: readonly OrderStatus[] = ['awaiting_payment', 'confirmed', 'rejected', 'cancelled']
/** Each is driven until its answer is known. */
const OWED: readonly OrderStatus[] = ['pending', 'awaiting_payment', 'capturing', 'cancelling']
const SHOP = 'system'
const LEASE_MS = 15_000

export function createShopOracle(
  { world, faults, sometimes }: DomainHistory,
  orders: OrderModel,
  stock: StockModel,
  stockOracle: StockOracle,
): ShopOracle {
  const idByKey = new Map<string, string>()
  /** Since when. */
  const waiting = new Map<string, number>()
  /** When it was last written by a settler who claimed it, and by no one since. */
  const claimedAt = new Map<string, number>()
  let checked = 0
  let refused = 0

  const checkWrite = ({ how, before, after }: OrderWrite) => {
    const { order, schedule } = after
    const isDue = schedule.dueAt !== undefined
    if (!isDue) waiting.delete(order.id)
    else if (how === 'added' || how === 'saved') waiting.set(order.id, world.time())
    if (how === 'added') checkAdded(before, order)
    else if (how === 'saved') checkSaved(before!, after)
    else if (!isDeepStrictEqual(before!.order, order)) throw new Violation(`7. A lease changed ${order.id}`)
    checkLease(how, order.id)
    const fence = before?.schedule.fence ?? 0
    const raises = how === 'claimed' || how === 'hurried'
    if (raises ? schedule.fence <= fence : schedule.fence !== fence)
      throw new Violation(`5. ${order.id} was ${how}, and its fence went from ${fence} to ${schedule.fence}`)
    if (OWED.includes(order.status)) {
      if (!isDue) throw new Violation(`5. ${order.id} is ${order.status}, and no settler will find it`)
    } else if (isDue && order.status !== 'shipped' && order.status !== 'delivered')
      throw new Violation(`5. ${order.id} is ${order.status}, and still due`)
  }

  const checkLease = (how: OrderWrite['how'], id: string) => {
    const leased = claimedAt.get(id)
    if (how !== 'claimed') claimedAt.delete(id)
    else claimedAt.set(id, world.time())
    if (how !== 'claimed' || leased === undefined || faults.counts().clock_jump !== undefined) return
    const ms = world.time() - leased
    if (ms < LEASE_MS - 2 * WRONG_MS) throw new Violation(`5. ${id} was claimed again after ${ms} ms`)
  }

  const checkAdded = (before: StoredOrder | undefined, order: Order) => {
    if (before) throw new Violation(`3. ${order.id} was replaced`)
    const key = `${order.userId} ${order.idempotencyKey}`
    if (idByKey.has(key)) throw new Violation(`4. The key "${key}" made ${idByKey.get(key)} and ${order.id}`)
    idByKey.set(key, order.id)
    if (order.version !== 1 || order.history.length !== 1) throw new Violation(`c. ${order.id} is not new`)
  }

  const checkSaved = (before: StoredOrder, after: StoredOrder) => {
    const [was, is] = [before.order, after.order]
    if (is.version !== was.version + 1 || is.history.length !== is.version)
      throw new Violation(
        `7. ${is.id} went from version ${was.version} to ${is.version}, with ${is.history.length} changes`,
      )
    if (!isDeepStrictEqual(is.history.slice(0, -1), was.history))
      throw new Violation(`3. The history of ${is.id} was changed`)
    if (!(isPaid(was) ? NEXT_IF_PAID : NEXT)[was.status].includes(is.status))
      throw new Violation(`6. ${is.id} was ${was.status} and became ${is.status}`)
    if (
      is.totalMinor !== was.totalMinor ||
      is.userId !== was.userId ||
      is.number !== was.number ||
      !isDeepStrictEqual(asked(is), asked(was))
    )
      throw new Violation(`6. ${is.id} is not what its buyer asked for`)
    const { by, at } = is.history.at(-1)!
    const isByTheShop =
      BY_THE_SHOP.includes(is.status) || (isPaid(is) && is.status === 'shipped') || isTimeOver(was, is)
    if (isByTheShop !== (by === SHOP) || (is.status === 'shipped' && by === is.userId))
      throw new Violation(`6. ${is.id} was made ${is.status} by ${by}`)
    if (is.updatedAt !== at || is.createdAt !== was.createdAt)
      throw new Violation(`c. The times of ${is.id} are not those of its history`)
    if (was.status === 'pending' && is.status === 'cancelling')
      sometimes('an order was cancelled while pending')
    if (was.status === 'confirmed' && is.status === 'cancelling')
      sometimes('an order was cancelled after it was confirmed')
    if (isTimeOver(was, is)) sometimes('an order was cancelled because it was not paid in time')
    if (is.status === 'delivered' && after.schedule.dueAt !== undefined)
      sometimes('an order was delivered before its shipment was recorded')
    if (is.status === 'confirmed' && after.schedule.fence > 0) sometimes('a settler confirmed an order')
    if (is.status === 'cancelled' && after.schedule.fence > 0) sometimes('a settler finished a cancellation')
  }

  const checkAgreement = (id: string) => {
    const stored = orders.orders.get(id)
    const reservation = stock.reservations.get(id)
    if (stored === undefined) {
      // Of an order whose record was lost before it was added: possible only if the intent is not recorded first.
      throw new Violation(`6. ${id} has a reservation and is no order`)
    }
    const { order, schedule } = stored
    const expected: readonly (Reservation['status'] | undefined)[] = isSettledShipment(order, schedule.dueAt)
      ? ['shipped']
      : AGREES[order.status]
    if (!expected.includes(reservation?.status))
      throw new Violation(
        `6. ${id} is ${order.status}, but its reservation is ${reservation?.status ?? 'none'}`,
      )
    if (reservation?.status !== 'held' && reservation?.status !== 'shipped') return
    if (reservation.totalMinor !== order.totalMinor || !isDeepStrictEqual(asked(order), asked(reservation)))
      throw new Violation(`6. The reservation of ${id} is not what its buyer asked for`)
  }

  return {
    check() {
      const reserved = stockOracle.check()
      if (checked === orders.writes.length && reserved.length === 0) return
      const changed = new Set(reserved)
      for (; checked < orders.writes.length; checked++) {
        const write = orders.writes[checked]!
        checkWrite(write)
        changed.add(write.after.order.id)
      }
      for (; refused < orders.refused.length; refused++) {
        const { id, version, fence } = orders.refused[refused]!
        const { order, schedule } = orders.orders.get(id)!
        if (order.version === version && schedule.fence > fence) sometimes('the fence refused a settler')
        if (order.version > version) sometimes('the version refused the loser of a race')
      }
      changed.forEach(checkAgreement)
    },
    unsettled: () => waiting.size,
    unpaid: () => [...waiting.keys()].filter((id) => isUnpaid(orders.orders.get(id)!.order)).length,
    checkWaiting(lastFault, promised) {
      for (const [id, since] of waiting) {
        const { order } = orders.orders.get(id)!
        const payable = isUnpaid(order) ? payableUntil(order) - EPOCH : 0
        const waited = Math.round(world.time() - Math.max(since, lastFault, payable))
        if (waited > promised[isPaid(order) ? 'payments' : 'stock'])
          throw new Violation(`5. ${id} has been ${order.status} for ${waited} ms without a fault`)
      }
    },
    checkEnd() {
      for (const id of waiting.keys())
        throw new Violation(`5. ${id} was never settled: it is ${orders.orders.get(id)!.order.status}`)
      const units = new Map<string, number>()
      for (const { order } of orders.orders.values()) {
        if (order.status !== 'confirmed') continue
        for (const { productId, quantity } of order.lines)
          units.set(productId, (units.get(productId) ?? 0) + quantity)
      }
      for (const { id, reserved } of stock.products.values()) {
        if (reserved !== (units.get(id) ?? 0))
          throw new Violation(
            `2. ${id} has ${reserved} units reserved; confirmed orders have ${units.get(id) ?? 0}`,
          )
      }
    },
  }
}

/** What an order of the shop of histories may be paid in: restated. */
const PAYABLE_MS = 30 * 60_000
const isPaid = ({ checkout }: Order) => checkout?.payment != null
const isUnpaid = ({ status }: Order) => status === 'awaiting_payment'
const payableUntil = ({ history }: Order) =>
  Date.parse(history.find(({ status }) => status === 'awaiting_payment')!.at) + PAYABLE_MS
/** It may be the shop that gave up waiting for the money; a person may, too. */
const isTimeOver = (was: Order, { status, history }: Order) =>
  was.status === 'awaiting_payment' && status === 'cancelling' && history.at(-1)!.by === SHOP

const isSettledShipment = ({ status }: Order, dueAt: string | undefined) =>
  (status === 'shipped' || status === 'delivered') && dueAt === undefined

const asked = ({
  lines,
}: {
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[]
}) => lines.map(({ productId, quantity }) => `${quantity} ${productId}`).sort()
