/** A store that was made once and is gone is missed: no empty one takes its place (invariant 3). */
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
function newPlace(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'shop-mark-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const migrations = join(root, 'migrations')
  mkdirSync(migrations)
  writeFileSync(join(migrations, '0001_numbers.sql'), 'CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT;')
  return placeIn(root, 'data', migrations)
}

function placeIn(root: string, name: string, migrations: string) {
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

/** As a process leaves it that is killed after its first write: everything is in the WAL. */
async function killedPlace(t: TestContext) {
  const { root, migrations, folder, path } = newPlace(t)
  const store = openSqlite({ runtime: systemRuntime, path, migrations })
  await store.write(() => store.writer.prepare('INSERT INTO numbers VALUES (7)').run())
  const killed = placeIn(root, 'killed', migrations)
  mkdirSync(killed.folder)
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(killed.folder, name))
  await store.close()
  return killed
}

/** Takes away the files of the store whose names begin so; gives what brings them back. */
function take({ root, folder }: { root: string; folder: string }, beginning: string) {
  const away = join(root, 'away')
  mkdirSync(away)
  const names = readdirSync(folder).filter((name) => name.startsWith(beginning))
  assert.ok(names.length > 0)
  for (const name of names) renameSync(join(folder, name), join(away, name))
  return () => {
    for (const name of names) renameSync(join(away, name), join(folder, name))
  }
}

suite('a store that was made and is gone (invariant 3)', () => {
  test('is refused with its name and the next step, and is whole when it is brought back', async (t) => {
    const place = newPlace(t)
    await place.add(7)
    const bringBack = take(place, NAME)
    for (const _ of ['once', 'and again']) {
      assert.throws(
        () => place.open(),
        new RegExp(`shop\\.db is gone, .*Bring it back.*\`npm run restore\`.*remove ${place.mark}\\.$`),
      )
    }
    assert.deepEqual(place.files(), ['made_shop_db'], 'nothing was put in its place')
    bringBack()
    assert.deepEqual(await place.numbers(), [7])
  })

  test('is refused also where its WAL is left, which keeps what is in it', async (t) => {
    const place = await killedPlace(t)
    const file = join(place.root, NAME)
    renameSync(place.path, file)
    const { size } = statSync(`${place.path}-wal`)
    assert.throws(() => place.open(), /shop\.db is gone/)
    assert.equal(statSync(`${place.path}-wal`).size, size)
    renameSync(file, place.path)
    assert.deepEqual(await place.numbers(), [7])
  })

  test('with a WAL that held its tables is refused, and whole when that is brought back', async (t) => {
    const place = await killedPlace(t)
    const bringBack = take(place, `${NAME}-wal`)
    for (const _ of ['once', 'and again']) {
      assert.throws(() => place.open(), /shop\.db is without its tables, .*`npm run restore`.*remove/)
    }
    assert.equal(
      lossOf(place.path)?.problem,
      `${place.path} is without its tables, though a store was made there.`,
    )
    bringBack()
    assert.equal(lossOf(place.path), undefined)
    assert.deepEqual(await place.numbers(), [7])
  })

  test('but for an empty file, or one with the empty beginning of a store, is refused', async (t) => {
    const place = newPlace(t)
    await place.add(7)
    take(place, NAME)
    writeFileSync(place.path, '')
    assert.throws(() => place.open(), /shop\.db is without its tables/)
    assert.equal(statSync(place.path).size, 0, 'left as it was')
    const beginning = openSqlite({
      runtime: systemRuntime,
      path: join(place.root, 'x.db'),
      migrations: place.migrations,
    })
    beginning.writer.exec('DROP TABLE numbers; DELETE FROM schema_migrations')
    await beginning.close()
    renameSync(join(place.root, 'x.db'), place.path)
    assert.throws(() => place.open(), /shop\.db is without its tables/)
  })

  test('is reported in the same words by a check that changes nothing', async (t) => {
    const place = newPlace(t)
    assert.equal(lossOf(place.path), undefined, 'none was made')
    await place.add(7)
    assert.equal(lossOf(place.path), undefined)
    assert.deepEqual(place.files(), ['made_shop_db', NAME])
    take(place, NAME)
    const loss = lossOf(place.path)
    assert.throws(() => place.open(), { message: sentenceOf(loss!) })
    assert.deepEqual(place.files(), ['made_shop_db'])
    writeFileSync(place.path, 'no database, which is another fault')
    assert.equal(lossOf(place.path), undefined)
  })

  test('is not waited for long where another process has it for itself', async (t) => {
    const place = newPlace(t)
    await place.add(7)
    const other = new DatabaseSync(place.path)
    t.after(() => other.close())
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const begun = performance.now()
    assert.equal(lossOf(place.path), undefined)
    assert.ok(performance.now() - begun < 20_000)
  })

  test(`is refused to each of ${PROCESSES} processes that start at once, as its making was to none`, async (t) => {
    const place = newPlace(t)
    const code = `import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, '../../src/sqlite/store.ts'))}
      import { systemRuntime } from ${JSON.stringify(join(import.meta.dirname, '../../src/runtime/runtime.ts'))}
      const place = ${JSON.stringify({ path: place.path, migrations: place.migrations })}
      await openSqlite({ ...place, runtime: systemRuntime }).close()`
    const start = () =>
      new Promise<string>((resolve) => {
        execFile(process.execPath, ['--input-type=module', '-e', code], (_, _out, said) => resolve(said))
      })
    const all = () => Promise.all(Array.from({ length: PROCESSES }, start))
    for (const said of await all()) assert.equal(said, '')
    assert.ok(wasMade(place.path))
    take(place, NAME)
    for (const said of await all()) assert.match(said, /shop\.db is gone/)
    assert.equal(existsSync(place.path), false)
  })
})

