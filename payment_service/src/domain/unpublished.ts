/**
 * Payments with events that are not published. Each entry of the history is one event, so a payment is its own outbox: there is no
 * second record, and no write more when it changes.
 *
 * Invariant: a payment is listed until its events up to its version are recorded as published. On SQLite an index compares the two
 * numbers. On MongoDB an index cannot: each write leaves a mark in the payment.
 */
import type { Payment } from './payment.ts'

export type UnpublishedPayment = {
  readonly orderId: string
  readonly version: number
  /** 0 if none is. */
  readonly publishedVersion: number
  readonly updatedAt: string
  /** Throws if it cannot be read. */
  payment(): Payment
}

/** Every adapter passes test/unpublished_contract.ts. */
export type UnpublishedPayments = {
  /** Those whose turn it is at `now`: half of them the oldest, half the newest, so that new ones do not wait behind many old ones. */
  list(now: string, limit: number): Promise<readonly UnpublishedPayment[]>
  /** Their events up to these versions are published; a payment that has changed since stays listed. */
  markPublished(payments: readonly Pick<UnpublishedPayment, 'orderId' | 'version'>[]): Promise<void>
  /** Lists them again at `until`. */
  postpone(orderIds: readonly string[], until: string): Promise<void>
  /** Of all that are not published, up to some thousands; `oldestAt` is the last change of one that waits. */
  backlog(): Promise<{ readonly count: number; readonly oldestAt: string | undefined }>
}
