/**
 * The pause before a retry, for services, scripts, clients and pages. It imports nothing, because it runs in browsers too.
 *
 * Invariants
 *  1. Full jitter: the pause is random between 0 and a ceiling, so that clients that failed together do not retry together.
 *     The ceiling starts at `firstMs`, doubles with each failure in a row, and ends at `maxMs`.
 *  2. After a `Retry-After` the pause is that time plus the random pause, because all clients were given the same time.
 */

export type Backoff = { readonly firstMs: number; readonly maxMs: number }

/**
 * Milliseconds to wait after the given number of failures in a row (1 and up). `chance` is a number from 0 to 1;
 * `askedMs` comes from `Retry-After`.
 */
export function pauseMs({ firstMs, maxMs }: Backoff, failures: number, chance: number, askedMs = 0): number {
  const ceiling = Math.min(firstMs * 2 ** Math.max(0, failures - 1), maxMs)
  return Math.round(askedMs + chance * ceiling)
}

/** `Retry-After` in milliseconds: seconds or an HTTP date. Undefined when there is none, or it is neither. */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  if (header == null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
