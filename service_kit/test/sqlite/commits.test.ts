/** What the commit loop promises when the engine, the disk or the file itself fail. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { createCommits, GROUP_MAX, GROUP_MS, WRITE_WAIT_MS } from '../../src/sqlite/commits.ts'
import { hasRoom } from '../../src/sqlite/file.ts'
import { openSqlite } from '../../src/sqlite/store.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

/** The longest until a lock is tried again. */
const LOCK_TRY_AGAIN_MS = 6

function open(t: TestContext, roomAt = (_path: string) => true, runtime: Runtime = systemRuntime) {
  const path = mkdtempSync(join(tmpdir(), 'shop-commits-'))
  writeFileSync(
    join(path, '0001_numbers.sql'),
    'CREATE TABLE numbers (n INTEGER PRIMARY KEY, text TEXT) STRICT;',
  )
  const file = join(path, 'test.db')
  const store = openSqlite({ runtime, path: file, migrations: path, roomAt })
  const insert = store.writer.prepare('INSERT INTO numbers (n) VALUES (?)')
  const count = store.reader.prepare('SELECT count(*) AS n FROM numbers')
  t.after(async () => {
    await store.close()
    rmSync(path, { recursive: true, force: true })
  })
  return {
    ...store,
    path,
    file,
    add: (n: number) => store.write(() => insert.run(n)),
    count: () => count.get()!.n,
  }
}

/** Timers fire when the test says so; files are real. */
function openInVirtualTime(t: TestContext) {
  const runtime = createVirtualRuntime()
  return { store: open(t, () => true, { ...runtime, defer: systemRuntime.defer }), runtime }
}

/** Statements of this text fail as often as said, before they take effect; resolves how often each was run. */
function failing(t: TestContext, texts: Record<string, number>, error: object = new Error('engine fault')) {
  const runs: Record<string, number> = {}
  const { get } = StatementSync.prototype
  t.mock.method(StatementSync.prototype, 'get', function (this: StatementSync, ...values: never[]) {
    const text = this.sourceSQL
    runs[text] = (runs[text] ?? 0) + 1
    if (runs[text] <= (texts[text] ?? 0)) throw error
    return Reflect.apply(get, this, values)
  })
  return runs
}

