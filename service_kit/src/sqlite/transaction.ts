/**
 * The statements that control a transaction. They run by `get`, which reads nothing back: `run` also asks for the rowid
 * inserted last, and throws when that is beyond 2^53, after the statement took effect.
 */
import type { DatabaseSync } from 'node:sqlite'

export type Transaction = {
  /** Takes the lock of writers at once. */
  begin(): void
  commit(): void
  rollback(): void
  savepoint(): void
  /** Forgets the savepoint, and keeps what was done since. */
  release(): void
  /** Takes back what was done since the savepoint. */
  undo(): void
}

export function prepareTransaction(writer: DatabaseSync): Transaction {
  const control = (sql: string) => {
    const statement = writer.prepare(sql)
    return () => void statement.get()
  }
  return {
    begin: control('BEGIN IMMEDIATE'),
    commit: control('COMMIT'),
    rollback: control('ROLLBACK'),
    savepoint: control('SAVEPOINT undoable'),
    release: control('RELEASE undoable'),
    undo: control('ROLLBACK TO undoable'),
  }
}
