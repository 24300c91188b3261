/**
 * One SQLite file: opening, migrating, and sharing commits.
 *
 * Promises
 *  1. `write` resolves only after its COMMIT returned under synchronous=FULL: what is answered is durable.
 *  2. Writes that wait together share one commit, yet each succeeds or fails alone, and each is answered whatever
 *     the engine does (commits.ts).
 *  3. `reader` sees committed state only, can't write, and never waits for a writer (WAL).
 *  4. Several processes may share the file: BEGIN IMMEDIATE, and waiting for the lock without blocking the event loop,
 *     up to WRITE_WAIT_MS. Nor does bringing home the WAL block it (checkpoints.ts).
 *  5. A store whose file is gone refuses writes at once, and `check` remembers a write that the store failed until
 *     one succeeds again (file.ts).
 *  6. A store that was made once and is gone is not replaced by an empty one (mark.ts).
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

/** Page cache of the writing and of the reading connection; behind them is the system's own. */
const WRITER_CACHE_KIB = 12 * 1024
const READER_CACHE_KIB = 6 * 1024

export type SqliteStore = {
  /** Prepare reads here. Sees committed state only. A fault of the file is `store_unavailable`. */
  readonly reader: DatabaseSync
  /** Prepare writes here; such statements may only run inside `write`. */
  readonly writer: DatabaseSync
  /**
   * Runs `work` in a shared transaction and resolves its result once durable. Rejects with whatever `work` threw
   * (then nothing of it was kept), `overloaded`, or `store_unavailable` (then it may have been kept).
   */
  write<T>(work: () => T): Promise<T>
  /** Another number after any commit by anybody (revision.ts). */
  revision(): number
  /** Rejects with `store_unavailable` when the file can't be read or written. */
  check(): Promise<void>
  close(): Promise<void>
}

export type SqliteOptions = {
  /** File path, or ':memory:'. */
  readonly path: string
  /** Folder of numbered migrations: 0001_name.sql, 0002_…; each is applied once, in a transaction. */
  readonly migrations: string | URL
  readonly runtime: Runtime
  /** For who only looks: a store that is not there is refused, and none is noted as made. */
  readonly existing?: boolean | undefined
  /** Tests fill no disk. */
  readonly roomAt?: (path: string) => boolean
}

/**
 * For statements that read rows: integers come as bigints. As numbers, one beyond 2^53 would fail the statement, and so
 * every row it reads or changes.
 */
export function readBigInts(statement: StatementSync): StatementSync {
  statement.setReadBigInts(true)
  return statement
}

/** Opens (and creates) the file and brings its schema up to date. Throws with a sentence an operator can act on. */
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
  // Whoever waits in SQLite blocks the thread.
  writer.exec('PRAGMA busy_timeout = 0')
  const requireFile = memory ? () => {} : watchFile(path)
  const checkpoints = memory ? undefined : createCheckpoints(path, writer, runtime, requireFile)
  const commits = createCommits(writer, {
    runtime,
    requireFile,
    hasRoom: () => memory || roomAt(path),
    onCommit: () => checkpoints?.written(),
  })
  // Changes nothing, yet is written like any change.
  const touch = writer.prepare('UPDATE schema_migrations SET applied_at = applied_at')
  translateFaults(reader)
  const probe = reader.prepare('SELECT 1 FROM schema_migrations LIMIT 1')

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
    async close() {
      await commits.finish()
      await checkpoints?.close()
      // The writer last: whoever is last brings the WAL home.
      for (const db of opened.reverse()) db.close()
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

/** The switch takes an exclusive lock without honouring the busy timeout, so processes starting together retry. */
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
