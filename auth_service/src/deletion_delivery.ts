/**
 * One round of notifying order_service of deleted accounts: claimed by lease, sent together, removed when acknowledged.
 *
 * Promises
 *  1. A deletion is recorded in the step that deletes the account, so it is sent also if this process dies. It is removed only after it
 *     was acknowledged: so it is sent at least once, however long that takes.
 *  2. The claim of a process that died or stood still ends; what it does later to a deletion that was claimed again changes nothing (fence).
 *  3. While order_service cannot be reached, it is sent again after a pause that doubles up to RETRY.maxMs. Nothing else waits for it.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { DeletionClient, DeletionStore } from './domain/deletions.ts'

/** Sent in one call: at most as many as order_service takes. */
export const BATCH_MAX = 50
export const CLAIM_MS = 30_000
export const RETRY: Backoff = { firstMs: 2_000, maxMs: 300_000 }

export type DeletionPorts = {
  readonly deletions: DeletionStore
  readonly client: DeletionClient
  readonly now: () => Date
  readonly random: () => number
}

/** `trouble`: why they were not accepted. */
export type Round = { readonly claimed: number; readonly accepted: number; readonly trouble?: string }

export async function sendDeletions({ deletions, client, now, random }: DeletionPorts): Promise<Round> {
  const at = now()
  const claimed = await deletions.claim(at, new Date(at.getTime() + CLAIM_MS), BATCH_MAX)
  if (claimed.length === 0) return { claimed: 0, accepted: 0 }
  try {
    await client(claimed.map(({ userId }) => userId))
  } catch (error) {
    for (const { userId, fence, attempts } of claimed) {
      const dueAt = new Date(now().getTime() + pauseMs(RETRY, attempts, random()))
      await deletions.postpone(userId, fence, dueAt)
    }
    return { claimed: claimed.length, accepted: 0, trouble: (error as Error).message }
  }
  for (const { userId, fence } of claimed) await deletions.remove(userId, fence)
  return { claimed: claimed.length, accepted: claimed.length }
}
