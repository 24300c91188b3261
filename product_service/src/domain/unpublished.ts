/**
 * Products with events that are not published. There are two kinds: `product` for what is shown of it, numbered by its edits, and
 * `stock` for its stock, numbered by its versions. Only the latest number of each counts, so a product is its own outbox: there is no
 * second record, and no write more when it is sold.
 *
 * Invariants
 *  1. A product is listed until the events of its latest number are recorded as published: every change leaves a mark in it, which goes
 *     only with the number that was read. So a change while it is published stays listed.
 *  2. Nothing is listed of a product that was not for sale since it was added. One that is no longer for sale is listed, so that this is
 *     published too.
 *  3. A product from before there were events is listed from its next change on. A whole catalogue is not published at once.
 *  4. Each has its turn: the list goes on after those that were published last, however many are changed meanwhile.
 *
 * What another release has changed of a product that was published has no mark, and is found by `sweep`. A sale of a product that is
 * marked writes no mark again, so it costs the same as without events.
 */
import type { Product } from './product.ts'

export const EVENT_KINDS = ['product', 'stock'] as const
export type EventKind = (typeof EVENT_KINDS)[number]
const STOCK_ALONE = ['stock'] as const
const NONE = [] as const

export type UnpublishedProduct = {
  readonly id: string
  /** The number of its latest event: `editVersion` or `version`. */
  readonly number: number
  /** 0 if none is. */
  readonly published: number
  readonly updatedAt: string
  /** Throws if it cannot be read. */
  product(): Product
}

/** As a mark: before every time. */
export const AT_ONCE = ''

/** Which kinds have an event by a change. Invariant 2. */
export function changedKinds(before: Product | undefined, after: Product): readonly EventKind[] {
  const wasOnSale = before !== undefined && before.deletedAt === null
  if (after.deletedAt !== null && !wasOnSale) return NONE
  return before?.editVersion === after.editVersion ? STOCK_ALONE : EVENT_KINDS
}

/** Of one kind. Every adapter passes test/unpublished_contract.ts. */
export type UnpublishedProducts = {
  /** Those whose turn it is at `now`. */
  list(now: string, limit: number): Promise<readonly UnpublishedProduct[]>
  /** Their events up to these numbers are published; a product that has changed since stays listed. */
  markPublished(products: readonly Pick<UnpublishedProduct, 'id' | 'number'>[]): Promise<void>
  /** Lists them again at `until`. */
  postpone(ids: readonly string[], until: string): Promise<void>
  /** Of all that are not published, up to some thousands; `oldestAt` is the earliest last change of theirs. */
  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | undefined }>
  /** Reads some products, and marks what another release has written. Resolves whether there may be more. */
  sweep(): Promise<boolean>
}
