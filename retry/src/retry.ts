/**
 * Retries that do not make an outage worse.
 *
 * Invariants
 *  1. At most `attempts` attempts in all, with the pauses of backoff.ts between them.
 *  2. Only errors that the caller calls safe and useful to retry. A `Retry-After` longer than `maxMs` ends the retries:
 *     the caller decides about such a wait.
 *  3. A `budget` limits the retries of all calls of one client together. Once it is spent, each call is made once.
 *  4. An abort ends it at once, also during a pause, with the reason of the signal.
 * It fails with the last error.
 */
import { type Backoff, pauseMs } from './backoff.ts'

export type RetryPlan = Backoff & {
  readonly attempts: number
  readonly budget?: RetryBudget
  readonly signal?: AbortSignal
  readonly random: () => number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Milliseconds of `Retry-After`, or 0; undefined if the error must not be retried. */
  readonly repeatAfter: (error: unknown) => number | undefined
}

export async function retry<T>(work: () => Promise<T>, plan: RetryPlan): Promise<T> {
  const { attempts, budget, signal, random, sleep, repeatAfter } = plan
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      const askedMs = repeatAfter(error)
      if (askedMs === undefined || askedMs > plan.maxMs || failures >= attempts) throw error
      if (budget && !budget.spend()) throw error
      await sleep(pauseMs(plan, failures, random(), askedMs), signal)
    }
  }
}

/** Takes one retry from the budget, if one is left. */
export type RetryBudget = { spend(): boolean }

/** `burst` retries at once, and `perSecond` in the long run. */
export function createRetryBudget(
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
  /** Milliseconds of a clock that never goes back. */
  clock: () => number,
): RetryBudget {
  let left = burst
  let countedAt = clock()
  return {
    spend() {
      const now = clock()
      left = Math.min(burst, left + (perSecond * Math.max(0, now - countedAt)) / 1000)
      countedAt = now
      if (left < 1) return false
      left--
      return true
    },
  }
}
