/** What an error of SQLite means, by its code (https://sqlite.org/rescode.html), never by its message. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Problem } from '../runtime/problem.ts'

const BUSY = 5
const LOCKED = 6
const CORRUPT = 11
const CORRUPT_VTAB = 267
const CANTOPEN = 14
const NOTADB = 26
/** PERM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: errors of the file, not of the request. */
const FILE_FAULTS = [3, 8, 10, CORRUPT, 13, CANTOPEN, 15, NOTADB]

const resultCode = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

/** Another connection holds the lock, for a time. */
export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes(resultCode(error))

/** The file is corrupt, or no database. It stays so. */
export const isDamage = (error: unknown): boolean => [CORRUPT, NOTADB].includes(resultCode(error))

/** The data of a virtual table is inconsistent; other tables are not affected. */
export const isDamageOfVirtualTable = (error: unknown): boolean =>
  (error as { errcode?: number }).errcode === CORRUPT_VTAB

export const isStoreFault = (error: unknown): boolean =>
  isBusy(error) || FILE_FAULTS.includes(resultCode(error))

/** The error of a write that the store failed. */
export const unavailable = (cause: unknown): Problem =>
  cause instanceof Problem && cause.code === 'store_unavailable'
    ? cause
    : new Problem('store_unavailable', 'The store could not take the write; try again.', {}, { cause })

const unreadable = (cause: unknown) =>
  new Problem('store_unavailable', 'The store could not be read; try again.', {}, { cause })

const CALLS = ['get', 'all', 'run', 'iterate'] as const

/** Errors of the file become `store_unavailable` in statements that are prepared from now on. */
export function translateFaults(db: DatabaseSync): void {
  const prepare = db.prepare.bind(db)
  db.prepare = (...given) => {
    const statement = prepare(...given)
    for (const name of CALLS) {
      const call = statement[name].bind(statement) as (...values: unknown[]) => unknown
      const translated = (...values: unknown[]) => {
        try {
          return call(...values)
        } catch (error) {
          throw isStoreFault(error) ? unreadable(error) : error
        }
      }
      ;(statement as Record<typeof name, StatementSync[typeof name]>)[name] = translated as never
    }
    return statement
  }
}

/** Why a file cannot be opened: an error whose message names the file and the next step. */
export function openingFault(path: string, error: unknown): unknown {
  const code = resultCode(error)
  const reason = `${path}: ${(error as Error).message}.`
  if (isDamage(error)) {
    return new Error(
      `${reason} It is damaged or not a database of ours, and was left as it is. Move it away and bring back a backup with ` +
        '`npm run restore`; `npm run doctor` shows what is wrong with it.',
      { cause: error },
    )
  }
  if (isBusy(error)) {
    return new Error(`${reason} Another program uses it; try again after that has ended.`, { cause: error })
  }
  if (code === CANTOPEN) {
    return new Error(`${reason} Check that its folder exists, and that this user may read and write both.`, {
      cause: error,
    })
  }
  return isStoreFault(error)
    ? new Error(`${reason} Check that the disk has room, and that this user may write there.`, {
        cause: error,
      })
    : error
}
