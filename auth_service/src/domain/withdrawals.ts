/**
 * Access tokens that are withdrawn before they expire: other services fetch this list (the kit's withdrawn_tokens.ts).
 * An account stays on it until all tokens issued before its last change have expired.
 */
import type { UserStore, Withdrawal } from './ports.ts'
import { ACCESS_TOKEN_TTL_SECONDS_MAX, RETIRE_SLACK_MS } from './signing_keys.ts'

export const withdrawals = (users: UserStore, now: Date, limit: number): Promise<Withdrawal[]> =>
  users.withdrawals(new Date(now.getTime() - ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 - RETIRE_SLACK_MS), limit)
