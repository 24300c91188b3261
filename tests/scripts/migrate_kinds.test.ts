/** Each table of a SQLite store is copied to MongoDB, or it is said here why not. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { migrationsIn } from '@shop/service_kit/sqlite/migrations'
import { sourcesOf } from '../../scripts/migrate/kinds.ts'
import { SERVICES } from '../../scripts/services.ts'

const NOT_COPIED: Readonly<Record<string, string>> = {
  settings: 'each database has its own',
  mails: 'wait for minutes, and can be asked for again',
  throttle: 'counts of failed logins end within hours',
  text_changes: 'of the search index of SQLite',
  openings: 'of the search index of SQLite',
  listing_changes: 'of the lists in memory of SQLite',
  compactions: 'has rows only inside a transaction',
  imports:
    'work under way: a source with an open one is refused (migrate.test.ts), and the others have ended',
  import_parts: 'as imports',
  import_steps: 'as imports',
  import_notes: 'as imports',
  order_products: 'on MongoDB an index of the orders',
  order_numbers: 'the counter is set after the orders',
}

for (const { name, migrations } of SERVICES) {
  test(`every table of ${name} is copied, or is not needed`, () => {
    const db = new DatabaseSync(':memory:')
    for (const { file } of migrationsIn(migrations)) db.exec(readFileSync(new URL(file, migrations), 'utf8'))
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
      .map((row) => String(row.name))
    const copied = sourcesOf(name).map(({ sql }) => sql)
    const missing = tables.filter(
      (table) =>
        NOT_COPIED[table] === undefined && !copied.some((sql) => new RegExp(`FROM ${table}\\b`).test(sql)),
    )
    assert.ok(tables.length > 2)
    assert.deepEqual(missing, [])
    db.close()
  })
}
