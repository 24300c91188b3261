/** What an error of SQLite means for whoever called: judged by its code (https://sqlite.org/rescode.html), never by text. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Problem } from '../runtime/problem.ts'

const BUSY = 5
const LOCKED = 6
const CORRUPT = 11
const CORRUPT_VTAB = 267
const CANTOPEN = 14
const NOTADB = 26
/** PERM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: the file is at fault, not the request. */
const FILE_FAULTS = [3, 8, 10, CORRUPT, 13, CANTOPEN, 15, NOTADB]

const resultCode = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

/** Another connection holds the lock; it passes. */
export const isBusy = (error: unknown): boolean => [BUSY, LOCKED].includes(resultCode(error))

/** The file itself is no database, or no whole one: trying again does not help. */
export const isDamage = (error: unknown): boolean => [CORRUPT, NOTADB].includes(resultCode(error))

/** What a virtual table keeps does not fit together: it is none of the tables beside it. */
export const isDamageOfVirtualTable = (error: unknown): boolean =>
  (error as { errcode?: number }).errcode === CORRUPT_VTAB

export const isStoreFault = (error: unknown): boolean =>
  isBusy(error) || FILE_FAULTS.includes(resultCode(error))

/** What the caller of a write gets to see when the store failed it. */
export const unavailable = (cause: unknown): Problem =>
  cause instanceof Problem && cause.code === 'store_unavailable'
    ? cause
    : new Problem('store_unavailable', 'The store could not take the write; try again.', {}, { cause })

const unreadable = (cause: unknown) =>
  new Problem('store_unavailable', 'The store could not be read; try again.', {}, { cause })

const CALLS = ['get', 'all', 'run', 'iterate'] as const

/** From now on a statement prepared here that fails by a fault of the file fails with `store_unavailable`. */
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

/** Why a file cannot be opened, as a sentence that names it and the next step. */
export function openingFault(path: string, error: unknown): unknown {
  const code = resultCode(error)
  const says = `${path}: ${(error as Error).message}.`
  if (isDamage(error)) {
    return new Error(
      `${says} It is damaged or not a database of ours, and was left as it is. Move it away and bring back a backup with ` +
        '`npm run restore`; `npm run doctor` says what is wrong with it.',
      { cause: error },
    )
  }
  if (isBusy(error)) {
    return new Error(`${says} Another program holds it; try again once that has ended.`, { cause: error })
  }
  if (code === CANTOPEN) {
    return new Error(`${says} See that its folder exists and that this user may read and write both.`, {
      cause: error,
    })
  }
  return isStoreFault(error)
    ? new Error(`${says} See that the disk has room and that this user may write there.`, { cause: error })
    : error
}
