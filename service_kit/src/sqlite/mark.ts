/**
 * A marker file beside a SQLite store. It records that a store was made here, so that a lost one is noticed and not
 * replaced by an empty one.
 *
 * Invariants
 *  1. No write to a store before its marker is durable. So where an order was ever accepted, a start without the file, or
 *     with a file without tables, is refused (invariant 3).
 *  2. No marker without a store: it is written after the migrations were committed. If the process dies in between, the
 *     next opening writes it.
 *  3. Its name matches neither `orders.db*` nor `*.db*`, so that moving or deleting those leaves it. Deleting the whole
 *     folder deletes it too: that is how to start a new shop.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { syncFolder } from '../storage/sync.ts'
import { openReadOnly } from './file.ts'

const OWNER_ONLY = 0o600
const LOCK_WAIT_MS = 1_000

export type Loss = { readonly problem: string; readonly remedy: string }

/** `data/made_orders_db` for `data/orders.db`. */
export const markOf = (path: string): string =>
  join(dirname(path), `made_${basename(path).replaceAll('.', '_')}`)

/** Does the mark say that there was a store at `path`? */
export const wasMade = (path: string): boolean => existsSync(markOf(path))

/** Call it before the first write to a store that has its tables. */
export function noteMade(path: string): void {
  const mark = markOf(path)
  if (!existsSync(mark)) {
    const text = `A store was made in ${basename(path)}. While this file is here, a missing one is not replaced by an empty one.\n`
    try {
      writeFileSync(mark, text, { mode: OWNER_ONLY, flush: true })
    } catch (error) {
      const says = `${mark} cannot be made: ${(error as Error).message}.`
      throw new Error(`${says} Check that the disk has room, and that this user may write there.`, {
        cause: error,
      })
    }
  }
  // Even if the marker existed: the process that made it may not have synced the folder yet.
  syncFolder(dirname(path))
}

/** What happened to the store made at `path`; undefined if nothing did, or none was made. Changes nothing. */
export function lossOf(path: string): Loss | undefined {
  if (!wasMade(path)) return undefined
  return lossOfFile(path) ?? lossInDatabase(path)
}

/** Throws unless the file exists and is not empty, because opening it would create one. */
export function requireFileOf(path: string): void {
  refuse(lossOfFile(path))
}

/** Throws unless the database has been a store before. */
export function requireTables(db: DatabaseSync, path: string): void {
  if (!hasTables(db)) refuse(withoutTables(path))
}

/** One line that says what the operator has to do. */
export const sentenceOf = ({ problem, remedy }: Loss): string => `${problem} ${remedy}`

function refuse(loss: Loss | undefined) {
  if (loss) throw new Error(sentenceOf(loss))
}

function lossOfFile(path: string): Loss | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found) return found.size === 0 ? withoutTables(path) : undefined
  return {
    problem: `${path} is gone, though a store was made there.`,
    remedy: `Bring it back, with its -wal if it had one, ${otherwise(path)}`,
  }
}

const withoutTables = (path: string): Loss => ({
  problem: `${path} is without its tables, though a store was made there.`,
  remedy: `Bring back what it was, with its -wal if it had one, ${otherwise(path)}`,
})

const otherwise = (path: string): string =>
  'or put a backup in its place with `npm run restore`' +
  (wasMade(path) ? `; only to begin anew on purpose, remove ${markOf(path)}.` : '.')

/** A file that cannot be read is reported when the store is opened. */
function lossInDatabase(path: string): Loss | undefined {
  let db: DatabaseSync | undefined
  try {
    db = openReadOnly(path, LOCK_WAIT_MS)
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
