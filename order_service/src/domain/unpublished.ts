/**
 * Orders with events that are not published. Each version of an order is one event, so an order is its own outbox: there is no
 * second record, and no write more when it is placed or changed.
 *
 * Invariant: an order is listed until its events up to its version are recorded as published, whichever release has written that
 * version. On SQLite an index compares the two numbers. On MongoDB an index cannot: a write of this release leaves a mark in the order,
 * and what another release has written is found by `sweep`.
 */
import type { Order } from './order.ts'

export type UnpublishedOrder = {
  readonly id: string
  readonly version: number
  /** 0 if none is. */
  readonly publishedVersion: number
  readonly updatedAt: string
  /** Throws if it cannot be read. */
  order(): Order
}

/** Every adapter passes test/unpublished_contract.ts. */
export type UnpublishedOrders = {
  /** Those whose turn it is at `now`: half of them the oldest, half the newest, so that new orders do not wait behind many old ones. */
  list(now: string, limit: number): Promise<readonly UnpublishedOrder[]>
  /** Their events up to these versions are published; an order that has changed since stays listed. */
  markPublished(orders: readonly Pick<UnpublishedOrder, 'id' | 'version'>[]): Promise<void>
  /** Lists them again at `until`. */
  postpone(ids: readonly string[], until: string): Promise<void>
  /** Of all that are not published, up to some thousands; `oldestAt` is the last change of the oldest order. */
  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | undefined }>
  /** Reads some orders, the newest first, and marks what another release has written. Resolves whether there may be more. */
  sweep?(): Promise<boolean>
}
