/**
 * What failed before, and how large a call it may be part of next time.
 *
 * An item that was part of a call that failed is in doubt: until a call with it succeeds it travels in smaller ones,
 * in the end alone. One that failed alone is not sent again before a pause (backoff.ts) has passed. Known to this
 * process only, and no more than SUSPECTS_MAX: whoever forgets, asks a few calls more.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'

export const SUSPECTS_MAX = 10_000
export const SUSPECT_PAUSE: Backoff = { firstMs: 250, maxMs: 1_000 }

export type Suspicion = {
  /** Items in a call with it, itself included. */
  readonly together: number
  /** How often it failed alone. */
  readonly failures: number
  readonly notBefore: number
}

export type Suspects = {
  of(key: string): Suspicion | undefined
  /** It was part of a call that failed. */
  doubt(key: string, together: number): void
  /** `answered`: for a reason of its own. No answer at all may have had another, so after the first there is no pause. */
  failedAlone(key: string, answered: boolean): void
  clear(key: string): void
}

export function createSuspects(clock: () => number, random: () => number, max = SUSPECTS_MAX): Suspects {
  const known = new Map<string, Suspicion>()
  const keep = (key: string, suspicion: Suspicion) => {
    known.delete(key)
    known.set(key, suspicion)
    if (known.size > max) known.delete(known.keys().next().value!)
  }
  return {
    of: (key) => known.get(key),
    doubt(key, together) {
      const { failures = 0, notBefore = 0 } = known.get(key) ?? {}
      keep(key, { together: Math.max(1, together), failures, notBefore })
    },
    failedAlone(key, answered) {
      const failures = (known.get(key)?.failures ?? 0) + 1
      const ms = answered || failures > 1 ? pauseMs(SUSPECT_PAUSE, failures, random()) : 0
      keep(key, { together: 1, failures, notBefore: clock() + ms })
    },
    clear: (key) => known.delete(key),
  }
}
