/**
 * Numbered migrations of a SQLite file.
 *
 * Processes of two releases share the file during an update, and after a rollback. So, as on MongoDB (mongo/schema.ts), there
 * are two kinds:
 *  - `0005_what_it_does.adds.sql` only adds: tables, indexes, columns that may be NULL or have a default. It is recorded in
 *    `schema_additions`, where a release that does not know it does not look: that release works beside it, and starts on it.
 *  - `0006_what_it_does.breaking.sql` changes or removes what the release before uses. It is recorded in `schema_migrations`. It
 *    belongs in the release after, when a rollback to the one before is no longer wanted. Those without a kind are of release
 *    1.0, and are treated like it.
 *
 * Invariants
 *  1. A file with a breaking migration that this release does not know is refused, before anything in it is changed.
 *  2. A migration and its record are one transaction: of several processes one applies it, and it is applied whole or not at all.
 *  3. The kind is no part of the recorded name, and a name in either table counts as applied. So no migration runs twice,
 *     whichever release recorded it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

const MIGRATION_FILE = /^(\d{4})_[a-z0-9_]+(\.adds|\.breaking)?\.sql$/
const BREAKING = 'schema_migrations'
const ADDITIONS = 'schema_additions'

export type SqliteMigration = {
  readonly file: string
  /** As it is recorded: without its kind. */
  readonly name: string
  readonly onlyAdds: boolean
}

/** The migrations in a folder, in their order. Throws if one has another number than its place, or no valid name. */
export function migrationsIn(folder: string | URL): SqliteMigration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  return files.map((file, i) => {
    const [, number, kind = ''] = MIGRATION_FILE.exec(file) ?? []
    if (Number(number) !== i + 1) throw new Error(`The migration ${file} is not number ${i + 1}.`)
    return { file, name: file.replace(kind, ''), onlyAdds: kind === '.adds' }
  })
}

/** What the file lacks of `migrations`, and which breaking ones it has beyond them. */
export function compareSchema(db: DatabaseSync, migrations: readonly SqliteMigration[]) {
  const breaking = namesIn(db, BREAKING)
  const applied = new Set([...breaking, ...namesIn(db, ADDITIONS)])
  return {
    missing: migrations.filter(({ name }) => !applied.has(name)),
    unknown: breaking.filter((applied) => !migrations.some(({ name }) => name === applied)),
  }
}

function namesIn(db: DatabaseSync, table: string): string[] {
  if (!db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)) return []
  return db
    .prepare(`SELECT name FROM ${table} ORDER BY name`)
    .all()
    .map(({ name }) => String(name))
}

/** Applies the missing migrations. If several processes start at once, one of them applies each. */
export function migrate(db: DatabaseSync, folder: string | URL, path: string) {
  const migrations = migrationsIn(folder)
  withLock(db, () => {
    requireKnown(db, migrations, path)
    for (const table of [BREAKING, ADDITIONS]) {
      db.exec(`CREATE TABLE IF NOT EXISTS ${table} (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT`)
    }
  })
  for (const migration of compareSchema(db, migrations).missing) {
    const { file, name, onlyAdds } = migration
    withLock(db, () => {
      // Another process may have been faster, also one of a newer release.
      requireKnown(db, migrations, path)
      if (!compareSchema(db, migrations).missing.includes(migration)) return
      db.exec(readFileSync(folder instanceof URL ? new URL(file, folder) : join(folder, file), 'utf8'))
      db.prepare(
        `INSERT INTO ${onlyAdds ? ADDITIONS : BREAKING} (name, applied_at)
         VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
      ).run(name)
    })
  }
  requireKnown(db, migrations, path)
}

function requireKnown(db: DatabaseSync, migrations: readonly SqliteMigration[], path: string) {
  const { unknown } = compareSchema(db, migrations)
  if (unknown.length > 0) {
    throw new Error(`${path} was made by another version or another service: it has ${unknown.join(', ')}`)
  }
}

function withLock(db: DatabaseSync, work: () => void) {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
