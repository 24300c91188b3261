/** A lost store is noticed, and not replaced by an empty one (invariant 3). */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { lossOf, markOf, noteMade, sentenceOf, wasMade } from '../../src/sqlite/mark.ts'
import { openSqlite } from '../../src/sqlite/store.ts'

const NAME = 'shop.db'
const PROCESSES = 4

/** A folder for stores, with migrations beside it. */
function newFolder(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'shop-mark-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const migrations = join(root, 'migrations')
  mkdirSync(migrations)
  writeFileSync(join(migrations, '0001_numbers.sql'), 'CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT;')
  return storeIn(root, 'data', migrations)
}

function storeIn(root: string, name: string, migrations: string) {
  const folder = join(root, name)
  const path = join(folder, NAME)
  return {
    root,
    folder,
    migrations,
    path,
    mark: markOf(path),
    open: (existing?: boolean) => openSqlite({ runtime: systemRuntime, path, migrations, existing }),
    files: () => readdirSync(folder).sort(),
    async add(n: number) {
      const store = openSqlite({ runtime: systemRuntime, path, migrations })
      await store.write(() => store.writer.prepare('INSERT INTO numbers VALUES (?)').run(n))
      await store.close()
    },
    async numbers() {
      const store = openSqlite({ runtime: systemRuntime, path, migrations })
      const found = store.reader.prepare('SELECT n FROM numbers').all()
      await store.close()
      return found.map(({ n }) => n)
    },
  }
}

/** The files of a process that was killed after its first write: everything is in the WAL. */
async function killedStore(t: TestContext) {
  const { root, migrations, folder, path } = newFolder(t)
  const store = openSqlite({ runtime: systemRuntime, path, migrations })
  await store.write(() => store.writer.prepare('INSERT INTO numbers VALUES (7)').run())
  const killed = storeIn(root, 'killed', migrations)
  mkdirSync(killed.folder)
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(killed.folder, name))
  await store.close()
  return killed
}

/** Moves the files of the store with this prefix away; the result moves them back. */
function moveAway({ root, folder }: { root: string; folder: string }, prefix: string) {
  const away = join(root, 'away')
  mkdirSync(away)
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix))
  assert.ok(names.length > 0)
  for (const name of names) renameSync(join(folder, name), join(away, name))
  return () => {
    for (const name of names) renameSync(join(away, name), join(folder, name))
  }
}

suite('a lost store (invariant 3)', () => {
  test('is refused with its name and what to do, and is complete when its file is moved back', async (t) => {
    const at = newFolder(t)
    await at.add(7)
    const moveBack = moveAway(at, NAME)
    for (const _ of ['once', 'and again']) {
      assert.throws(
        () => at.open(),
        new RegExp(`shop\\.db is gone, .*Bring it back.*\`npm run restore\`.*remove ${at.mark}\\.$`),
      )
    }
    assert.deepEqual(at.files(), ['made_shop_db'], 'no file was created')
    moveBack()
    assert.deepEqual(await at.numbers(), [7])
  })

  test('is refused also if its WAL is left, which is not changed', async (t) => {
    const at = await killedStore(t)
    const file = join(at.root, NAME)
    renameSync(at.path, file)
    const { size } = statSync(`${at.path}-wal`)
    assert.throws(() => at.open(), /shop\.db is gone/)
    assert.equal(statSync(`${at.path}-wal`).size, size)
    renameSync(file, at.path)
    assert.deepEqual(await at.numbers(), [7])
  })

  test('without the WAL that had its tables is refused, and complete when that is moved back', async (t) => {
    const at = await killedStore(t)
    const moveBack = moveAway(at, `${NAME}-wal`)
    for (const _ of ['once', 'and again']) {
      assert.throws(() => at.open(), /shop\.db is without its tables, .*`npm run restore`.*remove/)
    }
    assert.equal(lossOf(at.path)?.problem, `${at.path} is without its tables, though a store was made there.`)
    moveBack()
    assert.equal(lossOf(at.path), undefined)
    assert.deepEqual(await at.numbers(), [7])
  })

  test('is refused if its file is empty, or has no migrations', async (t) => {
    const at = newFolder(t)
    await at.add(7)
    moveAway(at, NAME)
    writeFileSync(at.path, '')
    assert.throws(() => at.open(), /shop\.db is without its tables/)
    assert.equal(statSync(at.path).size, 0, 'not changed')
    const unmigrated = openSqlite({
      runtime: systemRuntime,
      path: join(at.root, 'x.db'),
      migrations: at.migrations,
    })
    unmigrated.writer.exec('DROP TABLE numbers; DELETE FROM schema_migrations')
    await unmigrated.close()
    renameSync(join(at.root, 'x.db'), at.path)
    assert.throws(() => at.open(), /shop\.db is without its tables/)
  })

  test('is reported in the same sentence by lossOf, which changes nothing', async (t) => {
    const at = newFolder(t)
    assert.equal(lossOf(at.path), undefined, 'none was made')
    await at.add(7)
    assert.equal(lossOf(at.path), undefined)
    assert.deepEqual(at.files(), ['made_shop_db', NAME])
    moveAway(at, NAME)
    const loss = lossOf(at.path)
    assert.throws(() => at.open(), { message: sentenceOf(loss!) })
    assert.deepEqual(at.files(), ['made_shop_db'])
    writeFileSync(at.path, 'no database, which is another fault')
    assert.equal(lossOf(at.path), undefined)
  })

  test('that another process has locked is not waited for without end', async (t) => {
    const at = newFolder(t)
    await at.add(7)
    const other = new DatabaseSync(at.path)
    t.after(() => other.close())
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const begun = performance.now()
    assert.equal(lossOf(at.path), undefined)
    assert.ok(performance.now() - begun < 60_000)
  })

  test(`${PROCESSES} processes that start at once all create it, and are all refused when it is lost`, async (t) => {
    const at = newFolder(t)
    const code = `import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, '../../src/sqlite/store.ts'))}
      import { systemRuntime } from ${JSON.stringify(join(import.meta.dirname, '../../src/runtime/runtime.ts'))}
      const at = ${JSON.stringify({ path: at.path, migrations: at.migrations })}
      await openSqlite({ ...at, runtime: systemRuntime }).close()`
    const start = () =>
      new Promise<string>((resolve) => {
        execFile(process.execPath, ['--input-type=module', '-e', code], (_, _out, errors) => resolve(errors))
      })
    const all = () => Promise.all(Array.from({ length: PROCESSES }, start))
    for (const errors of await all()) assert.equal(errors, '')
    assert.ok(wasMade(at.path))
    moveAway(at, NAME)
    for (const errors of await all()) assert.match(errors, /shop\.db is gone/)
    assert.equal(existsSync(at.path), false)
  })
})

