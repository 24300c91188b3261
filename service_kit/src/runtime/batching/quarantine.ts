/**
 * Which items were part of a failure, and how large a call each may be part of next time.
 *
 * An item of a call that failed is in quarantine until a call with it succeeds: it travels in smaller calls, and in the
 * end alone. One that failed alone is not sent again before a pause has passed. Known to this process only, and of at
 * most QUARANTINED_MAX items: forgetting one costs a few more calls, nothing else.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Runtime } from '../runtime.ts'

export const QUARANTINED_MAX = 10_000
export const QUARANTINE_PAUSE: Backoff = { firstMs: 250, maxMs: 1_000 }

export type Quarantined = {
  /** Items in a call with it at most, itself included. */
  readonly groupMax: number
  /** How often it failed alone. */
  readonly failures: number
  /** The moment of the monotonic clock before which it is not sent. */
  readonly notBefore: number
}

export type Quarantine = {
  of(key: string): Quarantined | undefined
  /** It was part of a call that failed. */
  failedTogether(key: string, groupMax: number): void
  /**
   * `answered`: with a failure of its own. Without an answer the reason may have been another one, so there is no pause
   * after the first time.
   */
  failedAlone(key: string, answered: boolean): void
  release(key: string): void
}

export function createQuarantine(
  { monotonic, random }: Pick<Runtime, 'monotonic' | 'random'>,
  max = QUARANTINED_MAX,
): Quarantine {
  /** The one that failed longest ago is first. */
  const known = new Map<string, Quarantined>()
  const set = (key: string, quarantined: Quarantined) => {
    known.delete(key)
    known.set(key, quarantined)
    if (known.size > max) known.delete(known.keys().next().value!)
  }
  return {
    of: (key) => known.get(key),
    failedTogether(key, groupMax) {
      const { failures = 0, notBefore = 0 } = known.get(key) ?? {}
      set(key, { groupMax: Math.max(1, groupMax), failures, notBefore })
    },
    failedAlone(key, answered) {
      const failures = (known.get(key)?.failures ?? 0) + 1
      const ms = answered || failures > 1 ? pauseMs(QUARANTINE_PAUSE, failures, random()) : 0
      set(key, { groupMax: 1, failures, notBefore: monotonic() + ms })
    },
    release: (key) => void known.delete(key),
  }
}
