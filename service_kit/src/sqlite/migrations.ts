/**
 * Numbered migrations of a SQLite file: 0001_name.sql, 0002_…; each is applied once, in a transaction. A database with unknown
 * migrations is refused.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

const MIGRATION_FILE = /^(\d{4})_[a-z0-9_]+\.sql$/

/** Names of the migrations in a folder, in their order. */
export const migrationFiles = (folder: string | URL): string[] =>
  readdirSync(folder)
    .filter((file) => MIGRATION_FILE.test(file))
    .sort()

/** Applies the missing migrations. If several processes start at once, one of them applies each. */
export function migrate(db: DatabaseSync, folder: string | URL, path: string) {
  const files = migrationFiles(folder)
  withLock(db, () =>
    db.exec(
      'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT',
    ),
  )
  for (const file of files) {
    withLock(db, () => {
      if (db.prepare('SELECT 1 FROM schema_migrations WHERE name = ?').get(file)) return
      db.exec(readFileSync(folder instanceof URL ? new URL(file, folder) : join(folder, file), 'utf8'))
      db.prepare(`INSERT INTO schema_migrations VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`).run(file)
    })
  }
  const unknown = db
    .prepare('SELECT name FROM schema_migrations')
    .all()
    .map((row) => String(row.name))
    .filter((name) => !files.includes(name))
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
