/**
 * One SQLite file: opening, migrating, and sharing commits.
 *
 * Promises
 *  1. `write` resolves only after its COMMIT returned under synchronous=FULL: what is answered is durable.
 *  2. Writes that wait together share one commit (group commit), yet each fails alone: a write that
 *     throws leaves no trace and does not disturb its neighbours.
 *  3. `reader` sees committed state only and never waits for a writer (WAL).
 *  4. Several processes may share the file: BEGIN IMMEDIATE, a short busy timeout, and waiting for the
 *     lock without blocking the event loop, up to WRITE_WAIT_MS.
 *
 * How a group runs: writes queue up; when the event loop has read all sockets that were ready
 * (setImmediate) they run in order inside one transaction. If one throws, the transaction is rolled back
 * and the group runs again with a savepoint around each write; that is cheaper than a savepoint around
 * every write, because refusals are rare. So `work` may run twice and must have no effect outside the database.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Problem } from './problem.ts'
import { migrate } from './sqlite_migrations.ts'
import { countCommit, prepareRevision } from './sqlite_revision.ts'

/** Writes that share a commit at most. */
export const GROUP_MAX = 256
/** Writes that may wait; one more is refused with `overloaded`. */
export const WRITE_QUEUE_MAX = 20_000
/** How long a group waits for another process's lock before its writes fail with `store_unavailable`. */
export const WRITE_WAIT_MS = 5_000
/** How long SQLite itself may block the thread for that lock before we wait asynchronously. */
const BUSY_TIMEOUT_MS = 20
/** Page cache of the writing and of the reading connection; behind them is the system's own. */
const WRITER_CACHE_KIB = 12 * 1024
const READER_CACHE_KIB = 6 * 1024
const WAL_AUTOCHECKPOINT_PAGES = 4_000
/** What a shop knows of its customers is nobody else's on this machine. */
const OWNER_ONLY_FOLDER = 0o700

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
/** PERM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN: the file is at fault, not the request. */
const STORE_FAULTS = [3, 8, 10, 11, 13, 14]

export type SqliteStore = {
  /** Prepare reads here. Sees committed state only. */
  readonly reader: DatabaseSync
  /** Prepare writes here; such statements may only run inside `write`. */
  readonly writer: DatabaseSync
  /**
   * Runs `work` in a shared transaction and resolves its result once durable. Rejects with whatever
   * `work` threw (then nothing of it was kept), `overloaded`, or `store_unavailable`.
   */
  write<T>(work: () => T): Promise<T>
  /** Another number after any commit by anybody (sqlite_revision.ts). */
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
}

type Waiting = { work: () => unknown; resolve: (value: never) => void; reject: (error: unknown) => void }

/** Opens (and creates) the file and brings its schema up to date. Throws with a sentence an operator can act on. */
export function openSqlite({ path, migrations }: SqliteOptions): SqliteStore {
  const memory = path === ':memory:'
  if (!memory) mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER })
  const writer = connect(path)
  migrate(writer, migrations, path)
  const reader = memory ? writer : connect(path)
  if (!memory) reader.exec(`PRAGMA query_only = ON; PRAGMA cache_size = -${READER_CACHE_KIB}`)
  writer.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)

  const begin = writer.prepare('BEGIN IMMEDIATE')
  const commit = writer.prepare('COMMIT')
  const rollback = writer.prepare('ROLLBACK')
  const savepoint = writer.prepare('SAVEPOINT undoable')
  const release = writer.prepare('RELEASE undoable')
  const undo = writer.prepare('ROLLBACK TO undoable')
  const probe = writer.prepare('SELECT 1 FROM schema_migrations LIMIT 1')

  const queue: Waiting[] = []
  let scheduled = false
  let waitingSince = 0
  let closing: (() => void) | undefined

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }

  function flush() {
    scheduled = false
    const group = queue.slice(0, GROUP_MAX)
    if (group.length === 0) return closing?.()
    try {
      begin.run()
    } catch (error) {
      return waitForLock(error)
    }
    waitingSince = 0
    queue.splice(0, group.length)
    runGroup(group)
    if (queue.length > 0) schedule()
    else closing?.()
  }

  function waitForLock(error: unknown) {
    waitingSince ||= performance.now()
    if (isBusy(error) && performance.now() - waitingSince < WRITE_WAIT_MS) {
      scheduled = true
      setTimeout(flush, 1 + Math.random() * 10)
      return
    }
    waitingSince = 0
    const failure = unavailable(error)
    for (const { reject } of queue.splice(0)) reject(failure)
    closing?.()
  }

  function runGroup(group: Waiting[]) {
    try {
      settle(group, runTogether(group) ?? runApart(group))
    } catch (error) {
      if (writer.isTransaction) rollback.run()
      const failure = unavailable(error)
      for (const { reject } of group) reject(failure)
    }
  }

  /** All writes in one transaction, or undefined (and nothing kept) when one of them threw. */
  function runTogether(group: Waiting[]): Outcome[] | undefined {
    savepoint.run()
    const outcomes: Outcome[] = []
    for (const { work } of group) {
      try {
        outcomes.push({ ok: true, value: work() })
      } catch {
        undo.run()
        release.run()
        return undefined
      }
    }
    commit.run()
    countCommit()
    return outcomes
  }

  function runApart(group: Waiting[]): Outcome[] {
    const outcomes = group.map(({ work }): Outcome => {
      savepoint.run()
      try {
        const value = work()
        release.run()
        return { ok: true, value }
      } catch (error) {
        undo.run()
        release.run()
        return { ok: false, error: isStoreFault(error) ? unavailable(error) : error }
      }
    })
    commit.run()
    countCommit()
    return outcomes
  }

  return {
    reader,
    writer,
    write<T>(work: () => T): Promise<T> {
      if (closing) return Promise.reject(new Problem('store_unavailable', 'The store is closing.'))
      if (queue.length >= WRITE_QUEUE_MAX) {
        return Promise.reject(new Problem('overloaded', `${WRITE_QUEUE_MAX} writes are already waiting.`))
      }
      return new Promise<T>((resolve, reject) => {
        queue.push({ work, resolve: resolve as (value: never) => void, reject })
        schedule()
      })
    },
    revision: prepareRevision(reader, memory),
    async check() {
      try {
        probe.get()
      } catch (error) {
        throw unavailable(error)
      }
    },
    async close() {
      await new Promise<void>((resolve) => {
        closing = resolve
        schedule()
      })
      if (reader !== writer) reader.close()
      writer.close()
    },
  }
}

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown }

function settle(group: Waiting[], outcomes: Outcome[]) {
  outcomes.forEach((outcome, i) => {
    if (outcome.ok) group[i]!.resolve(outcome.value as never)
    else group[i]!.reject(outcome.error)
  })
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: WRITE_WAIT_MS, enableForeignKeyConstraints: true })
  switchToWal(db)
  db.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${WRITER_CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${WAL_AUTOCHECKPOINT_PAGES};
  `)
  return db
}

/** The switch takes an exclusive lock without honouring the busy timeout, so processes starting together retry. */
function switchToWal(db: DatabaseSync) {
  for (const deadline = performance.now() + WRITE_WAIT_MS; ; ) {
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

const resultCode = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

const isBusy = (error: unknown): boolean => [SQLITE_BUSY, SQLITE_LOCKED].includes(resultCode(error))

const isStoreFault = (error: unknown): boolean => isBusy(error) || STORE_FAULTS.includes(resultCode(error))

const unavailable = (cause: unknown) =>
  new Problem('store_unavailable', 'The store could not take the write; try again.', {}, { cause })
