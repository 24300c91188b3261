import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { migrationsIn } from '../../src/sqlite/migrations.ts'
import { openSqlite } from '../../src/sqlite/store.ts'

const MIGRATING = join(import.meta.dirname, '..', 'fixtures', 'migrating.ts')

/** Release 1 has a table; release 2 adds; release 3 removes. */
const FIRST = {
  '0001_numbers.sql': 'CREATE TABLE numbers (n INTEGER PRIMARY KEY CHECK (n >= 0), old TEXT) STRICT;',
}
const SECOND = {
  ...FIRST,
  '0002_names.adds.sql': 'ALTER TABLE numbers ADD COLUMN name TEXT;',
  '0003_log.adds.sql': 'CREATE TABLE log (at INTEGER PRIMARY KEY) STRICT;',
}
const THIRD = { ...SECOND, '0004_without_old.breaking.sql': 'ALTER TABLE numbers DROP COLUMN old;' }

/** A file that releases with these migrations open. */
function newFile(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'shop-migrations-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const path = join(root, 'store', 'test.db')
  let releases = 0
  const folderOf = (migrations: Readonly<Record<string, string>>) => {
    const folder = join(root, `release_${++releases}`)
    mkdirSync(folder)
    for (const [name, sql] of Object.entries(migrations)) writeFileSync(join(folder, name), sql)
    return folder
  }
  const open = (migrations: Readonly<Record<string, string>>) => {
    const store = openSqlite({ runtime: systemRuntime, path, migrations: folderOf(migrations) })
    let closed: Promise<void> | undefined
    const close = () => (closed ??= store.close())
    t.after(close)
    const insert = store.writer.prepare('INSERT INTO numbers (n) VALUES (?)')
    return { ...store, close, add: (n: number) => store.write(() => insert.run(n)) }
  }
  /** What the file has, read without a release. */
  const rows = (sql: string) => {
    const db = new DatabaseSync(path, { readOnly: true })
    try {
      return db
        .prepare(sql)
        .all()
        .map((row) => Object.values(row)[0])
    } finally {
      db.close()
    }
  }
  return { path, open, folderOf, rows }
}

suite('migrations', () => {
  test('each is applied once, and a later one is added', async (t) => {
    const file = newFile(t)
    const store = file.open(FIRST)
    await store.add(1)
    await store.close()
    const again = file.open(SECOND)
    assert.deepEqual(
      { ...again.reader.prepare('SELECT * FROM numbers').get() },
      { n: 1, old: null, name: null },
    )
    await again.close()
    await file.open(SECOND).close()
  })

  test('2: one that fails changes nothing', (t) => {
    const file = newFile(t)
    const broken = { ...FIRST, '0002_broken.adds.sql': 'CREATE TABLE a (x); CREATE TABLE a (x);' }
    assert.throws(() => file.open(broken), /already exists/)
    const repaired = { ...FIRST, '0002_repaired.adds.sql': 'CREATE TABLE a (x);' }
    return file.open(repaired).close()
  })

  test('2: one that is killed is applied whole by the next start', async (t) => {
    const file = newFile(t)
    const rows = `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
      INSERT INTO a SELECT printf('%0300d', i) FROM n;`
    const large = { ...FIRST, '0002_a.adds.sql': `CREATE TABLE a (x); ${rows}` }
    const migrating = start(t, file.path, file.folderOf(large))
    const wal = () => statSync(`${file.path}-wal`, { throwIfNoEntry: false })?.size ?? 0
    while (wal() < 8e6) await sleep(1)
    migrating.process.kill('SIGKILL')
    await once(migrating.process, 'exit')
    assert.deepEqual(file.rows("SELECT name FROM sqlite_schema WHERE name = 'a'"), [])
    assert.deepEqual(file.rows('SELECT name FROM schema_additions'), [])
    await file.open(large).close()
    assert.deepEqual(file.rows('SELECT count(*) FROM a'), [200_000])
  })

  test('one with a wrong name or number is refused', (t) => {
    const { folderOf } = newFile(t)
    for (const name of ['0003_gap.adds.sql', '0001_twice.sql', '0002_typing.add.sql', '0002.sql']) {
      assert.throws(
        () => migrationsIn(folderOf({ ...FIRST, [name]: '' })),
        /The migration \S+ is not number 2\./,
      )
    }
  })
})

