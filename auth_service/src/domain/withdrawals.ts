/**
 * Which access tokens count no more before they end: the list other services keep (the kit's withdrawn_tokens.ts).
 * An account is on it for as long as a token given out before its last change may live.
 */
import type { UserStore, Withdrawal } from './ports.ts'
import { ACCESS_TOKEN_TTL_SECONDS_MAX, RETIRE_SLACK_MS } from './signing_keys.ts'

export const withdrawals = (users: UserStore, now: Date, limit: number): Promise<Withdrawal[]> =>
  users.withdrawals(new Date(now.getTime() - ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 - RETIRE_SLACK_MS), limit)