suite('the mark of a store', () => {
  test('is its owner’s alone, and none is made of a store in memory', async (t) => {
    const place = newPlace(t)
    await place.add(1)
    assert.equal(statSync(place.mark).mode & 0o777, 0o600)
    await openSqlite({ runtime: systemRuntime, path: ':memory:', migrations: place.migrations }).close()
    assert.equal(existsSync(markOf(':memory:')), false)
  })

  test('is there before anything can be written', (t) => {
    const place = newPlace(t)
    const store = place.open()
    t.after(() => store.close())
    assert.ok(wasMade(place.path))
  })

  test('is made for a store of before, or one whose maker died before it', async (t) => {
    const place = newPlace(t)
    await place.add(7)
    rmSync(place.mark)
    assert.deepEqual(await place.numbers(), [7])
    assert.ok(wasMade(place.path))
  })

  test('is not made before the migrations are committed: such a store can be begun anew', async (t) => {
    const place = newPlace(t)
    const broken = join(place.migrations, '0002_broken.sql')
    writeFileSync(broken, 'CREATE TABLE a (x); CREATE TABLE a (x);')
    assert.throws(() => place.open(), /already exists/)
    assert.equal(wasMade(place.path), false)
    rmSync(broken)
    rmSync(place.path)
    assert.deepEqual(await place.numbers(), [])
  })

  test('is what to remove to begin anew on purpose, or the whole folder', async (t) => {
    const place = newPlace(t)
    await place.add(1)
    take(place, NAME)
    rmSync(place.mark)
    assert.deepEqual(await place.numbers(), [])
    rmSync(place.folder, { recursive: true })
    assert.deepEqual(await place.numbers(), [])
  })

  test('that cannot be made keeps the store from being used, in a sentence that names it', (t) => {
    const place = newPlace(t)
    mkdirSync(place.folder)
    assert.throws(() => noteMade(join(place.folder, 'none', NAME)), /made_shop_db cannot be made: ENOENT/)
  })

  test('is not made by who only looks, who also makes no store', async (t) => {
    const place = newPlace(t)
    mkdirSync(place.folder)
    assert.throws(() => place.open(true), /shop\.db is gone.*`npm run restore`\.$/)
    assert.deepEqual(place.files(), [])
    await place.add(7)
    rmSync(place.mark)
    await place.open(true).close()
    assert.deepEqual(place.files(), [NAME])
  })
})
