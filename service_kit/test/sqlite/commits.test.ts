/** Group commit when the engine, the disk or the file fails. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { nextTurn, type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { createCommits, GROUP_MAX, GROUP_MS, WRITE_WAIT_MS } from '../../src/sqlite/commits.ts'
import { hasRoom } from '../../src/sqlite/file.ts'
import { openSqlite } from '../../src/sqlite/store.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

/** The longest pause until the next attempt to get the lock. */
const LOCK_RETRY_MS_MAX = 6

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

/** Time passes only in `advance`; files are real. */
function openInVirtualTime(t: TestContext) {
  const runtime = createVirtualRuntime({ realDefer: true })
  return { store: open(t, () => true, runtime), runtime }
}

/** The first runs of these statements fail, as often as `texts` says, before they take effect. Returns the runs of each. */
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

suite('group commit', () => {
  test(`shares a commit between ${GROUP_MAX} writes, and one more takes another`, async (t) => {
    const store = open(t)
    const runs = failing(t, {})
    await Promise.all(Array.from({ length: GROUP_MAX + 1 }, (_, n) => store.add(n)))
    assert.equal(runs.COMMIT, 2)
  })

  for (const [what, failures] of [
    ['a group has a time limit', 0],
    ['a group whose writes run one by one has the same time limit', 1],
  ] as const) {
    test(`4: ${what}, and other work runs between two groups`, async (t) => {
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
      const writes = Array.from({ length: 12 }, (_, n) =>
        commits.write(() => {
          ms += n < failures ? GROUP_MS : 1
          if (n < failures) throw new Error('refused')
          done.push(n)
        }),
      )
      let settled = false
      const all = Promise.allSettled(writes).finally(() => {
        settled = true
      })
      while (!settled) {
        await nextTurn(systemRuntime)
        seen.push(done.length)
      }
      const steps = seen.map((n, i) => n - (seen[i - 1] ?? 0))
      assert.ok(Math.max(...steps) <= GROUP_MS, `writes between two turns: ${steps}`)
      assert.equal((await all).filter(({ status }) => status === 'rejected').length, failures)
      const accepted = Array.from({ length: 12 }, (_, n) => n).slice(failures)
      assert.deepEqual(done, accepted, 'in their order, each once')
    })
  }

  test('the time that a write waits for others does not count as waiting for the lock', async (t) => {
    const { file } = open(t)
    const [db, other] = [new DatabaseSync(file, { timeout: 0 }), new DatabaseSync(file)]
    t.after(() => [db, other].map((each) => each.close()))
    const runtime = createVirtualRuntime()
    let waitedForOthersMs = 0
    const monotonic = () => runtime.monotonic() + waitedForOthersMs
    const commits = createCommits(db, {
      requireFile() {},
      hasRoom: () => true,
      runtime: { ...runtime, monotonic },
    })
    const written = commits.write(() => 'done')
    waitedForOthersMs = 2 * WRITE_WAIT_MS
    other.exec('BEGIN IMMEDIATE')
    await runtime.advance(WRITE_WAIT_MS - 2 * LOCK_RETRY_MS_MAX)
    other.exec('ROLLBACK')
    await runtime.advance(LOCK_RETRY_MS_MAX)
    assert.equal(await written, 'done')

    other.exec('BEGIN IMMEDIATE')
    const refused = assert.rejects(
      commits.write(() => {}),
      { code: 'store_unavailable' },
    )
    await runtime.advance(WRITE_WAIT_MS + LOCK_RETRY_MS_MAX)
    await refused
    other.exec('ROLLBACK')
  })

  test('a failed ROLLBACK does not fail the group after it', async (t) => {
    const store = open(t)
    failing(t, { COMMIT: 1, ROLLBACK: 1 })
    const [lost, next] = [store.add(1), nextTurn(systemRuntime).then(() => store.add(2))]
    await assert.rejects(lost, { code: 'store_unavailable' })
    await next
    assert.equal(store.count(), 1)
  })

  test('a transaction that was left open releases the lock, even if there are no writes', async (t) => {
    const { store, runtime } = openInVirtualTime(t)
    failing(t, { COMMIT: 1, ROLLBACK: 2 })
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
    const other = new DatabaseSync(store.file, { timeout: 0 })
    t.after(() => other.close())
    const add = () => other.exec('INSERT INTO numbers (n) VALUES (3)')
    // ROLLBACK is repeated every 100 ms, and fails once more.
    await runtime.advance(199)
    assert.throws(add, /locked/)
    await runtime.advance(1)
    add()
    assert.equal(store.count(), 1)
  })

  test('a store closes after a failed ROLLBACK', async (t) => {
    const store = open(t)
    failing(t, { COMMIT: 1, ROLLBACK: 1 })
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
  })

  test('a write that does not get the lock is refused at its own deadline, and later writes continue to wait', async (t) => {
    const { store, runtime } = openInVirtualTime(t)
    const other = new DatabaseSync(store.file)
    t.after(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const settled: string[] = []
    const early = assert
      .rejects(store.add(1), { code: 'store_unavailable' })
      .then(() => settled.push('early'))
    await runtime.advance(WRITE_WAIT_MS / 2)
    const late = store.add(2).then(() => settled.push('late'))
    await runtime.advance(WRITE_WAIT_MS / 2 - 1)
    assert.deepEqual(settled, [])
    await runtime.advance(LOCK_RETRY_MS_MAX)
    await early
    await runtime.advance(WRITE_WAIT_MS / 2 - 2 * LOCK_RETRY_MS_MAX)
    other.exec('COMMIT')
    await runtime.advance(LOCK_RETRY_MS_MAX)
    await late
    assert.deepEqual(settled, ['early', 'late'])
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

  test('5: stays not ready while the disk has room for small writes only', async (t) => {
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
    assert.equal(counts.COMMIT, before, 'probes do not write to a ready store')
  })

  test('3: room is the free space of the file system', () => {
    assert.equal(hasRoom(join(tmpdir(), 'any.db')), true)
    assert.equal(hasRoom('/no such folder/any.db'), true)
    // A file system without free space.
    if (process.platform === 'linux') assert.equal(hasRoom('/proc/any.db'), false)
  })

  for (const end of ['', '-wal']) {
    test(`5: refuses writes at once when ${end || 'the database'} is deleted, and names the cause`, async (t) => {
      const store = open(t)
      await store.add(1)
      rmSync(store.file + end)
      await assert.rejects(store.add(2), { code: 'store_unavailable', message: /deleted/ })
      await assert.rejects(store.check(), { code: 'store_unavailable', message: /deleted/ })
    })
  }

  test('5: refuses writes while another file is at its path', async (t) => {
    const store = open(t)
    renameSync(store.file, `${store.file}.old`)
    writeFileSync(store.file, '')
    await assert.rejects(store.add(1), { code: 'store_unavailable' })
    renameSync(`${store.file}.old`, store.file)
    await store.add(2)
    await store.check()
    assert.equal(store.count(), 1)
  })

  test('5: a write is refused if the file is deleted while its group runs', async (t) => {
    const store = open(t)
    await assert.rejects(
      store.write(() => rmSync(store.file)),
      { code: 'store_unavailable' },
    )
  })
})

suite('the files of a store', () => {
  test('have mode 600, also after they had a wider one', async (t) => {
    const store = open(t)
    await store.add(1)
    const files = ['', '-wal', '-shm'].map((end) => store.file + end)
    const modes = () => files.map((file) => (statSync(file).mode & 0o777).toString(8))
    assert.deepEqual(modes(), ['600', '600', '600'])
    for (const file of files) chmodSync(file, 0o644)
    await openSqlite({ runtime: systemRuntime, path: store.file, migrations: store.path }).close()
    assert.deepEqual(modes(), ['600', '600', '600'])
  })

  test('that are no database are named at the start, with the next step', (t) => {
    const store = open(t)
    const damaged = join(store.path, 'damaged.db')
    writeFileSync(damaged, 'no database, but long enough to be one'.repeat(300))
    assert.throws(
      () => openSqlite({ runtime: systemRuntime, path: damaged, migrations: store.path }),
      /damaged\.db: .*Move it away and bring back a backup with `npm run restore`/,
    )
  })

  test('in a folder that cannot be used are named at the start', (t) => {
    const store = open(t)
    assert.throws(
      () =>
        openSqlite({ runtime: systemRuntime, path: join(store.file, 'below.db'), migrations: store.path }),
      /below\.db|test\.db/,
    )
  })

  test('whose reads fail give store_unavailable, not internal_error', async (t) => {
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
