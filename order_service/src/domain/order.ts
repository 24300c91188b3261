/**
 * An order: what a customer asked for, and everything that became of it.
 *
 * Invariants
 *  a. It has 1..LINES_MAX lines, no two of the same product, each of 1..QUANTITY_MAX units.
 *  b. Status moves only along NEXT. `rejected`, `cancelled` and `delivered` are final.
 *  c. Every change of status adds one entry to `history` and one to `version`: version = history.length.
 *  d. `dueAt` is set exactly while something is still owed to the product service, so nothing that is owed
 *     can be forgotten (invariant 5).
 *  e. Invariant 6: it is `confirmed` only with the lines its reservation holds, and `cancelled` only after
 *     the reservation was given back.
 *
 * All functions are pure. A changed order still carries the version it was made from: the store saves it only
 * over that version and adds the one (see OrderStore.save).
 */
import { DomainError } from './errors.ts'

export const LINES_MAX = 50
export const QUANTITY_MAX = 10_000

/** How long an order may be in the hands of the request that made it before the settler takes it up. */
export const SETTLE_AFTER_MS = 5_000

export const ORDER_STATUSES = [
  'pending',
  'confirmed',
  'rejected',
  'shipped',
  'delivered',
  'cancelling',
  'cancelled',
] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** The transition table. Where several statuses may follow, the one of an order that goes well comes first. */
export const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'rejected', 'cancelling'],
  confirmed: ['shipped', 'cancelling'],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: ['cancelled'],
  cancelled: [],
}

export const REQUESTABLE_STATUSES = ['shipped', 'delivered', 'cancelled'] as const
export type RequestableStatus = (typeof REQUESTABLE_STATUSES)[number]

/** What people may ask for; the other moves are made by the system when it knows the answer. */
export const REQUESTABLE: Readonly<Record<OrderStatus, readonly RequestableStatus[]>> = {
  pending: ['cancelled'],
  confirmed: ['cancelled', 'shipped'],
  rejected: [],
  shipped: ['delivered'],
  delivered: [],
  cancelling: [],
  cancelled: [],
}

export const isFinal = (status: OrderStatus): boolean => NEXT[status].length === 0

/** The statuses of an order that goes well, from the first to the last. */
export const EXPECTED_STATUSES: readonly OrderStatus[] = followedFrom('pending')

function followedFrom(status: OrderStatus): readonly OrderStatus[] {
  const [expected] = NEXT[status]
  return expected === undefined ? [status] : [status, ...followedFrom(expected)]
}

export type Line = {
  readonly productId: string
  readonly quantity: number
  /** Name and price at the time of the reservation; unknown before it. */
  readonly name?: string
  readonly unitPriceMinor?: number
}

export type PricedLine = Required<Line>

export type RejectionReason = 'product_not_found' | 'insufficient_stock' | 'price_changed'

export type Rejection = {
  readonly reason: RejectionReason
  readonly shortages: readonly {
    readonly productId: string
    readonly requested: number
    readonly available: number
  }[]
  readonly unknownProducts: readonly string[]
  /** What it would have cost, when all products are known. */
  readonly totalMinor?: number
}

/** `by` is a user id, or SYSTEM. RFC 3339 UTC with milliseconds, so text order is time order. */
export type HistoryEntry = { readonly status: OrderStatus; readonly at: string; readonly by: string }

export const SYSTEM = 'system'

export type Order = {
  /** UUIDv7: ids sort by age. */
  readonly id: string
  readonly userId: string
  readonly idempotencyKey: string | undefined
  readonly status: OrderStatus
  readonly lines: readonly Line[]
  /** What the customer was shown and agreed to pay (invariant 8). */
  readonly totalMinor: number
  readonly currency: string
  readonly rejection: Rejection | undefined
  readonly history: readonly HistoryEntry[]
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
  /** When the settler may take it up; undefined when nothing is owed. */
  readonly dueAt: string | undefined
  /** Times the settler took it up since its last change. */
  readonly attempts: number
  /** Grows each time a settler takes it up; who holds an older number has lost its lease. */
  readonly fence: number
}

