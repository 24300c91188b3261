/** Calls go out (closed), go out one at a time as a trial (half_open), or fail at once (open). */
export type CircuitState = 'closed' | 'half_open' | 'open'
