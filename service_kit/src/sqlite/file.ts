/**
 * The file of a SQLite store, as the system sees it.
 *
 * Promises
 *  1. What a shop knows of its customers is nobody else's on this machine: database, WAL and index of the WAL are
 *     their owner's alone, also where they lay with wider modes before. SQLite gives a new WAL the mode of its database.
 *  2. It is noticed when the path no longer leads to the open files. SQLite would go on writing to files without a
 *     name, and all of it would be gone at the next start.
 *  3. It is known whether the disk has room for more than the smallest change.
 */
import { chmodSync, closeSync, existsSync, openSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { makeFolder } from '../runtime/folders.ts'
import { Problem } from '../runtime/problem.ts'

/** Once a write has failed: a shop with less room than this fails the next one too. */
export const ROOM_BYTES_MIN = 1024 * 1024
const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700
const BESIDE = ['', '-wal', '-shm']

/**
 * Makes the file, if there is none, and closes it to others. One that exists is not opened here: by closing it again a
 * process gives up the locks of all its connections to it (https://sqlite.org/howtocorrupt.html, 2.2).
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
    // Somebody else's file, which this user may write all the same: its modes are for its owner to decide.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}

/** Gives a check that throws `store_unavailable` from the moment one of the files open now is not at its path. */
export function watchFile(path: string): () => void {
  const watched = [path, `${path}-wal`].map((name) => ({ name, identity: identityOf(name) }))
  return () => {
    for (const { name, identity } of watched) {
      if (identityOf(name) === identity) continue
      throw new Problem(
        'store_unavailable',
        `${name} was moved, deleted or replaced while it was in use, and nothing written now would be kept. ` +
          'Stop the service, bring the file back, and start it again.',
      )
    }
  }
}

/** Tells the file at a path from another that lay or will lie there; undefined where there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}

/** Whether there is room for ROOM_BYTES_MIN beside the file; where the system does not say, yes. */
export function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize >= ROOM_BYTES_MIN
  } catch {
    return true
  }
}

/**
 * For looking alone. A store in use, or left by a process that was killed, has a log beside it, where the latest may
 * be. Without one nothing need be made beside it to read it.
 */
export function openReadOnly(path: string, timeout = 0): DatabaseSync {
  const file = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) file.searchParams.set('immutable', '1')
  return new DatabaseSync(file, { readOnly: true, timeout })
}