export type Draft = {
  readonly userId: string
  readonly idempotencyKey?: string | undefined
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[]
  readonly totalMinor: number
  readonly currency: string
}

export function newOrder(draft: Draft, id: string, now: Date): Order {
  const at = now.toISOString()
  return {
    id,
    userId: draft.userId,
    idempotencyKey: draft.idempotencyKey,
    status: 'pending',
    lines: draft.lines,
    totalMinor: draft.totalMinor,
    currency: draft.currency,
    rejection: undefined,
    history: [{ status: 'pending', at, by: draft.userId }],
    version: 1,
    createdAt: at,
    updatedAt: at,
    dueAt: settleAfter(now),
    attempts: 0,
    fence: 0,
  }
}

/**
 * Do both ask for the same? Compared as such rather than by a digest: the order keeps all it was asked,
 * and an exact comparison costs less. The order of lines does not matter.
 */
export function asksTheSame(a: Order, b: Order): boolean {
  if (a.totalMinor !== b.totalMinor || a.currency !== b.currency || a.lines.length !== b.lines.length)
    return false
  return a.lines.every((line) =>
    b.lines.some((other) => other.productId === line.productId && other.quantity === line.quantity),
  )
}

/** The reservation holds `lines`. */
export function confirm(order: Order, lines: readonly PricedLine[], now: Date): Order {
  const total = lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0)
  const same =
    lines.length === order.lines.length &&
    order.lines.every((line) =>
      lines.some((held) => held.productId === line.productId && held.quantity === line.quantity),
    )
  if (!same || total !== order.totalMinor) {
    throw new Error(`The reservation of order ${order.id} is not what the order asked for.`)
  }
  return { ...move(order, 'confirmed', SYSTEM, now), lines }
}

export const reject = (order: Order, rejection: Rejection, now: Date): Order => ({
  ...move(order, 'rejected', SYSTEM, now),
  rejection,
})

/** From here on nothing can be shipped; what is held goes back. */
export const requestCancel = (order: Order, by: string, now: Date): Order => ({
  ...move(order, 'cancelling', by, now),
  dueAt: settleAfter(now),
})

export const cancelled = (order: Order, now: Date): Order => move(order, 'cancelled', SYSTEM, now)

/** From here on nothing can be cancelled; the product service is owed the news. */
export const ship = (order: Order, by: string, now: Date): Order => ({
  ...move(order, 'shipped', by, now),
  dueAt: settleAfter(now),
})

/** Keeps `dueAt`: a parcel may arrive before the product service has heard that it left. */
export const deliver = (order: Order, by: string, now: Date): Order => ({
  ...move(order, 'delivered', by, now),
  dueAt: order.dueAt,
})

function move(order: Order, to: OrderStatus, by: string, now: Date): Order {
  if (!NEXT[order.status].includes(to)) {
    throw new DomainError('illegal_transition', `An order that is ${order.status} can't become ${to}.`)
  }
  const at = now.toISOString()
  return {
    ...order,
    status: to,
    history: [...order.history, { status: to, at, by }],
    updatedAt: at,
    dueAt: undefined,
    attempts: 0,
  }
}

const settleAfter = (now: Date): string => new Date(now.getTime() + SETTLE_AFTER_MS).toISOString()

/** The order as it was at an earlier version; possible because of invariant c. */
export function asOf(order: Order, version: number): Order {
  if (version >= order.version) return order
  const history = order.history.slice(0, version)
  const last = history.at(-1)!
  const priced = history.some((entry) => entry.status === 'confirmed')
  return {
    ...order,
    status: last.status,
    lines: priced ? order.lines : order.lines.map(({ productId, quantity }) => ({ productId, quantity })),
    rejection: undefined,
    history,
    version,
    updatedAt: last.at,
  }
}
