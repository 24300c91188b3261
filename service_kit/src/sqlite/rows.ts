/** Rows of SQLite as arrays, which are read in two thirds of the time of objects; integers beyond 2^53 as BigInt. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { readBigInts } from './store.ts'

export type Row = readonly unknown[]

/** A statement that reads such rows. */
export type RowQuery = {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): readonly Row[]
}

export function prepareRows(db: DatabaseSync, sql: string): RowQuery {
  const statement = readBigInts(db.prepare(sql))
  statement.setReturnArrays(true)
  return statement as unknown as RowQuery
}
