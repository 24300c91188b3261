/**
 * Copies several SQLite files as they are at one moment, while other processes write.
 *
 * All files are locked against writing, a read transaction is opened on each, and the locks are released. A read
 * transaction does not see what is committed later. So the copies together are what a power cut at that moment would
 * have left, and the shop recovers from them in the same way. Writers wait for the locks, not for the copying.
 */
import { rmSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { isDamage, openingFault } from '@shop/service_kit/sqlite/faults'

const LOCK_MS = 10_000
const SQLITE_BUSY = 5
/** Pages copied in one step; the event loop runs between two steps. */
const PAGES_AT_ONCE = 1_000

export type Copy = { readonly from: string; readonly to: string }

/** Rejects with a sentence that names the file and what to do. */
export async function copySnapshot(
  copies: readonly Copy[],
  onProgress: (copy: Copy, share: number) => void = () => {},
): Promise<Date> {
  const lockers: DatabaseSync[] = []
  const readers: DatabaseSync[] = []
  let at: Date
  try {
    for (const { from } of copies) {
      withFileName(from, () => {
        const locker = new DatabaseSync(from, { timeout: LOCK_MS })
        lockers.push(locker)
        locker.exec('BEGIN IMMEDIATE')
      })
    }
    at = new Date()
    for (const { from } of copies) {
      withFileName(from, () => {
        const reader = new DatabaseSync(from, { readOnly: true })
        readers.push(reader)
        reader.exec('BEGIN')
        // The transaction begins with the first read.
        reader.prepare('SELECT count(*) FROM sqlite_schema').get()
      })
    }
  } catch (error) {
    for (const reader of readers) reader.close()
    throw error
  } finally {
    for (const locker of lockers) locker.close()
  }
  try {
    for (const [i, copy] of copies.entries()) {
      await backup(readers[i]!, copy.to, {
        rate: PAGES_AT_ONCE,
        progress: ({ totalPages, remainingPages }) => onProgress(copy, 1 - remainingPages / totalPages),
      }).catch((error) => {
        throw openingFault(isDamage(error) ? copy.from : copy.to, error)
      })
    }
  } finally {
    for (const reader of readers) reader.close()
  }
  return at
}

function withFileName(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw openingFault(path, error)
  }
}

/** The files that SQLite puts beside a database, or applies to it if a process that was killed left them. */
export const sidecarFiles = (path: string): string[] => [`${path}-wal`, `${path}-shm`, `${path}-journal`]

/** Merges the files beside a copy into it, so that it is one file. The copy must not be open elsewhere. */
export function mergeSidecars(path: string): void {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = DELETE')
  db.close()
  for (const file of sidecarFiles(path)) rmSync(file, { force: true })
}

/**
 * Does another process have the file open? SQLite refuses to leave write-ahead logging if so. A file that is damaged,
 * or not a database, counts as not open.
 */
export function isInUse(path: string): boolean {
  const db = new DatabaseSync(path, { timeout: 100 })
  try {
    db.exec('PRAGMA journal_mode = DELETE')
    return false
  } catch (error) {
    return ((error as { errcode?: number }).errcode ?? 0) === SQLITE_BUSY
  } finally {
    db.close()
  }
}
