/**
 * One SQLite file: opening, migrations and group commit.
 *
 * Invariants
 *  1. `write` resolves after its COMMIT with synchronous=FULL, so an answered write is durable.
 *  2. Writes that wait together share one commit, but each succeeds or fails alone (commits.ts).
 *  3. `reader` sees committed data only, cannot write, and never waits for a writer (WAL).
 *  4. Several processes may share the file. A write waits for the lock up to WRITE_WAIT_MS, without blocking the event loop. Nor
 *     do checkpoints block it (checkpoints.ts).
 *  5. A store whose file is gone refuses writes at once (file.ts). After a write that the store failed, `check` rejects until one
 *     succeeds.
 *  6. A store that was created once and is gone is not replaced by an empty one (mark.ts).
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Problem } from '../runtime/problem.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { BACKSTOP_PAGES, createCheckpoints } from './checkpoints.ts'
import { createCommits, WRITE_WAIT_MS } from './commits.ts'
import { isBusy, openingFault, translateFaults } from './faults.ts'
import { hasRoom, makePrivate, watchFile } from './file.ts'
import { noteMade, requireFileOf, requireTables, wasMade } from './mark.ts'
import { migrate } from './migrations.ts'
import { prepareRevision } from './revision.ts'

/** Page caches of the two connections. */
const WRITER_CACHE_KIB = 12 * 1024
const READER_CACHE_KIB = 6 * 1024

export type SqliteStore = {
  /** For prepared reads. Errors of the file are `store_unavailable`. */
  readonly reader: DatabaseSync
  /** For prepared writes, which may run inside `write` only. */
  readonly writer: DatabaseSync
  /**
   * Runs `work` in a shared transaction, and resolves to its result when that is durable. Rejects with the error of `work`
   * (then nothing of it was stored), `overloaded`, or `store_unavailable` (then it may have been stored).
   */
  write<T>(work: () => T): Promise<T>
  /** Another number after every commit of any process (revision.ts). */
  revision(): number
  /** Rejects with `store_unavailable` if the file cannot be read or written. */
  check(): Promise<void>
  /** The same as the first time if it is called again. */
  close(): Promise<void>
}

export type SqliteOptions = {
  /** File path, or ':memory:'. */
  readonly path: string
  /** Folder of numbered migrations: 0001_name.sql, 0002_…; each is applied once, in a transaction. */
  readonly migrations: string | URL
  readonly runtime: Runtime
  /** For a program that only reads: a missing store is an error, and an existing one is not marked as created. */
  readonly existing?: boolean | undefined
  /** For tests. */
  readonly roomAt?: (path: string) => boolean
}

/**
 * Makes a statement read integers as bigints. Otherwise one integer beyond 2^53 fails the statement, and with it all rows that
 * it reads or changes.
 */
export function readBigInts(statement: StatementSync): StatementSync {
  statement.setReadBigInts(true)
  return statement
}

/** Opens or creates the file, and applies migrations. Throws with a message that says what the operator has to do. */
export function openSqlite(options: SqliteOptions): SqliteStore {
  const opened: DatabaseSync[] = []
  try {
    return openFile(options, opened)
  } catch (error) {
    for (const db of opened) db.close()
    throw openingFault(options.path, error)
  }
}

function openFile(
  { path, migrations, runtime, existing, roomAt = hasRoom }: SqliteOptions,
  opened: DatabaseSync[],
): SqliteStore {
  const memory = path === ':memory:'
  const made = !memory && (existing === true || wasMade(path))
  if (made) requireFileOf(path)
  if (!memory) makePrivate(path)
  const writer = connect(path, runtime, opened)
  if (made) requireTables(writer, path)
  migrate(writer, migrations, path)
  if (!memory && existing !== true) noteMade(path)
  const reader = memory ? writer : connect(path, runtime, opened)
  if (!memory) reader.exec(`PRAGMA query_only = ON; PRAGMA cache_size = -${READER_CACHE_KIB}`)
  // Waiting inside SQLite would block the event loop.
  writer.exec('PRAGMA busy_timeout = 0')
  const requireFile = memory ? () => {} : watchFile(path)
  const checkpoints = memory ? undefined : createCheckpoints(path, writer, runtime, requireFile)
  const commits = createCommits(writer, {
    runtime,
    requireFile,
    hasRoom: () => memory || roomAt(path),
    onCommit: () => checkpoints?.written(),
  })
  // Changes no value, but is written like any change.
  const touch = writer.prepare('UPDATE schema_migrations SET applied_at = applied_at')
  translateFaults(reader)
  const probe = reader.prepare('SELECT 1 FROM schema_migrations LIMIT 1')
  let closed: Promise<void> | undefined

  const closeAll = async () => {
    await commits.finish()
    await checkpoints?.close()
    // The writer last: the last connection makes the final checkpoint.
    for (const db of opened.reverse()) db.close()
  }

  return {
    reader,
    writer,
    write: commits.write,
    revision: prepareRevision(reader, memory),
    async check() {
      probe.get()
      requireFile()
      if (commits.lastFailure() === undefined) return
      await commits.write(() => void touch.get())
      const cause = commits.lastFailure()
      if (cause !== undefined) {
        throw new Problem('store_unavailable', `There is hardly room left beside ${path}.`, {}, { cause })
      }
    },
    close() {
      closed ??= closeAll()
      return closed
    },
  }
}

function connect(path: string, runtime: Runtime, opened: DatabaseSync[]): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: WRITE_WAIT_MS, enableForeignKeyConstraints: true })
  opened.push(db)
  switchToWal(db, runtime)
  db.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${WRITER_CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${BACKSTOP_PAGES};
  `)
  return db
}

/** The switch needs an exclusive lock and ignores the busy timeout, so processes that start together have to retry. */
function switchToWal(db: DatabaseSync, { monotonic }: Runtime) {
  for (const deadline = monotonic() + WRITE_WAIT_MS; ; ) {
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || monotonic() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
