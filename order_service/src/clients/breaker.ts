/**
 * Remembers that the other service is down, so that nobody waits to find out again.
 *
 * After a failed call further calls fail at once for a pause that doubles from PAUSE_FIRST_MS to PAUSE_MAX_MS;
 * then one call at a time is let through, and the first that succeeds ends it. The end of each pause is told, so
 * that work nobody waits for can be that call, and the service is found to be back though nobody orders.
 */
import { OutcomeUnknown } from '../domain/errors.ts'
import type { Outlook } from '../domain/ports.ts'

export const PAUSE_FIRST_MS = 200
/** A trial costs a service that is back nothing, and one that is not a connection; orders wait as long as this. */
export const PAUSE_MAX_MS = 500

export type Breaker = {
  outlook(): Outlook
  guard<T>(call: () => Promise<T>): Promise<T>
}

export type BreakerOptions = {
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number
  readonly onDown: (error: unknown) => void
  readonly onUp: () => void
  readonly onPauseOver: () => void
}

export function createBreaker({ clock, onDown, onUp, onPauseOver }: BreakerOptions): Breaker {
  let down = false
  let pauseMs = PAUSE_FIRST_MS
  let tryAgainAt = 0
  let trying = false

  const outlook = () => (!down ? 'up' : trying || clock() < tryAgainAt ? 'down' : 'trial')

  const failed = (error: unknown, trial: boolean) => {
    if (down && !trial) return // A call from before the outage was noticed.
    pauseMs = down ? Math.min(pauseMs * 2, PAUSE_MAX_MS) : PAUSE_FIRST_MS
    tryAgainAt = clock() + pauseMs
    setTimeout(onPauseOver, pauseMs).unref()
    if (!down) onDown(error)
    down = true
  }

  const succeeded = () => {
    if (!down) return
    down = false
    onUp()
  }

  return {
    outlook,
    async guard(call) {
      if (outlook() === 'down') throw new OutcomeUnknown('the product service was down a moment ago')
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
