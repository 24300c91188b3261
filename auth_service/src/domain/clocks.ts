/**
 * Stored times and the clock. A clock that was ahead and was set back leaves stored times that are too far in the future.
 * If they were trusted, pauses and sessions would last too long. Rule: a stored time that is further in the future than it
 * can be set now counts as now. Decision 37 says how a time may be too old when it is used.
 */

/** The largest difference between the clocks of replicas. */
export const CLOCKS_DIFFER_MS = 5_000

/**
 * Between reading a time and the write that stores it: longer than a process stands still, and than a write is on its way. A
 * network that was cut delivers for about 15 minutes what was sent before.
 */
export const WRITE_DELAY_MAX_MS = 3_600_000

/** Was this time set by a clock that was ahead? It is set at most `aheadMaxMs` into the future. */
export const isAhead = (time: string, now: Date, aheadMaxMs = 0): boolean =>
  Date.parse(time) > now.getTime() + aheadMaxMs + CLOCKS_DIFFER_MS

export const timeAfter = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString()

export const isPast = (time: string, now: Date): boolean => Date.parse(time) <= now.getTime()
