/**
 * Cuts answers that the visitor does not read. Such an answer holds a slot of its concurrency limiter, and a few
 * addresses with a few hundred connections could hold all of them.
 *
 * Invariants
 *  1. While calls wait for a slot, an answer that began `stalledMs` ago and of which nothing was read between two checks
 *     is cut: the oldest first, and at most as many as there are calls waiting.
 *  2. No answer is cut while no call waits, nor while the visitor reads, nor while the service sends nothing.
 */
import type { Readable } from 'node:stream'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FairLimiter } from './fair_limiter.ts'

const CHECK_MS = 250

export type SlowReaderWatch = {
  /** Call it when the answer begins. The watch ends when the body closes. */
  watch(body: Readable): void
  close(): void
}

/** `unread` is the number of buffered bytes at the last check. */
type Watched = { readonly since: number; unread: number }

export function createSlowReaderWatch(
  limiter: FairLimiter,
  { monotonic, every }: Pick<Runtime, 'monotonic' | 'every'>,
  stalledMs: number,
): SlowReaderWatch {
  /** Oldest first. */
  const watched = new Map<Readable, Watched>()

  const check = () => {
    let wanted = limiter.waiting()
    const before = monotonic() - stalledMs
    for (const [body, each] of watched) {
      const isStuck = body.readableLength > 0 && body.readableLength === each.unread
      each.unread = body.readableLength
      if (wanted === 0 || !isStuck || each.since > before) continue
      wanted -= 1
      body.destroy(new Problem('overloaded', 'The answer was read too slowly while other requests waited.'))
    }
  }
  const stopChecking = every(CHECK_MS, check, { background: true })

  return {
    watch(body) {
      watched.set(body, { since: monotonic(), unread: 0 })
      body.once('close', () => watched.delete(body))
    },
    close: stopChecking,
  }
}
