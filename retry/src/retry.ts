/**
 * Trying again what failed, so that it helps and never makes an outage worse.
 *
 * Promises
 *  1. At most `attempts` tries in all, with the pauses of backoff.ts between them.
 *  2. Only what the caller says is safe and useful to repeat. Being asked to wait longer than `maxMs` ends the trying:
 *     that is for whoever asked for the work to decide.
 *  3. A `budget` bounds what all calls of one client add to an outage together: once it is spent, each is made once.
 *  4. Aborting ends it at once, also in a pause, with the signal's own reason.
 * What failed last is what it fails with.
 */
import { type Backoff, pauseMs } from './backoff.ts'

export type RetryPlan = Backoff & {
  readonly attempts: number
  readonly budget?: RetryBudget
  readonly signal?: AbortSignal
  readonly random: () => number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Milliseconds the other side asked to wait, 0 when it did not; undefined when it is not to be tried again. */
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

/** Takes one repetition from the budget, if there is one. */
export type RetryBudget = { spend(): boolean }

/** `burst` repetitions at once and `perSecond` in the long run, whatever fails and however often it is asked for. */
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
