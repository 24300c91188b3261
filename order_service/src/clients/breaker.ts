/**
 * Remembers that the other service is down, so that nobody waits to find out again.
 *
 * After a failed call further calls fail at once for a pause that doubles from PAUSE_FIRST_MS to PAUSE_MAX_MS;
 * then one call at a time is let through, and the first that succeeds ends it.
 */
import { OutcomeUnknown } from '../domain/errors.ts'

export const PAUSE_FIRST_MS = 200
export const PAUSE_MAX_MS = 2_000

export type Breaker = {
  /** False from a failed call to the next successful one. */
  reachable(): boolean
  /** Would a call fail at once? */
  blocked(): boolean
  guard<T>(call: () => Promise<T>): Promise<T>
}

export type BreakerOptions = {
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number
  readonly onDown: (error: unknown) => void
  readonly onUp: () => void
}

export function createBreaker({ clock, onDown, onUp }: BreakerOptions): Breaker {
  let down = false
  let pauseMs = PAUSE_FIRST_MS
  let tryAgainAt = 0
  let trying = false

  const blocked = () => down && (trying || clock() < tryAgainAt)

  const failed = (error: unknown, trial: boolean) => {
    if (down && !trial) return // A call from before the outage was noticed.
    pauseMs = down ? Math.min(pauseMs * 2, PAUSE_MAX_MS) : PAUSE_FIRST_MS
    tryAgainAt = clock() + pauseMs
    if (!down) onDown(error)
    down = true
  }

  const succeeded = () => {
    if (!down) return
    down = false
    onUp()
  }

  return {
    reachable: () => !down,
    blocked,
    async guard(call) {
      if (blocked()) throw new OutcomeUnknown('the product service was down a moment ago')
      const trial = down
      if (trial) trying = true
      try {
        const answer = await call()
        succeeded()
        return answer
      } catch (error) {
        failed(error, trial)
        throw error
      } finally {
        if (trial) trying = false
      }
    },
  }
}
