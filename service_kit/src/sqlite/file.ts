/**
 * The file of a SQLite store in its file system.
 *
 * Invariants
 *  1. Only its owner can read it: database, WAL and WAL index have mode 600, even if they had a wider one before. SQLite gives
 *     a new WAL the mode of its database.
 *  2. `watchFile` detects that a file at its path is no longer the open one. SQLite would continue to write to a deleted file,
 *     and all of that would be lost.
 *  3. `hasRoom` detects that the disk has room only for small writes.
 */
import { chmodSync, closeSync, existsSync, openSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { makeFolder } from '../runtime/folders.ts'
import { Problem } from '../runtime/problem.ts'

/** With less free space than this, the next write may fail too. */
export const ROOM_BYTES_MIN = 1024 * 1024
const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700
const BESIDE = ['', '-wal', '-shm']

/**
 * Creates the file if it is missing, and restricts its mode. An existing file is not opened here, because closing it would
 * release the locks of all connections of this process (https://sqlite.org/howtocorrupt.html, 2.2).
 */
export function makePrivate(path: string): void {
  makeFolder(dirname(path), OWNER_ONLY_FOLDER)
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  for (const end of BESIDE) narrow(path + end)
}

function narrow(path: string) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found || (found.mode & 0o077) === 0) return
  try {
    chmodSync(path, OWNER_ONLY)
  } catch (error) {
    // The file of another user, which this one may write too: its owner decides about its mode.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}

/** Returns a check that throws `store_unavailable` if one of the files that are open now is no longer at its path. */
export function watchFile(path: string): () => void {
  const watched = [path, `${path}-wal`].map((name) => ({ name, identity: identityOf(name) }))
  return () => {
    for (const { name, identity } of watched) {
      if (identityOf(name) === identity) continue
      throw new Problem(
        'store_unavailable',
        `${name} was moved, deleted or replaced while it was in use, and writes would be lost. ` +
          'Stop the service, bring the file back, and start it again.',
      )
    }
  }
}

/** Device and inode, which differ for another file at the same path; undefined if there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}

/** Whether the disk has ROOM_BYTES_MIN free; true if that is unknown. */
export function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize >= ROOM_BYTES_MIN
  } catch {
    return true
  }
}

/** Opens a file for reading. Without a WAL it is opened as immutable, so that SQLite creates no files beside it. */
export function openReadOnly(path: string, timeout = 0): DatabaseSync {
  const file = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) file.searchParams.set('immutable', '1')
  return new DatabaseSync(file, { readOnly: true, timeout })
}
