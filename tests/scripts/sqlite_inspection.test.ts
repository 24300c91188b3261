import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, suite, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '@shop/service_kit/sqlite/store'
import { inspectSqlite } from '../../scripts/sqlite_inspection.ts'

suite('inspectSqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inspect-'))
  after(() => rmSync(folder, { recursive: true }))
  const migrations = join(folder, '')
  writeFileSync(join(folder, '0001_things.sql'), 'CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT;')

  const made = async (name: string) => {
    const path = join(folder, name)
    await openSqlite({ runtime: systemRuntime, path, migrations }).close()
    return path
  }

  test('a file that does not exist is reported as absent, and is not created', () => {
    const path = join(folder, 'none.db')
    assert.deepEqual(inspectSqlite(path, migrations), { state: 'absent' })
    assert.deepEqual(inspectSqlite(path, migrations), { state: 'absent' })
  })

  test('a good file has no fault, also while it is in use', async () => {
    const path = join(folder, 'good.db')
    const store = openSqlite({ runtime: systemRuntime, path, migrations })
    const { applied_at: madeAt } = store.reader.prepare('SELECT applied_at FROM schema_migrations').get()!
    assert.ok(Math.abs(Date.parse(String(madeAt)) - Date.now()) < 60_000)
    assert.deepEqual(inspectSqlite(path, migrations), {
      state: 'readable',
      damages: [],
      pending: [],
      unknown: [],
      madeAt,
    })
    await store.close()
  })

  test('a file that is no database is unreadable', () => {
    const path = join(folder, 'text.db')
    writeFileSync(path, 'a shopping list '.repeat(100))
    const damaged = { state: 'unreadable', damaged: true, reason: 'file is not a database' }
    assert.deepEqual(inspectSqlite(path, migrations), damaged)
    assert.partialDeepStrictEqual(inspectSqlite(folder, migrations), { state: 'unreadable', damaged: false })
  })

  test('of many damages the first ten of a kind are reported', async () => {
    const path = await made('much.db')
    const db = new DatabaseSync(path, { enableForeignKeyConstraints: false })
    db.exec(`
      CREATE TABLE parts (id INTEGER PRIMARY KEY, thing INTEGER REFERENCES things (id), name TEXT);
      CREATE INDEX parts_by_name ON parts (name);
      WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 400)
      INSERT INTO parts SELECT i, i, printf('%0200d', i) FROM n;
      PRAGMA wal_checkpoint (TRUNCATE)`)
    const { page } = db
      .prepare("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'parts_by_name'")
      .get()!
    db.close()
    // The first page of the index is the page of a table without rows.
    const file = openSync(path, 'r+')
    writeSync(file, Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 0), 0, 8, (Number(page) - 1) * 4096)
    closeSync(file)
    const { damages } = inspectSqlite(path, migrations) as { damages: readonly string[] }
    const dangling = damages.filter((line) => line.includes('refers to a missing row'))
    assert.equal(dangling.length, 10)
    assert.ok(damages.length > 10 && damages.length <= 20, damages.join())
  })

  test('migrations that the store or the code lacks are named', async () => {
    const path = await made('versions.db')
    const db = new DatabaseSync(path)
    db.exec(`UPDATE schema_migrations SET name = '0009_of_the_future.sql'`)
    db.close()
    const { madeAt, ...found } = inspectSqlite(path, migrations) as { madeAt?: string }
    assert.ok(madeAt)
    assert.deepEqual(found, {
      state: 'readable',
      damages: [],
      pending: ['0001_things.sql'],
      unknown: ['0009_of_the_future.sql'],
    })
  })

  test('a reference to a missing row is a damage', async () => {
    const path = await made('dangling.db')
    const db = new DatabaseSync(path, { enableForeignKeyConstraints: false })
    db.exec('CREATE TABLE parts (thing INTEGER REFERENCES things (id)); INSERT INTO parts VALUES (7)')
    db.close()
    const found = inspectSqlite(path, migrations)
    assert.deepEqual(found.state === 'readable' && found.damages, [
      'row 1 of parts refers to a missing row of things',
    ])
  })
})
