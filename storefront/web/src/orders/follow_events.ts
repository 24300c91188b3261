/**
 * A stream of events, opened again and again for as long as that may help.
 *
 * Promises
 *  1. It is opened again after a pause (backoff.ts) that grows unless the stream before lasted for STEADY_MS.
 *  2. It is given up where asking again cannot help: the visitor is signed out, or there is nothing of theirs to see.
 *  3. It ends with its signal, also in a pause. It never fails: why a stream ended changes nothing for the page.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { sleep } from '@shop/retry/sleep'
import { retryDelayOf } from '../api/retry_delay.ts'

export const RECONNECT: Backoff = { firstMs: 500, maxMs: 15_000 }
/** Who closes every stream at once is not asked as often as one that ends them now and then. */
const STEADY_MS = 10_000
/** However long we are asked to wait, a page somebody looks at asks once in this time. */
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
