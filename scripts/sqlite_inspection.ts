/**
 * Looking at a SQLite file without changing it: is it whole, and does its schema fit the code? For a repair
 * tool, which must know that before it lets `openSqlite` migrate or a store write.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isDamage } from '../service_kit/src/sqlite/faults.ts'
import { compareSchema, migrationsIn } from '../service_kit/src/sqlite/migrations.ts'

/** Damages listed at most. */
const DAMAGES_MAX = 10

export type SqliteInspection =
  | { readonly state: 'absent' }
  /** Not a database (then `damaged`), or not readable by this user. */
  | { readonly state: 'unreadable'; readonly damaged: boolean; readonly reason: string }
  | {
      readonly state: 'readable'
      /** What PRAGMA integrity_check and foreign_key_check complain about. */
      readonly damages: readonly string[]
      /** Migrations the code has and the file has not; and breaking ones that the file has and the code does not know. */
      readonly pending: readonly string[]
      readonly unknown: readonly string[]
      /** When the first migration was applied; of a copy, and of one restored, that of the store it is of. */
      readonly madeAt: string | undefined
    }

export function inspectSqlite(path: string, migrations: string | URL): SqliteInspection {
  if (!existsSync(path)) return { state: 'absent' }
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
    const { missing, unknown } = compareSchema(db, migrationsIn(migrations))
    return {
      state: 'readable',
      damages: damagesOf(db),
      pending: missing.map(({ name }) => name),
      unknown,
      madeAt: madeAtOf(db),
    }
  } catch (error) {
    return { state: 'unreadable', damaged: isDamage(error), reason: (error as Error).message }
  } finally {
    db?.close()
  }
}

function madeAtOf(db: DatabaseSync): string | undefined {
  if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get()) return undefined
  const { at } = db.prepare('SELECT min(applied_at) AS at FROM schema_migrations').get()!
  return at === null ? undefined : String(at)
}

function damagesOf(db: DatabaseSync): string[] {
  const found = db
    .prepare(`PRAGMA integrity_check(${DAMAGES_MAX})`)
    .all()
    .map((row) => String(row.integrity_check))
    .filter((line) => line !== 'ok')
  const dangling = db
    .prepare('PRAGMA foreign_key_check')
    .all()
    .slice(0, DAMAGES_MAX)
    .map(({ table, rowid, parent }) => `row ${rowid} of ${table} refers to a missing row of ${parent}`)
  return [...found, ...dangling]
}
