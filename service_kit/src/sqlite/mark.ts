/**
 * The mark beside a SQLite store: it says that one was made here, so that a store which is gone is missed, and no
 * empty one takes its place.
 *
 * Promises
 *  1. A store is not written to before its mark is durable. So where an order was ever accepted, a start without the
 *     file, or with one that has no tables, is refused (invariant 3).
 *  2. No mark without a store: it is made after the migrations were committed. Who dies in between leaves a store
 *     without a mark, and its next opening makes it.
 *  3. Its name neither begins nor ends as those of the store's own files, so that `mv orders.db* …` or `rm *.db*` does
 *     not take it along. It goes with the whole folder: that is how a shop is begun anew.
 */
import { closeSync, existsSync, fsyncSync, openSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openToLook } from './file.ts'

const OWNER_ONLY = 0o600
const LOOK_WAIT_MS = 1_000
/** Of systems that let nobody sync a folder, or not this user. */
const CANNOT_SYNC = ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP']

export type Loss = { readonly problem: string; readonly mend: string }

/** Of data/orders.db it is data/made_orders_db. */
export const markOf = (path: string): string =>
  join(dirname(path), `made_${basename(path).replaceAll('.', '_')}`)

/** Does the mark say that there was a store at `path`? */
export const wasMade = (path: string): boolean => existsSync(markOf(path))

/** To be called before the first write to a store that has its tables. */
export function noteMade(path: string): void {
  const mark = markOf(path)
  if (!existsSync(mark)) {
    const text = `A store was made in ${basename(path)}. While this file is here, a missing one is not replaced by an empty one.\n`
    try {
      writeFileSync(mark, text, { mode: OWNER_ONLY, flush: true })
    } catch (error) {
      const says = `${mark} cannot be made: ${(error as Error).message}.`
      throw new Error(`${says} See that the disk has room and that this user may write there.`, {
        cause: error,
      })
    }
  }
  // Also where it was there: whoever made it may be about to do this.
  syncFolder(dirname(path))
}

/** What became of a store that was made at `path`, by looking alone; undefined when nothing did, or none was. */
export function lossOf(path: string): Loss | undefined {
  if (!wasMade(path)) return undefined
  return lossOfFile(path) ?? lossSeenIn(path)
}

/** Throws unless the file is there and not empty: opening it would make one. */
export function requireFileOf(path: string): void {
  refuse(lossOfFile(path))
}

/** Throws unless what was opened has been a store before. */
export function requireTables(db: DatabaseSync, path: string): void {
  if (!hasTables(db)) refuse(withoutTables(path))
}

/** As one line that an operator can act on. */
export const told = ({ problem, mend }: Loss): string => `${problem} ${mend}`

function refuse(loss: Loss | undefined) {
  if (loss) throw new Error(told(loss))
}

function lossOfFile(path: string): Loss | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found) return found.size === 0 ? withoutTables(path) : undefined
  return {
    problem: `${path} is gone, though a store was made there.`,
    mend: `Bring it back, with its -wal if it had one, ${otherwise(path)}`,
  }
}

const withoutTables = (path: string): Loss => ({
  problem: `${path} is without its tables, though a store was made there.`,
  mend: `Bring back what it was, with its -wal if it had one, ${otherwise(path)}`,
})

const otherwise = (path: string): string =>
  'or put a backup in its place with `npm run restore`' +
  (wasMade(path) ? `; only to begin anew on purpose, remove ${markOf(path)}.` : '.')

/** What cannot be read is damaged, or another user's; that is told by whoever opens it. */
function lossSeenIn(path: string): Loss | undefined {
  let db: DatabaseSync | undefined
  try {
    db = openToLook(path, LOOK_WAIT_MS)
    return hasTables(db) ? undefined : withoutTables(path)
  } catch {
    return undefined
  } finally {
    db?.close()
  }
}

/** A store that was made has had at least one migration. */
function hasTables(db: DatabaseSync): boolean {
  const noted = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get()
  return noted !== undefined && db.prepare('SELECT 1 FROM schema_migrations LIMIT 1').get() !== undefined
}

function syncFolder(folder: string) {
  try {
    const opened = openSync(folder, 'r')
    try {
      fsyncSync(opened)
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    if (!CANNOT_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
