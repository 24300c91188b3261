/**
 * How long after the last fault all must be settled (invariant 5), from the constants of the code that promises it: settle_due.ts
 * says which waits there are.
 */
import { DECISION_DEADLINE_MS } from '../../order_service/src/clients/product_client.ts'
import { SETTLE_AFTER_MS } from '../../order_service/src/domain/schedule.ts'
import { BACKOFF, DUE_AHEAD_MAX_MS, LEASE_MS } from '../../order_service/src/domain/settle_due.ts'
import { CORRECT_EVERY_MS, ROUND_MS } from '../../order_service/src/settler.ts'
import { CLIENT_DEADLINE_MS } from './client.ts'
import { LATE_BY_MS } from './network.ts'
import { WRONG_MS } from './trouble.ts'

/** A message that was late already when the faults ended, and the answer to it: it may change an order once more. */
export const LAST_MESSAGE_MS = CLIENT_DEADLINE_MS.most + LATE_BY_MS + DECISION_DEADLINE_MS
const WAIT_MS = Math.max(SETTLE_AFTER_MS, LEASE_MS, 2 * BACKOFF.maxMs)
/** The longest pause between two rounds, and one round whose call has to time out. */
const ROUND_MOST_MS = 1.25 * ROUND_MS + DECISION_DEADLINE_MS
/** One replica schedules, another one claims. */
const CLOCKS_MS = 2 * WRONG_MS

/** What a wrong clock scheduled: not far enough ahead to be corrected, or just after a correction. */
const WRONGLY_SCHEDULED_MS = Math.max(DUE_AHEAD_MAX_MS.stock, CORRECT_EVERY_MS)

export const promisedMs = (clocksJumped: boolean) =>
  (clocksJumped ? WRONGLY_SCHEDULED_MS : WAIT_MS) + ROUND_MOST_MS + CLOCKS_MS
