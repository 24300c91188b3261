/** node:sqlite with calls that can be made to fail (fault_runs.ts). Import it before a store is opened. */
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { makeFaulty } from './fault_runs.ts'

export const sqliteEngine = makeFaulty([
  [DatabaseSync.prototype, ['prepare', 'exec']],
  [StatementSync.prototype, ['get', 'all', 'run', 'iterate']],
])

const sqliteError = (errcode: number, message: string) => () =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })

export const SQLITE_ERRORS: readonly (() => unknown)[] = [
  () => new RangeError('Value is too large to be represented as a JavaScript number: 9009398277996544'),
  sqliteError(10, 'disk I/O error'),
  sqliteError(13, 'database or disk is full'),
  sqliteError(1, 'SQL logic error'),
  sqliteError(5, 'database is locked'),
]
