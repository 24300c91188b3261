/**
 * An event stream that reconnects.
 *
 * Invariants
 *  1. It reconnects after a pause (backoff.ts), which grows unless the stream before lasted for STEADY_MS.
 *  2. It stops when a retry cannot help: the visitor is signed out, or may not see the order.
 *  3. It stops with its signal, also during a pause. It never rejects.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { sleep } from '@shop/retry/sleep'
import { retryDelayOf } from '../api/retry_delay.ts'

export const RECONNECT: Backoff = { firstMs: 500, maxMs: 15_000 }
/** A server that closes every stream at once is asked less often than one that closes them now and then. */
const STEADY_MS = 10_000
/** A longer `Retry-After` is shortened to this while somebody looks at the page. */
const RETRY_AFTER_MAX_MS = 60_000

export type FollowOptions = {
  readonly signal: AbortSignal
  /** Opens the stream and reads it to its end. */
  readonly read: (signal: AbortSignal) => Promise<void>
  /** Called after each stream that ended. */
  readonly lost: () => void
  readonly backoff?: Backoff
  readonly random?: () => number
}

export async function followEvents(options: FollowOptions): Promise<void> {
  const { signal, read, lost, backoff = RECONNECT, random = Math.random } = options
  for (let failures = 1; !signal.aborted; failures++) {
    let retryAfterMs: number | undefined = 0
    const openedAt = performance.now()
    try {
      await read(signal)
    } catch (error) {
      retryAfterMs = retryDelayOf(error)
    }
    if (signal.aborted) return
    lost()
    if (retryAfterMs === undefined) return
    if (performance.now() - openedAt > STEADY_MS) failures = 1
    await sleep(
      pauseMs(backoff, failures, random(), Math.min(retryAfterMs, RETRY_AFTER_MAX_MS)),
      signal,
    ).catch(() => {})
  }
}
