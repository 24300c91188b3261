import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { type Runtime, systemRuntime } from '../../src/runtime/runtime.ts'
import { WRITE_QUEUE_MAX, WRITE_WAIT_MS } from '../../src/sqlite/commits.ts'
import { openSqlite } from '../../src/sqlite/store.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

function folder(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'shop-sqlite-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  writeFileSync(
    join(path, '0001_numbers.sql'),
    'CREATE TABLE numbers (n INTEGER PRIMARY KEY CHECK (n >= 0)) STRICT;',
  )
  return path
}

function open(t: TestContext, path = folder(t), runtime: Runtime = systemRuntime) {
  const store = openSqlite({ runtime, path: join(path, 'test.db'), migrations: path })
  const insert = store.writer.prepare('INSERT INTO numbers (n) VALUES (?)')
  const count = store.reader.prepare('SELECT count(*) AS n FROM numbers')
  return { ...store, path, add: (n: number) => store.write(() => insert.run(n)), count: () => count.get()?.n }
}

suite('writes share commits', () => {
  test('1: both connections are WAL, synchronous=FULL, with foreign keys', async (t) => {
    const store = open(t)
    t.after(() => store.close())
    for (const db of [store.reader, store.writer]) {
      const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
      assert.equal(pragma('journal_mode'), 'wal')
      assert.equal(pragma('synchronous'), 2)
      assert.equal(pragma('foreign_keys'), 1)
    }
  })

  test('1: a write is not answered before another process can read it', async (t) => {
    const store = open(t)
    t.after(() => store.close())
    const other = new DatabaseSync(join(store.path, 'test.db'), { readOnly: true })
    t.after(() => other.close())
    let answered = false
    const write = store.add(1).then(() => {
      answered = true
      return other.prepare('SELECT count(*) AS n FROM numbers').get()?.n
    })
    assert.equal(store.count(), 0)
    assert.equal(answered, false)
    assert.equal(await write, 1)
  })

  test('2: of writes that share a commit, those that fail fail alone', async (t) => {
    const store = open(t)
    t.after(() => store.close())
    const outcomes = await Promise.allSettled([1, 2, 2, -1, 3].map((n) => store.add(n)))
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
    )
    assert.equal(store.count(), 3)
  })

  test('2: a write that throws after a change is undone', async (t) => {
    const store = open(t)
    t.after(() => store.close())
    const insert = store.writer.prepare('INSERT INTO numbers VALUES (7)')
    const throwing = store.write(() => {
      insert.run()
      throw new Error('refused')
    })
    const other = store.add(8)
    await assert.rejects(throwing, /refused/)
    await other
    assert.equal(store.count(), 1)
  })

  test('2: the whole group is refused with store_unavailable when the commit fails', async (t) => {
    const store = open(t)
    t.after(() => store.close())
    store.writer.exec('PRAGMA max_page_count = 2')
    const outcomes = await Promise.allSettled(Array.from({ length: 2_000 }, (_, n) => store.add(n)))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.ok(refused.length > 0)
    for (const { reason } of refused) assert.equal(reason.code, 'store_unavailable')
    assert.equal(store.count(), outcomes.length - refused.length)
  })

  test('4: a write waits for another process and then succeeds', async (t) => {
    const runtime = createVirtualRuntime({ realDefer: true })
    const store = open(t, folder(t), runtime)
    t.after(() => store.close())
    const other = new DatabaseSync(join(store.path, 'test.db'))
    t.after(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    let written = false
    const write = store.add(1).then(() => {
      written = true
    })
    await runtime.advance(WRITE_WAIT_MS - 10)
    assert.equal(written, false)
    other.exec('COMMIT')
    await runtime.advance(10)
    await write
    assert.equal(store.count(), 1)
  })

  test(`a queue of ${WRITE_QUEUE_MAX} refuses one more as overloaded`, async (t) => {
    const store = open(t)
    t.after(() => store.close())
    const writes = Array.from({ length: WRITE_QUEUE_MAX }, (_, n) => store.add(n))
    await assert.rejects(store.add(-5), { code: 'overloaded' })
    await Promise.all(writes)
    assert.equal(store.count(), WRITE_QUEUE_MAX)
  })

  test('a store that is closed twice, at once or later, is closed', async (t) => {
    for (const path of [folder(t), ':memory:']) {
      const store =
        path === ':memory:'
          ? openSqlite({ path, migrations: folder(t), runtime: systemRuntime })
          : open(t, path)
      await Promise.all([store.close(), store.close()])
      await store.close()
      await assert.rejects(
        store.write(() => 1),
        /closing/,
      )
    }
  })

  test('close finishes the writes it has taken and refuses new ones', async (t) => {
    const store = open(t)
    const write = store.add(1)
    const closed = store.close()
    await assert.rejects(store.add(2), { code: 'store_unavailable' })
    await Promise.all([write, closed])
    const again = open(t, store.path)
    t.after(() => again.close())
    assert.equal(again.count(), 1)
  })
})
