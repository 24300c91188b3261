/**
 * Access tokens that are withdrawn before they expire: other services fetch this list (the kit's withdrawn_tokens.ts).
 *
 * Promise: an account stays on it until all tokens issued before its last change have expired, also if processes stood still.
 *  - A token lives from a time that was read before its account was (`readAt`, sessions.ts), at most
 *    ACCESS_TOKEN_TTL_SECONDS_MAX. So a token of the version before a change expires by then after the change.
 *  - The time of a change is read when it is written. Until others can read the change, they issue tokens of the version before:
 *    on SQLite for as long as a commit takes, on MongoDB also while the write is on its way (WRITE_DELAY_MAX_MS).
 */
import type { UserStore, Withdrawal } from './ports.ts'
import { ACCESS_TOKEN_TTL_SECONDS_MAX, RETIRE_SLACK_MS } from './signing_keys.ts'

const LISTED_MS = ACCESS_TOKEN_TTL_SECONDS_MAX * 1000 + RETIRE_SLACK_MS

export const withdrawals = (users: UserStore, now: Date, limit: number): Promise<Withdrawal[]> =>
  users.withdrawals(new Date(now.getTime() - LISTED_MS), limit)
