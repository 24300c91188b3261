/**
 * Which withdrawals may be removed, if RETAIN_WITHDRAWALS_DAYS is set: those that are done and were made before some time. What waits for
 * an admin stays, and so does one whose receipt is owed.
 */
import type { Case, Cases } from './cases.ts'
import { firstIdAt } from './ended_orders.ts'

/** A RetentionSource of the kit. */
export const createOldWithdrawals = (cases: Pick<Cases, 'oldest' | 'remove'>) => ({
  kind: 'withdrawal' as const,
  async due(before: string, after: string | undefined, limit: number) {
    const found = await cases.oldest('withdrawal', 'done', firstIdAt(before), after ?? '', limit)
    return {
      items: found.filter(({ body }) => body.mail !== 'owed'),
      next: found.length < limit ? undefined : found.at(-1)!.id,
    }
  },
  remove: (items: readonly Case<'withdrawal'>[]) => cases.remove(items),
})
