/**
 * Whether the wall clock can be believed when old records are removed: one that was set far ahead makes everything old.
 *
 * Promise: if the clock is more than CLOCK_AHEAD_MAX_MS ahead of the last run that any replica made, it is doubted until this
 * process has seen that, from the same run, for as long. After a long stop of the whole shop that is a delay of a day. Beside
 * a replica whose clock is right, which goes on making runs, it is for ever. The first run of all has nothing to compare with.
 */
import type { Logger } from 'pino'
import type { Runtime } from '../runtime/runtime.ts'

export const CLOCK_AHEAD_MAX_MS = 24 * 60 * 60_000

/** The result says whether `at`, which the clock shows, may be wrong. Logs a line when the doubt begins. */
export function createClockDoubt({
  lease,
  runtime: { monotonic },
  logger,
}: {
  /** When the last run ended, or its lease does. */
  readonly lease: { end(): Promise<Date | undefined> }
  readonly runtime: Pick<Runtime, 'monotonic'>
  readonly logger: Pick<Logger, 'warn'>
}): (at: Date) => Promise<boolean> {
  /** The run that is too far away, and since when that was seen. */
  let doubt: { readonly end: number; readonly since: number } | undefined

  return async (at) => {
    const end = (await lease.end())?.getTime()
    if (end === undefined || at.getTime() - end <= CLOCK_AHEAD_MAX_MS) {
      doubt = undefined
      return false
    }
    if (doubt?.end !== end) {
      if (doubt === undefined) {
        logger.warn(
          { lastRun: new Date(end) },
          'the clock is over a day ahead of the last removal of old records; unless it is set right they are removed after a day',
        )
      }
      doubt = { end, since: monotonic() }
    }
    return monotonic() - doubt.since <= CLOCK_AHEAD_MAX_MS
  }
}
