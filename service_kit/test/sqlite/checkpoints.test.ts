/** What commits wrote into the log of a store is brought home by a thread: never by a commit, and never not at all. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { BACKSTOP_PAGES, LONG_PAGES, PAGES_MIN } from '../../src/sqlite/checkpoints.ts'
import { openSqlite } from '../../src/sqlite/store.ts'

const PAGE_BYTES = 4_096
const PATIENCE_MS = 30_000

function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-checkpoints-'))
  writeFileSync(
    join(folder, '0001_pages.sql'),
    'CREATE TABLE pages (n INTEGER PRIMARY KEY, page BLOB) STRICT;',
  )
  const path = join(folder, 'test.db')
  const store = openSqlite({ runtime: systemRuntime, path, migrations: folder })
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

async function until(what: string, is: () => boolean) {
  for (const deadline = performance.now() + PATIENCE_MS; !is(); await sleep(10)) {
    assert.ok(performance.now() < deadline, what)
  }
}

test('a long log is checkpointed although no one writes any more', async (t) => {
  const { writePages, pages } = open(t)
  await writePages(PAGES_MIN + 100)
  assert.ok(pages().log > PAGES_MIN, 'no commit did it')
  assert.ok(PAGES_MIN < BACKSTOP_PAGES / 10)
  await until('it was left', () => pages().checkpointed === pages().log)
})

test('a log restarts while others continue to write', async (t) => {
  const { path, writer, writePages, pages } = open(t)
  // SQLite does not do it: on a busy machine this writes more than BACKSTOP_PAGES before the thread has its turn.
  writer.exec('PRAGMA wal_autocheckpoint = 0')
  await writePages(PAGES_MIN + 100)
  await until('the thread did not start', () => pages().checkpointed > 0)
  let written = 0
  const size = () => statSync(`${path}-wal`).size
  while (written < 2 * LONG_PAGES || size() >= written * PAGE_BYTES) {
    await writePages(100)
    // Much less than copying takes, but on a busy machine the thread has its turn.
    await sleep(1)
    written += 100
    assert.ok(written < 4 * BACKSTOP_PAGES, `the log never began anew: ${size()} bytes of ${written} pages`)
  }
})

test('a short log is not checkpointed', async (t) => {
  const { writePages, pages } = open(t)
  await writePages(10)
  await sleep(300)
  assert.equal(pages().checkpointed, 0)
})

test('waiting for the lock of another process does not block this one', async (t) => {
  const { path, writer, writePages } = open(t)
  assert.equal(writer.prepare('PRAGMA busy_timeout').get()!.timeout, 0, 'no call waits inside SQLite')
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const written = writePages(1)
  await sleep(50)
  other.exec('ROLLBACK')
  await written
})
