/**
 * When the personal fields of an order are erased: ORDERS_KEEP_PERSONAL_DAYS after it ended, if no account has it: its account was deleted,
 * or it is a guest's. What was paid, for what and with which taxes stays for ever.
 *
 * Invariants
 *  1. An order is erased only after it has ended: nothing is owed for it, no return of it is open, and its payment is settled.
 *  2. What belongs to it is erased before it: the payment, then its returns, then the order. So it may end anywhere and begins again.
 *  3. A change at the same time loses nothing: an erasure has the fence of what it read as its condition, and leaves another one. It
 *     makes no version, so the history stays, and no event is published.
 *  4. Nothing is erased within a day after the last change: mails are made of it until then.
 *  5. While payment_service cannot be reached, the orders that are paid wait, and no others.
 */
import type { Case, Cases } from './cases.ts'
import { firstIdAt } from './ended_orders.ts'
import { erasedReturns, erasedWithdrawal } from './erased.ts'
import type { PersonalOrders } from './erasure_ports.ts'
import { isPaid, type OrderStatus } from './order.ts'
import { owedIn } from './returns.ts'
import { isUnsettled, type StoredOrder } from './schedule.ts'

/** As long as events are mailed (notification_service). */
export const KEPT_LEAST_MS = 24 * 60 * 60_000

const ENDED: readonly OrderStatus[] = ['shipped', 'delivered', 'rejected', 'cancelled']

/** Erases the payments of these orders. Resolves those orders whose payments are not settled. Fails with OutcomeUnknown. */
export type ErasePayments = (orderIds: readonly string[]) => Promise<readonly string[]>

export type ErasePorts = {
  readonly personal: PersonalOrders
  readonly cases: Pick<Cases, 'find' | 'erase' | 'unerased'>
  readonly erasePayments: ErasePayments
  readonly now: () => Date
  readonly report: (fault: unknown, orderIds: readonly string[]) => void
}

export const hasEnded = (stored: StoredOrder, before: string): boolean =>
  ENDED.includes(stored.order.status) && !isUnsettled(stored) && stored.order.updatedAt < before

export const haveReturnsEnded = (found: Case<'return'> | undefined, before: string): boolean =>
  found === undefined ||
  (found.updatedAt < before &&
    owedIn(found.body).length === 0 &&
    found.body.returns.every(({ state }) => state === 'received' || state === 'refused'))

type Ended = { readonly stored: StoredOrder; readonly returns: Case<'return'> | undefined }

const earlierOf = (before: string, now: Date): string => {
  const least = new Date(now.getTime() - KEPT_LEAST_MS).toISOString()
  return before < least ? before : least
}

/** Ids of orders whose payments are not erased. */
async function paymentsLeft(
  { erasePayments, report }: ErasePorts,
  ended: readonly Ended[],
): Promise<readonly string[]> {
  const paid = ended.flatMap(({ stored: { order } }) => (isPaid(order) ? [order.id] : []))
  if (paid.length === 0) return []
  try {
    return await erasePayments(paid)
  } catch (fault) {
    report(fault, paid)
    return paid
  }
}

/** A RetentionSource of the kit. */
export function createOrdersToErase(ports: ErasePorts) {
  const { personal, cases, now } = ports
  return {
    kind: 'personal_order' as const,
    async due(given: string, after: string | undefined, limit: number) {
      const before = earlierOf(given, now())
      const { items, next } = await personal.list(after ?? '', firstIdAt(before), limit)
      const ended: Ended[] = []
      for (const stored of items) {
        if (!hasEnded(stored, before)) continue
        const returns = await cases.find('return', stored.order.id)
        if (haveReturnsEnded(returns, before)) ended.push({ stored, returns })
      }
      return { items: ended, next }
    },
    async remove(ended: readonly Ended[]) {
      const waiting = new Set(await paymentsLeft(ports, ended))
      const at = now().toISOString()
      const rest = ended.filter(({ stored }) => !waiting.has(stored.order.id))
      const ready: StoredOrder[] = []
      for (const { stored, returns } of rest) {
        const isReady =
          returns === undefined ||
          returns.erasedAt !== undefined ||
          (await cases.erase(erasedReturns(returns, at)))
        if (isReady) ready.push(stored)
      }
      return personal.erase(ready, at)
    },
  }
}

/**
 * A withdrawal is made without an account, so its fields are erased once it is done for so long. A RetentionSource of the
 * kit.
 */
export const createWithdrawalsToErase = ({ cases, now }: Pick<ErasePorts, 'cases' | 'now'>) => ({
  kind: 'personal_withdrawal' as const,
  async due(given: string, after: string | undefined, limit: number) {
    const before = earlierOf(given, now())
    const found = await cases.unerased('withdrawal', 'done', firstIdAt(before), after ?? '', limit)
    return {
      items: found.filter(({ body, updatedAt }) => body.mail !== 'owed' && updatedAt < before),
      next: found.length < limit ? undefined : found.at(-1)!.id,
    }
  },
  async remove(items: readonly Case<'withdrawal'>[]) {
    const at = now().toISOString()
    let erased = 0
    for (const each of items) if (await cases.erase(erasedWithdrawal(each, at))) erased += 1
    return erased
  },
})
