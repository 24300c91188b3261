/**
 * The store of orders as its port promises it (order_service/src/domain/ports.ts): each method is one atomic step. Every write
 * is kept, so that an oracle can check it.
 */
import { DomainError } from '../../order_service/src/domain/errors.ts'
import type { Order } from '../../order_service/src/domain/order.ts'
import { NUMBER_BEFORE_FIRST } from '../../order_service/src/domain/order_numbers.ts'
import type { OrderStore } from '../../order_service/src/domain/ports.ts'
import {
  type Claim,
  claimOf,
  type Due,
  isUnsettled,
  nextVersion,
  type Queue,
  queueOf,
  type StoredOrder,
  type UnsettledOrder,
  withNumber,
} from '../../order_service/src/domain/schedule.ts'
import { isSameTracking } from '../../order_service/src/domain/tracking.ts'
import type { Synchronous } from './store_access.ts'

export type OrderWrite = {
  readonly how: 'added' | 'saved' | 'claimed' | 'rescheduled' | 'hurried'
  readonly before: StoredOrder | undefined
  readonly after: StoredOrder
}

export type OrderModel = {
  readonly store: Synchronous<OrderStore>
  readonly orders: ReadonlyMap<string, StoredOrder>
  /** All writes, in their order. */
  readonly writes: readonly OrderWrite[]
  /** Reschedulings and saves that were refused, because the order had another version or fence. */
  readonly refused: readonly Claim[]
}

export function createOrderModel(): OrderModel {
  const orders = new Map<string, StoredOrder>()
  const idByKey = new Map<string, string>()
  const writes: OrderWrite[] = []
  const refused: Claim[] = []
  let lastNumber = NUMBER_BEFORE_FIRST

  const write = (how: OrderWrite['how'], after: StoredOrder) => {
    writes.push({ how, before: orders.get(after.order.id), after })
    orders.set(after.order.id, after)
  }
  const keyOf = (userId: string, idempotencyKey: string | undefined) => `${userId} ${idempotencyKey}`
  const all = () => [...orders.values()]
  const unsettled = (queue: Queue) =>
    all()
      .filter(isUnsettled)
      .filter(({ order }) => queueOf(order) === queue)
  const newestFirst = (found: StoredOrder[]) => found.sort((a, b) => (a.order.id < b.order.id ? 1 : -1))

  /** The stored order, if it is still at that version and fence. */
  const unchanged = (claim: Claim): StoredOrder | undefined => {
    const stored = orders.get(claim.id)
    if (stored?.order.version === claim.version && stored.schedule.fence === claim.fence) return stored
    refused.push(claim)
    return undefined
  }

  /** It is no version, and none of the writes that make one. */
  const amend = (id: string, may: (order: Order) => boolean, change: Partial<Order>): boolean => {
    const stored = orders.get(id)
    if (!stored || !may(stored.order)) return false
    orders.set(id, { ...stored, order: { ...stored.order, ...change } } as StoredOrder)
    return true
  }

  const store: Synchronous<OrderStore> = {
    sharesCommits: true,
    addOnce(stored) {
      const { id, userId, idempotencyKey } = stored.order
      const known = idempotencyKey && idByKey.get(keyOf(userId, idempotencyKey))
      if (known) return { stored: orders.get(known)!, added: false }
      idByKey.set(keyOf(userId, idempotencyKey), id)
      const numbered = withNumber(stored, ++lastNumber)
      write('added', numbered)
      return { stored: numbered, added: true }
    },
    find: (id) => orders.get(id),
    findByKey: (userId, idempotencyKey) => orders.get(idByKey.get(keyOf(userId, idempotencyKey)) ?? ''),
    save(stored, _audited, tracking) {
      if (unchanged(claimOf(stored)) === undefined)
        throw new DomainError('version_conflict', `Order ${stored.order.id} was changed meanwhile.`)
      const saved = nextVersion(stored, tracking)
      write('saved', saved)
      return saved
    },
    listByUser: (userId, { limit, before = '~' }) =>
      newestFirst(
        all().filter(
          ({ order }) => (order.userId === userId || order.linkedTo === userId) && order.id < before,
        ),
      ).slice(0, limit),
    listByEmail: (email, { limit, before = '~' }) =>
      newestFirst(all().filter(({ order }) => order.checkout?.email === email && order.id < before)).slice(
        0,
        limit,
      ),
    link: ({ id }, userId) => amend(id, ({ linkedTo }) => linkedTo === undefined, { linkedTo: userId }),
    track: ({ id }, { before, after }) =>
      amend(id, ({ tracking }) => isSameTracking(tracking, before), { tracking: after }),
    findByNumber: (number) => all().find(({ order }) => order.number === number),
    listByProduct: (productId, { limit, before = '~' }) =>
      newestFirst(
        all().filter(
          ({ order }) => order.id < before && order.lines.some((line) => line.productId === productId),
        ),
      ).slice(0, limit),
    listBetween: (after, end, limit) =>
      all()
        .filter(({ order }) => order.id > after && order.id < end)
        .sort((a, b) => (a.order.id < b.order.id ? -1 : 1))
        .slice(0, limit),
    catchUp: () => false,
    listByStatus: (status, { limit, before = '~' }) =>
      newestFirst(
        all().filter(({ order }) => order.id < before && (status ?? order.status) === order.status),
      ).slice(0, limit),
    claimDue(now, leaseUntil, limit, queue = 'stock') {
      const due = unsettled(queue)
        .filter(({ schedule }) => schedule.dueAt <= now)
        .sort((a, b) => (a.schedule.dueAt < b.schedule.dueAt ? -1 : 1))
      return due.slice(0, limit).map(({ order, schedule }) => {
        const { attempts, fence } = schedule
        const claimed = {
          order,
          schedule: { dueAt: leaseUntil, attempts: attempts + 1, fence: fence + 1 },
        } as UnsettledOrder
        write('claimed', claimed)
        return claimed
      })
    },
    reschedule(changes) {
      for (const { dueAt, ...claim } of changes) {
        const stored = unchanged(claim)
        if (stored)
          write('rescheduled', { ...stored, schedule: { ...stored.schedule, dueAt } } as StoredOrder)
      }
    },
    backlog: () => {
      const waiting = unsettled('stock')
      const times = waiting.map(({ order }) => order.updatedAt).sort()
      return { count: waiting.length, oldestUpdatedAt: times[0] }
    },
    oldestPaymentDue: () => undefined,
    hurryPayments(ids, at) {
      for (const stored of ids.map((id) => orders.get(id)).filter((found) => found !== undefined)) {
        if (stored.order.status !== 'awaiting_payment') continue
        const { dueAt, fence, attempts } = stored.schedule as Due
        const schedule = { dueAt: earlier(dueAt, at), fence: fence + 1, attempts }
        write('hurried', { order: stored.order, schedule })
      }
    },
    versionsOf: (ids) => new Map(ids.flatMap((id) => pair(id, orders.get(id)?.order.version))),
    statusesOf: (ids) => new Map(ids.flatMap((id) => pair(id, orders.get(id)?.order.status))),
    listUnsettled: ({ limit, after = '', queue = 'stock' }) =>
      unsettled(queue)
        .filter(({ order }) => order.id > after)
        .sort((a, b) => (a.order.id < b.order.id ? -1 : 1))
        .slice(0, limit),
    check: () => {},
    close: () => {},
  }
  return { store, orders, writes, refused }
}

const pair = <Value>(id: string, value: Value | undefined): [string, Value][] =>
  value === undefined ? [] : [[id, value]]

const earlier = (a: string, b: string) => [a, b].sort()[0]!