suite('the mark of a store', () => {
  test('is readable by its owner alone, and does not exist for a store in memory', async (t) => {
    const at = newFolder(t)
    await at.add(1)
    assert.equal(statSync(at.mark).mode & 0o777, 0o600)
    await openSqlite({ runtime: systemRuntime, path: ':memory:', migrations: at.migrations }).close()
    assert.equal(existsSync(markOf(':memory:')), false)
  })

  test('exists before anything can be written', (t) => {
    const at = newFolder(t)
    const store = at.open()
    t.after(() => store.close())
    assert.ok(wasMade(at.path))
  })

  test('is written for an older store, or one whose process died before writing it', async (t) => {
    const at = newFolder(t)
    await at.add(7)
    rmSync(at.mark)
    assert.deepEqual(await at.numbers(), [7])
    assert.ok(wasMade(at.path))
  })

  test('is not written before the migrations are committed: then an empty store may be created', async (t) => {
    const at = newFolder(t)
    const broken = join(at.migrations, '0002_broken.sql')
    writeFileSync(broken, 'CREATE TABLE a (x); CREATE TABLE a (x);')
    assert.throws(() => at.open(), /already exists/)
    assert.equal(wasMade(at.path), false)
    rmSync(broken)
    rmSync(at.path)
    assert.deepEqual(await at.numbers(), [])
  })

  test('may be removed, alone or with the folder, to create an empty store', async (t) => {
    const at = newFolder(t)
    await at.add(1)
    moveAway(at, NAME)
    rmSync(at.mark)
    assert.deepEqual(await at.numbers(), [])
    rmSync(at.folder, { recursive: true })
    assert.deepEqual(await at.numbers(), [])
  })

  test('that cannot be written fails the start, with a message that names it', (t) => {
    const at = newFolder(t)
    mkdirSync(at.folder)
    assert.throws(() => noteMade(join(at.folder, 'none', NAME)), /made_shop_db cannot be made: ENOENT/)
  })

  test('is not written if `existing` is set, nor is a store created', async (t) => {
    const at = newFolder(t)
    mkdirSync(at.folder)
    assert.throws(() => at.open(true), /shop\.db is gone.*`npm run restore`\.$/)
    assert.deepEqual(at.files(), [])
    await at.add(7)
    rmSync(at.mark)
    await at.open(true).close()
    assert.deepEqual(at.files(), [NAME])
  })
})