suite('the commit loop', () => {
  test(`shares a commit between ${GROUP_MAX} writes, and one more takes another`, async (t) => {
    const store = open(t)
    const runs = failing(t, {})
    await Promise.all(Array.from({ length: GROUP_MAX + 1 }, (_, n) => store.add(n)))
    assert.equal(runs.COMMIT, 2)
  })

  for (const [what, failures] of [
    ['a group takes no longer than its time', 0],
    ['nor does one whose writes run apart', 1],
  ] as const) {
    test(`${what}, and what waits lets everything else have its turn (4)`, async (t) => {
      const db = new DatabaseSync(':memory:')
      t.after(() => db.close())
      let ms = 0
      const commits = createCommits(db, {
        requireFile() {},
        hasRoom: () => true,
        runtime: { ...systemRuntime, monotonic: () => ms },
      })
      const done: number[] = []
      const seen: number[] = []
      const ended = Array.from({ length: 12 }, (_, n) =>
        commits.write(() => {
          ms += n < failures ? GROUP_MS : 1
          if (n < failures) throw new Error('refused')
          done.push(n)
        }),
      )
      let over = false
      const all = Promise.allSettled(ended).finally(() => {
        over = true
      })
      while (!over) {
        await new Promise((resolve) => setImmediate(resolve))
        seen.push(done.length)
      }
      const steps = seen.map((n, i) => n - (seen[i - 1] ?? 0))
      assert.ok(Math.max(...steps) <= GROUP_MS, `others had a turn after ${steps}`)
      assert.equal((await all).filter(({ status }) => status === 'rejected').length, failures)
      const unrefused = Array.from({ length: 12 }, (_, n) => n).slice(failures)
      assert.deepEqual(done, unrefused, 'in their order, each once')
    })
  }

  test('a write that waited for its neighbours is not refused for a lock that was just taken', async (t) => {
    const { file } = open(t)
    const [db, other] = [new DatabaseSync(file, { timeout: 0 }), new DatabaseSync(file)]
    t.after(() => [db, other].map((each) => each.close()))
    let ms = 0
    const commits = createCommits(db, {
      requireFile() {},
      hasRoom: () => true,
      runtime: { ...systemRuntime, monotonic: () => ms },
    })
    const written = commits.write(() => 'done')
    ms = 2 * WRITE_WAIT_MS
    other.exec('BEGIN IMMEDIATE')
    setTimeout(() => other.exec('ROLLBACK'), 20)
    assert.equal(await written, 'done')

    other.exec('BEGIN IMMEDIATE')
    const refused = assert.rejects(
      commits.write(() => {}),
      { code: 'store_unavailable' },
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    ms += WRITE_WAIT_MS
    await refused
    other.exec('ROLLBACK')
  })

  test('a failed ROLLBACK does not fail the group after it', async (t) => {
    const store = open(t)
    failing(t, { COMMIT: 1, ROLLBACK: 1 })
    const [lost, next] = [
      store.add(1),
      new Promise((resolve) => setImmediate(resolve)).then(() => store.add(2)),
    ]
    await assert.rejects(lost, { code: 'store_unavailable' })
    await next
    assert.equal(store.count(), 1)
  })

  test('a transaction that was left open gives the lock back though nobody writes', async (t) => {
    const { store, runtime } = openInVirtualTime(t)
    failing(t, { COMMIT: 1, ROLLBACK: 2 })
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
    const other = new DatabaseSync(store.file, { timeout: 0 })
    t.after(() => other.close())
    const add = () => other.exec('INSERT INTO numbers (n) VALUES (3)')
    // Tried again each 100 ms; it fails once more.
    await runtime.advance(199)
    assert.throws(add, /locked/)
    await runtime.advance(1)
    add()
    assert.equal(store.count(), 1)
  })

  test('a failed ROLLBACK keeps closing from nobody', async (t) => {
    const store = open(t)
    failing(t, { COMMIT: 1, ROLLBACK: 1 })
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
  })

  test('who waits for a lock that is never given is refused at its own time, and later ones wait on', async (t) => {
    const { store, runtime } = openInVirtualTime(t)
    const other = new DatabaseSync(store.file)
    t.after(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const ends: string[] = []
    const early = assert.rejects(store.add(1), { code: 'store_unavailable' }).then(() => ends.push('early'))
    await runtime.advance(WRITE_WAIT_MS / 2)
    const late = store.add(2).then(() => ends.push('late'))
    await runtime.advance(WRITE_WAIT_MS / 2 - 1)
    assert.deepEqual(ends, [])
    await runtime.advance(LOCK_TRY_AGAIN_MS)
    await early
    await runtime.advance(WRITE_WAIT_MS / 2 - 2 * LOCK_TRY_AGAIN_MS)
    other.exec('COMMIT')
    await runtime.advance(LOCK_TRY_AGAIN_MS)
    await late
    assert.deepEqual(ends, ['early', 'late'])
    assert.equal(store.count(), 1)
  })

  test('3: the reader cannot write', (t) => {
    assert.throws(() => open(t).reader.exec('INSERT INTO numbers (n) VALUES (1)'), /readonly/)
  })
})

suite('a store that cannot be written', () => {
  test('5: is not ready from the first write that fails until one succeeds', async (t) => {
    const store = open(t)
    await store.add(1)
    const pages = store.writer.prepare('PRAGMA page_count').get()!.page_count
    store.writer.exec(`PRAGMA max_page_count = ${pages}`)
    const long = store.writer.prepare('INSERT INTO numbers (text) VALUES (?)')
    await assert.rejects(
      store.write(() => long.run('x'.repeat(100_000))),
      { code: 'store_unavailable' },
    )
    failing(t, { COMMIT: 2 }, Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }))
    await assert.rejects(store.check(), { code: 'store_unavailable' })
    await assert.rejects(store.check(), { code: 'store_unavailable' })
    await store.check()
    await store.check()
  })

  test('5: stays not ready while small writes fit into what is left of the disk', async (t) => {
    let room = true
    const store = open(t, () => room)
    await store.check()
    const counts = failing(t, { COMMIT: 1 }, Object.assign(new Error('full'), { errcode: 13 }))
    room = false
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
    await store.add(2)
    await assert.rejects(store.check(), { code: 'store_unavailable', message: /hardly room/ })
    await store.add(3)
    await assert.rejects(store.check(), { code: 'store_unavailable' })
    room = true
    await store.check()
    const { COMMIT: before } = counts
    await store.check()
    assert.equal(counts.COMMIT, before, 'a store that is well again is not written to by probes')
  })

  test('3: room is what the file system says of the folder', () => {
    assert.equal(hasRoom(join(tmpdir(), 'any.db')), true)
    assert.equal(hasRoom('/no such folder/any.db'), true)
    // A file system without room, for nobody can write there.
    if (process.platform === 'linux') assert.equal(hasRoom('/proc/any.db'), false)
  })

  for (const end of ['', '-wal']) {
    test(`5: refuses writes at once when ${end || 'the database'} is deleted, and says so`, async (t) => {
      const store = open(t)
      await store.add(1)
      rmSync(store.file + end)
      await assert.rejects(store.add(2), { code: 'store_unavailable', message: /deleted/ })
      await assert.rejects(store.check(), { code: 'store_unavailable', message: /deleted/ })
    })
  }

  test('5: refuses writes when another file lies in its place, until its own is back', async (t) => {
    const store = open(t)
    renameSync(store.file, `${store.file}.old`)
    writeFileSync(store.file, '')
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
    renameSync(`${store.file}.old`, store.file)
    await store.add(2)
    await store.check()
    assert.equal(store.count(), 1)
  })

  test('5: a file deleted while its group is written is not answered as kept', async (t) => {
    const store = open(t)
    await assert.rejects(
      store.write(() => rmSync(store.file)),
      { code: 'store_unavailable' },
    )
  })
})

