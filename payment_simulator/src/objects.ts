/**
 * The provider's objects, in one SQLite file: what was answered is still there after a kill of the process. In memory for tests.
 *
 * Everything runs in one thread, and what one request changes is one transaction. Ids are given in ascending order (`seq`).
 */
import { DatabaseSync } from 'node:sqlite'

/** As the API shows it. */
export type Stored = { readonly id: string; readonly object: string; readonly created: number } & Record<
  string,
  unknown
>

export type Page = {
  /** Only the children of this object, such as the refunds of a payment intent. */
  readonly parent?: string | undefined
  readonly limit: number
  readonly startingAfter?: string | undefined
  readonly endingBefore?: string | undefined
  readonly createdFrom?: number | undefined
}

export type Objects = {
  find<T extends Stored>(kind: string, id: string): T | undefined
  /** `due`: when time changes it, in seconds. */
  put(object: Stored, options?: { readonly parent?: string; readonly due?: number | null }): void
  /** Newest first; one more than `limit`, if there is one. */
  list<T extends Stored>(kind: string, page: Page): T[]
  due(now: number): Stored[]
  recalled(key: string): Recalled | undefined
  remember(key: string, answer: Recalled): void
  forgetBefore(at: number): void
  setting<T>(name: string): T | undefined
  setSetting(name: string, value: unknown): void
  queue(delivery: Omit<Delivery, 'id'>): void
  deliveriesDue(at: number): Delivery[]
  postpone(id: number, at: number, attempts: number): void
  delivered(id: number): void
  waiting(): number
  transact<T>(work: () => T): T
  close(): void
}

/** The answer to a request with an idempotency key. */
export type Recalled = {
  readonly fingerprint: string
  readonly status: number
  readonly body: string
  readonly at: number
}

/** A webhook that is to be sent; `at` in milliseconds of the real clock. */
export type Delivery = {
  readonly id: number
  readonly event: string
  readonly at: number
  readonly attempts: number
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parent TEXT,
    created INTEGER NOT NULL, due INTEGER, body TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
  CREATE INDEX IF NOT EXISTS objects_by_parent ON objects (parent, kind, seq);
  CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
  CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, at INTEGER NOT NULL, answer TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS keys_by_age ON keys (at);
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (id INTEGER PRIMARY KEY, event TEXT NOT NULL, at INTEGER NOT NULL,
    attempts INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (at);`

export function openObjects(path: string): Objects {
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  db.exec(SCHEMA)
  const find = db.prepare('SELECT body FROM objects WHERE id = ? AND kind = ?')
  const put = db.prepare(`INSERT INTO objects (id, kind, parent, created, due, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET body = excluded.body, due = excluded.due`)
  const due = db.prepare('SELECT body FROM objects WHERE due <= ? ORDER BY due, seq')
  const seq = '(SELECT seq FROM objects WHERE id = ?)'
  const list = db.prepare(`SELECT body FROM objects WHERE kind = ? AND created >= ?
    AND seq < coalesce(${seq}, 9e18) AND seq > coalesce(${seq}, 0) ORDER BY seq DESC LIMIT ?`)
  const children = db.prepare(`SELECT body FROM objects WHERE kind = ? AND created >= ?
    AND seq < coalesce(${seq}, 9e18) AND seq > coalesce(${seq}, 0) AND parent = ? ORDER BY seq DESC LIMIT ?`)
  const recall = db.prepare('SELECT answer FROM keys WHERE key = ?')
  const remember = db.prepare('INSERT OR REPLACE INTO keys (key, at, answer) VALUES (?, ?, ?)')
  const forget = db.prepare('DELETE FROM keys WHERE at < ?')
  const setting = db.prepare('SELECT value FROM settings WHERE name = ?')
  const setSetting = db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)')
  const queue = db.prepare('INSERT INTO deliveries (event, at, attempts) VALUES (?, ?, ?)')
  const deliveries = db.prepare('SELECT * FROM deliveries WHERE at <= ? ORDER BY at, id LIMIT 50')
  const postpone = db.prepare('UPDATE deliveries SET at = ?, attempts = ? WHERE id = ?')
  const delivered = db.prepare('DELETE FROM deliveries WHERE id = ?')
  const waiting = db.prepare('SELECT count(*) AS count FROM deliveries')
  const parsed = (row: Record<string, unknown>) => JSON.parse(String(row.body))
  return {
    find(kind, id) {
      const row = find.get(id, kind)
      return row && parsed(row)
    },
    put(object, { parent, due = null } = {}) {
      const { id, object: kind, created } = object
      put.run(id, kind, parent ?? null, created, due, JSON.stringify(object))
    },
    list(kind, { parent, limit, startingAfter = '', endingBefore = '', createdFrom = 0 }) {
      const rows =
        parent === undefined
          ? list.all(kind, createdFrom, startingAfter, endingBefore, limit + 1)
          : children.all(kind, createdFrom, startingAfter, endingBefore, parent, limit + 1)
      return rows.map(parsed)
    },
    due: (now) => due.all(now).map(parsed),
    recalled(key) {
      const row = recall.get(key)
      return row && (JSON.parse(String(row.answer)) as Recalled)
    },
    remember: (key, answer) => void remember.run(key, answer.at, JSON.stringify(answer)),
    forgetBefore: (at) => void forget.run(at),
    setting(name) {
      const row = setting.get(name)
      return row && JSON.parse(String(row.value))
    },
    setSetting: (name, value) => void setSetting.run(name, JSON.stringify(value)),
    queue: ({ event, at, attempts }) => void queue.run(event, at, attempts),
    deliveriesDue: (at) => deliveries.all(at) as Delivery[],
    postpone: (id, at, attempts) => void postpone.run(at, attempts, id),
    delivered: (id) => void delivered.run(id),
    waiting: () => Number(waiting.get()!.count),
    transact(work) {
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        db.exec('COMMIT')
        return result
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
    close: () => db.close(),
  }
}
