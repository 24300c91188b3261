/**
 * node:sqlite, whose databases in memory can be read beside their service, and whose commits fail as a disk makes them fail.
 *
 * The methods of its class are replaced, for the whole process: the stores of the services import the class by name, and the
 * code under test is what it is in production.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** What the engine asks before and after each COMMIT; an error that it returns is thrown instead of an answer. */
export type CommitFault = (moment: 'before' | 'after') => Error | undefined

/** With the numbers and messages of SQLite. */
export const diskError = (errcode: number, message: string) =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })

const { prepare } = DatabaseSync.prototype
let fault: CommitFault = () => undefined
let seen = new Set<DatabaseSync>()

DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given) {
  seen.add(this)
  const statement = prepare.apply(this, given)
  return given[0] === 'COMMIT' ? faulty(statement) : statement
}

/** Its faults are those of the history in which it was prepared. */
function faulty(statement: StatementSync): StatementSync {
  const get = statement.get.bind(statement)
  const faultOf = fault
  statement.get = () => {
    const before = faultOf('before')
    if (before) throw before
    const row = get()
    const after = faultOf('after')
    if (after) throw after
    return row
  }
  return statement
}

/** For the databases that are opened from now on. */
export function setCommitFault(next: CommitFault): void {
  fault = next
}

/** What `open` opened. */
export async function databaseOf<T>(
  open: () => T | Promise<T>,
): Promise<{ opened: T; database: DatabaseSync }> {
  seen = new Set()
  const opened = await open()
  return { opened, database: [...seen][0]! }
}
