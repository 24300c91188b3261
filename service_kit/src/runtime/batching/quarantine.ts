/**
 * Remembers items whose call failed, and how large their next call may be.
 *
 * An item of a call that failed is in quarantine until a call with it succeeds: it is sent in smaller calls, in the end alone.
 * One that failed alone is not sent again before a pause. At most QUARANTINED_MAX items are remembered, in this process only:
 * to forget one costs only a few more calls.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Runtime } from '../runtime.ts'

export const QUARANTINED_MAX = 10_000
export const QUARANTINE_PAUSE: Backoff = { firstMs: 250, maxMs: 1_000 }

export type Quarantined = {
  /** Size of the largest call that it may be part of. */
  readonly groupMax: number
  /** How often it failed alone. */
  readonly failures: number
  /** It is not sent before this time of the monotonic clock. */
  readonly notBefore: number
}

export type Quarantine = {
  of(key: string): Quarantined | undefined
  /** Call it for each item of a call that failed. */
  failedTogether(key: string, groupMax: number): void
  /**
   * `answered`: the other side answered with an error. Without an answer the cause may be another one, so the first failure
   * has no pause.
   */
  failedAlone(key: string, answered: boolean): void
  release(key: string): void
}

export function createQuarantine(
  { monotonic, random }: Pick<Runtime, 'monotonic' | 'random'>,
  max = QUARANTINED_MAX,
): Quarantine {
  /** Sorted by the time of the last failure, the oldest first. */
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
