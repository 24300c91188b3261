/** The log of a store is copied back by a thread: not by a commit, but always. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { nextTurn, type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { BACKSTOP_PAGES, CHECK_DELAY_MS, LONG_PAGES, PAGES_MIN } from '../../src/sqlite/checkpoints.ts'
import { openSqlite } from '../../src/sqlite/store.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'

const PAGE_BYTES = 4_096
/** The longest pause between two attempts to get the lock. */
const LOCK_RETRY_MS_MAX = 6

function open(t: TestContext, runtime: Runtime = systemRuntime) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-checkpoints-'))
  writeFileSync(
    join(folder, '0001_pages.sql'),
    'CREATE TABLE pages (n INTEGER PRIMARY KEY, page BLOB) STRICT;',
  )
  const path = join(folder, 'test.db')
  const store = openSqlite({ runtime, path, migrations: folder })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const insert = store.writer.prepare('INSERT INTO pages (page) VALUES (zeroblob(?))')
  const length = store.reader.prepare('PRAGMA wal_checkpoint(NOOP)')
  return {
    ...store,
    path,
    /** In one transaction. */
    writePages: (count: number) => store.write(() => void insert.run(count * PAGE_BYTES)),
    pages: () => length.get() as { log: number; checkpointed: number },
  }
}

test('a long log is checkpointed although nothing more is written', async (t) => {
  const { writePages, pages } = open(t)
  await writePages(PAGES_MIN + 100)
  assert.ok(pages().log > PAGES_MIN, 'not by the commit')
  assert.ok(PAGES_MIN < BACKSTOP_PAGES / 10)
  await untilTrue(() => pages().checkpointed === pages().log)
})

test('a log restarts while writes go on', async (t) => {
  const { path, writer, writePages, pages } = open(t)
  // Not by SQLite: on a busy machine this writes more than BACKSTOP_PAGES before the thread runs.
  writer.exec('PRAGMA wal_autocheckpoint = 0')
  await writePages(PAGES_MIN + 100)
  await untilTrue(() => pages().checkpointed > 0)
  let written = 0
  const size = () => statSync(`${path}-wal`).size
  while (written < 2 * LONG_PAGES || size() >= written * PAGE_BYTES) {
    await writePages(100)
    // Much less than copying takes, but the thread needs a processor on a busy machine.
    await sleep(1)
    written += 100
    assert.ok(written < 8 * BACKSTOP_PAGES, `the log never restarted: ${size()} bytes of ${written} pages`)
  }
})

test('a short log is not checkpointed', async (t) => {
  const runtime = createVirtualRuntime({ realDefer: true })
  const { writePages, pages } = open(t, runtime)
  await writePages(10)
  assert.deepEqual(runtime.waiting(), [CHECK_DELAY_MS])
  await runtime.advance(CHECK_DELAY_MS)
  assert.deepEqual(runtime.waiting(), [])
  assert.equal(pages().checkpointed, 0)
  await writePages(PAGES_MIN)
  await runtime.advance(CHECK_DELAY_MS)
  assert.equal(runtime.waiting().length, 1, 'the time limit of a checkpoint')
})

test('waiting for the lock of another process does not block this one', async (t) => {
  const runtime = createVirtualRuntime({ realDefer: true })
  const { path, writer, writePages } = open(t, runtime)
  assert.equal(writer.prepare('PRAGMA busy_timeout').get()!.timeout, 0, 'no call waits inside SQLite')
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const written = writePages(1)
  await nextTurn(systemRuntime)
  assert.ok(runtime.waiting()[0]! <= LOCK_RETRY_MS_MAX, 'the next attempt')
  other.exec('ROLLBACK')
  await runtime.advance(LOCK_RETRY_MS_MAX)
  await written
})
