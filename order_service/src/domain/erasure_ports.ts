/** What erasing needs from the stores (erasures.ts, erase_orders.ts). */
import type { Order } from './order.ts'
import type { StoredOrder } from './schedule.ts'

export type Erasure = {
  readonly userId: string
  readonly at: string
  readonly dueAt: string
  /** That were made. */
  readonly passes: number
}

/** Every adapter passes test/erasures_contract.ts. */
export type Erasures = {
  /** Records those that are not known, due at once. */
  add(userIds: readonly string[], at: string): Promise<void>
  /** Due at `now`, longest due first. */
  due(now: string, limit: number): Promise<readonly Erasure[]>
  /** Counts a pass, and makes it due again then; undefined: it is forgotten. Nothing if another process has counted it. */
  finish(erasure: Erasure, dueAt: string | undefined): Promise<void>
  /** Marks those of these orders that the user has, unless they are erased. */
  disown(userId: string, orders: readonly Pick<Order, 'id' | 'userId'>[]): Promise<void>
}

/** Every adapter passes test/erasures_contract.ts. */
export type PersonalOrders = {
  /** Ownerless orders with ids above `after` and below `end`, by id. */
  list(
    after: string,
    end: string,
    limit: number,
  ): Promise<{ readonly items: readonly StoredOrder[]; readonly next: string | undefined }>
  /** Erases the personal fields of those that are as they were read (`erasedCheckout`). Resolves how many. */
  erase(orders: readonly StoredOrder[], at: string): Promise<number>
}
