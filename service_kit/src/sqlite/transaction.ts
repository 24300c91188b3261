/**
 * The statements that control a transaction. They run by `get`, because `run` also reads the last inserted rowid, and throws
 * if that is beyond 2^53, after the statement took effect.
 */
import type { DatabaseSync } from 'node:sqlite'

export type Transaction = {
  /** Takes the write lock at once. */
  begin(): void
  commit(): void
  rollback(): void
  savepoint(): void
  /** Removes the savepoint, and not the changes since. */
  release(): void
  /** Undoes the changes since the savepoint. */
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
