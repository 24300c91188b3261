/**
 * Bringing home what commits wrote into the log beside a SQLite file (its WAL), on a thread of its own. SQLite does it in
 * the COMMIT that made the log long enough: thousands of pages, and two waits for the disk, on the loop that serves.
 *
 * Promises
 *  1. While a store is written the log is looked at every LOOK_MS, and with more than PAGES_MIN pages it is brought home.
 *  2. Nobody waits for it: pages are copied while others write. With the first pause in writing the log begins anew. Where
 *     there is none, and it has LONG_PAGES, the last pages are copied under the lock of writers, who wait as for another
 *     process (commits.ts), without blocking the loop.
 *  3. It may fail: nothing is lost by it. The next look tries again, and behind it stands SQLite's own way, at
 *     BACKSTOP_PAGES.
 */
import type { DatabaseSync } from 'node:sqlite'
import { createReaderThread } from '../runtime/reader_thread.ts'
import type { Cancel, Runtime } from '../runtime/runtime.ts'

/** How long after a commit the log is looked at. */
export const LOOK_MS = 100
/** Pages of 4 KiB. */
export const PAGES_MIN = 1_000
export const LONG_PAGES = 10_000
export const BACKSTOP_PAGES = 40_000
/** On the slowest disk; then the thread is replaced. */
const HOME_MS_MAX = 60_000

/** What the thread is asked: to leave few pages, and none when the log is long. */
export type Home = { readonly few: number; readonly long: number }

export type Checkpoints = {
  /** To be told of every commit. */
  written(): void
  close(): Promise<void>
}

/** `requireFile` throws when the path leads elsewhere. */
export function createCheckpoints(
  path: string,
  writer: DatabaseSync,
  runtime: Pick<Runtime, 'after'>,
  requireFile: () => void,
): Checkpoints {
  // Looks, and copies nothing.
  const length = writer.prepare('PRAGMA wal_checkpoint(NOOP)')
  const thread = createReaderThread<Home, undefined>(
    new URL('./checkpoint_thread.mjs', import.meta.url),
    path,
    { runtime, what: 'checkpoints', readMs: HOME_MS_MAX },
  )
  let cancel: Cancel | undefined
  let closing = false

  const isLong = () => {
    const { log, checkpointed } = length.get() as { log: number; checkpointed: number }
    return log - checkpointed > PAGES_MIN
  }

  const look = async () => {
    try {
      while (!closing && isLong()) {
        requireFile()
        await thread.ask({ few: PAGES_MIN, long: LONG_PAGES })
      }
    } catch {
      // Told by whoever writes, if it is the store's.
    }
    cancel = undefined
  }

  return {
    written() {
      if (!closing) cancel ??= runtime.after(LOOK_MS, look, { background: true })
    },
    async close() {
      closing = true
      cancel?.()
      await thread.close()
    },
  }
}
