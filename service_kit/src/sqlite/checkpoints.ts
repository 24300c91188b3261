/**
 * Checkpoints of the write-ahead log (WAL) of a SQLite file, on a thread of their own. SQLite itself would do one in a
 * COMMIT: thousands of pages and two syncs, which block the event loop.
 *
 * Invariants
 *  1. While a store is written, the WAL is checked every CHECK_DELAY_MS. With more than PAGES_MIN pages it is copied back.
 *  2. Writers go on meanwhile. With the first pause in writing the WAL starts again from its beginning. If there is no
 *     pause and it has LONG_PAGES, the last pages are copied under the write lock; writers wait for it as for the lock
 *     of another process (commits.ts), without blocking the event loop.
 *  3. A failure loses nothing: the next check tries again, and at BACKSTOP_PAGES SQLite does it itself.
 */
import type { DatabaseSync } from 'node:sqlite'
import { createReaderThread } from '../runtime/reader_thread.ts'
import type { Cancel, Runtime } from '../runtime/runtime.ts'

/** Time from a commit to the check of the WAL. */
export const CHECK_DELAY_MS = 100
/** Pages of 4 KiB. */
export const PAGES_MIN = 1_000
export const LONG_PAGES = 10_000
export const BACKSTOP_PAGES = 40_000
/** Enough for the slowest disk; then the thread is replaced. */
const CHECKPOINT_MS_MAX = 60_000

/** Leave up to `few` pages, and none if the WAL has more than `long`. */
export type CheckpointRequest = { readonly few: number; readonly long: number }

export type Checkpoints = {
  /** Call it after every commit. */
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
  // Reads the length of the WAL, and copies nothing.
  const length = writer.prepare('PRAGMA wal_checkpoint(NOOP)')
  const thread = createReaderThread<CheckpointRequest, undefined>(
    new URL('./checkpoint_thread.mjs', import.meta.url),
    path,
    { runtime, what: 'checkpoints', readMs: CHECKPOINT_MS_MAX },
  )
  let cancel: Cancel | undefined
  let closing = false

  const isLong = () => {
    const { log, checkpointed } = length.get() as { log: number; checkpointed: number }
    return log - checkpointed > PAGES_MIN
  }

  const check = async () => {
    try {
      while (!closing && isLong()) {
        requireFile()
        await thread.ask({ few: PAGES_MIN, long: LONG_PAGES })
      }
    } catch {
      // A fault of the store also fails the next write, which reports it.
    }
    cancel = undefined
  }

  return {
    written() {
      if (!closing) cancel ??= runtime.after(CHECK_DELAY_MS, check, { background: true })
    },
    async close() {
      closing = true
      cancel?.()
      await thread.close()
    },
  }
}
