/**
 * Stored times and the clock. A clock that was ahead and has been set back leaves times in the store that nobody could
 * set now; trusted, they would keep people out, or let them in, for as long as it was ahead. The one rule: a stored
 * time further ahead than it can have been set counts as now.
 */

/** Clocks of replicas may differ this much. */
export const CLOCKS_DIFFER_MS = 5_000

/** Is a stored time, set at most `aheadMaxMs` before it comes, one of a clock that was ahead? */
export const isAhead = (time: string, now: Date, aheadMaxMs = 0): boolean =>
  Date.parse(time) > now.getTime() + aheadMaxMs + CLOCKS_DIFFER_MS

/** The time so long after this one. */
export const timeAfter = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()

/** Has it come? */
export const isPast = (time: string, now: Date): boolean => Date.parse(time) <= now.getTime()