suite('two releases on one file', () => {
  test('the release before works on a file with additions, and they are not made twice', async (t) => {
    const file = newFile(t)
    const second = file.open(SECOND)
    const first = file.open(FIRST)
    await Promise.all([first.add(1), second.add(2)])
    await Promise.all([first.close(), second.close()])
    // Rolled back, and updated again.
    const rolledBack = file.open(FIRST)
    await rolledBack.add(3)
    await rolledBack.close()
    const again = file.open(SECOND)
    await again.add(4)
    assert.deepEqual(
      again.reader
        .prepare('SELECT n, name FROM numbers')
        .all()
        .map(({ n, name }) => [n, name]),
      [1, 2, 3, 4].map((n) => [n, null]),
    )
  })

  test('1: a file with an unknown breaking migration is refused, and is not changed', async (t) => {
    const file = newFile(t)
    await file.open({ ...FIRST, '0002_more.sql': 'DROP TABLE schema_additions' }).close()
    const before = file.rows('SELECT name FROM sqlite_schema')
    assert.throws(() => file.open(SECOND), /another version or another service: it has 0002_more\.sql/)
    assert.deepEqual(file.rows('SELECT name FROM sqlite_schema'), before)
    const other = newFile(t)
    await other.open(THIRD).close()
    for (const release of [FIRST, SECOND]) {
      assert.throws(() => other.open(release), /it has 0004_without_old\.sql/)
    }
    await other.open(THIRD).close()
  })

  test('1: a breaking migration that another process applies meanwhile is noticed before the next own one', (t) => {
    const file = newFile(t)
    const overtaken = {
      ...FIRST,
      '0002_a.adds.sql': "INSERT INTO schema_migrations VALUES ('0002_newer.sql', '')",
      '0003_b.adds.sql': 'CREATE TABLE b (x)',
    }
    assert.throws(() => file.open(overtaken), /it has 0002_newer\.sql/)
    assert.deepEqual(file.rows("SELECT name FROM sqlite_schema WHERE name = 'b'"), [])
  })

  test('2: one that another process applies meanwhile is not applied again', (t) => {
    const file = newFile(t)
    const overtaken = {
      ...FIRST,
      '0002_a.adds.sql': "INSERT INTO schema_additions VALUES ('0003_b.sql', '')",
      '0003_b.adds.sql': 'CREATE TABLE b (x)',
    }
    const store = file.open(overtaken)
    assert.deepEqual(file.rows("SELECT name FROM sqlite_schema WHERE name = 'b'"), [])
    return store.close()
  })

  test('2: processes of two releases that start at once on a new file apply each migration once', async (t) => {
    const file = newFile(t)
    const folders = [FIRST, SECOND, FIRST, SECOND, FIRST, SECOND].map(file.folderOf)
    const started = folders.map((folder) => start(t, file.path, folder))
    for (const { opened } of started) await opened
    assert.deepEqual(file.rows('SELECT name FROM schema_migrations'), ['0001_numbers.sql'])
    assert.deepEqual(file.rows('SELECT name FROM schema_additions'), ['0002_names.sql', '0003_log.sql'])
  })

  test('3: a migration of another kind than the one recorded is not applied again', async (t) => {
    const file = newFile(t)
    await file.open({ ...FIRST, '0002_names.sql': 'ALTER TABLE numbers ADD COLUMN name TEXT;' }).close()
    await file.open(SECOND).close()
    assert.deepEqual(file.rows('SELECT name FROM schema_additions'), ['0003_log.sql'])
  })
})

/** A process that opens the file with the migrations in `folder`. */
function start(
  t: TestContext,
  path: string,
  folder: string,
): { process: ChildProcess; opened: Promise<void> } {
  const child = spawn(process.execPath, [MIGRATING, path, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  t.after(async () => {
    child.stdin.end()
    await exited
  })
  const opened = Promise.race([
    once(child.stdout, 'data').then(([text]) => assert.equal(String(text), 'opened')),
    exited.then(([code]) => assert.fail(`It ended with ${code}.`)),
  ])
  // The test that kills its process does not wait for this.
  opened.catch(() => {})
  return { process: child, opened }
}
