/**
 * node:sqlite as the services of a simulation get it (sqlite_engine.ts): ':memory:' is a database that the connections of all
 * processes of a history share, as they share a file; and commits fail as a disk makes them fail.
 *
 * Invariants
 *  1. Each connection sees what others have committed, and nothing else. It is closed at the end of its history.
 *  2. The faults of a connection are those of the history in which it was opened.
 */
import { DatabaseSync as Engine, type StatementSync } from 'node:sqlite'

/** What is asked before and after each COMMIT; an error that it returns is thrown instead of an answer. */
export type CommitFault = (moment: 'before' | 'after') => Error | undefined

/** The databases of one history, by the name of their service. */
export type Engines = {
  /** What `open` opens is a connection to the database of that name. */
  connect<T>(database: string, open: () => T): T
  /** Closes all connections, at once. */
  close(): void
}

type Current = {
  readonly database: string
  readonly fault: CommitFault
  readonly opened: Engine[]
}

let current: Current | undefined
let histories = 0

export function openEngines(fault: CommitFault): Engines {
  const opened: Engine[] = []
  const history = ++histories
  return {
    connect(database, open) {
      const before = opened.length
      current = { database: `${database}_${history}`, fault, opened }
      try {
        const result = open()
        if (opened.length === before)
          throw new Error(`${database} is on another node:sqlite: sqlite_engine.ts was loaded too late`)
        return result
      } finally {
        current = undefined
      }
    },
    close() {
      for (const each of opened) if (each.isOpen) each.close()
    },
  }
}

/** With the numbers and messages of SQLite. */
export const diskError = (errcode: number, message: string) =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })

/** How a store in memory counts changes (service_kit/src/sqlite/revision.ts): here others change its database, too. */
const OWN_CHANGES = 'SELECT total_changes() AS n'
const ALL_CHANGES = 'SELECT total_changes() + 1000000 * data_version AS n FROM pragma_data_version'

export class DatabaseSync extends Engine {
  readonly #fault: CommitFault

  constructor(path: string, options: ConstructorParameters<typeof Engine>[1] = {}) {
    if (path !== ':memory:' || current === undefined) throw new Error(`${path} is no database of a history`)
    // The file system of SQLite whose files are in memory, and are gone with their last connection.
    super(`file:/${current.database}?vfs=memdb`, options)
    this.#fault = current.fault
    current.opened.push(this)
  }

  override prepare(sql: string, ...given: []): StatementSync {
    const statement = super.prepare(sql === OWN_CHANGES ? ALL_CHANGES : sql, ...given)
    return sql === 'COMMIT' ? this.#faulty(statement) : statement
  }

  #faulty(statement: StatementSync): StatementSync {
    const get = statement.get.bind(statement)
    statement.get = () => {
      const before = this.#fault('before')
      if (before) throw before
      const row = get()
      const after = this.#fault('after')
      if (after) throw after
      return row
    }
    return statement
  }
}
