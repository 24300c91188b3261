/**
 * How long to wait before trying again: the only place where that is worked out, for services, scripts, clients and
 * pages. It imports nothing, since it runs in browsers too.
 *
 * Promises
 *  1. Full jitter: a pause is drawn evenly between nothing and a ceiling, so that those who failed together do not
 *     come back together. The ceiling doubles with each failure in a row from `firstMs`, and ends at `maxMs`.
 *  2. Who was asked to wait (`Retry-After`) waits that long, and its own pause on top: all were asked the same.
 */

export type Backoff = { readonly firstMs: number; readonly maxMs: number }

/**
 * Milliseconds to wait after the given number of failures in a row (1 and up). `chance` is a number from 0 to 1;
 * `askedMs` is what the other side asked for, if it did.
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