suite('the files of a store', () => {
  test('are their owner’s alone, also where they lay open to all in a folder that existed', async (t) => {
    const store = open(t)
    await store.add(1)
    const files = ['', '-wal', '-shm'].map((end) => store.file + end)
    const modes = () => files.map((file) => (statSync(file).mode & 0o777).toString(8))
    assert.deepEqual(modes(), ['600', '600', '600'])
    for (const file of files) chmodSync(file, 0o644)
    await openSqlite({ runtime: systemRuntime, path: store.file, migrations: store.path }).close()
    assert.deepEqual(modes(), ['600', '600', '600'])
  })

  test('that are no database are named at start, with the next step', (t) => {
    const store = open(t)
    const damaged = join(store.path, 'damaged.db')
    writeFileSync(damaged, 'no database at all, though it is long enough to look like one'.repeat(200))
    assert.throws(
      () => openSqlite({ runtime: systemRuntime, path: damaged, migrations: store.path }),
      /damaged\.db: .*Move it away and bring back a backup with `npm run restore`/,
    )
  })

  test('in a folder that cannot be used are named at start', (t) => {
    const store = open(t)
    assert.throws(
      () =>
        openSqlite({ runtime: systemRuntime, path: join(store.file, 'below.db'), migrations: store.path }),
      /below\.db|test\.db/,
    )
  })

  test('whose reads fail are unavailable, not a fault of ours', async (t) => {
    const store = open(t)
    const read = store.reader.prepare('SELECT n FROM numbers')
    for (const errcode of [10, 26, 11, 5]) {
      const broken = Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode })
      const method = t.mock.method(StatementSync.prototype, 'all', () => {
        throw broken
      })
      const late = store.reader.prepare('SELECT n FROM numbers')
      assert.throws(() => late.all(), { code: 'store_unavailable' })
      method.mock.restore()
    }
    assert.deepEqual(read.all(), [])
  })
})
