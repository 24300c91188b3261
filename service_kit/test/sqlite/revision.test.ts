import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate as afterPoll } from 'node:timers/promises'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { openSqlite } from '../../src/sqlite/store.ts'

function world(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'revision-'))
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  writeFileSync(join(migrations, '0001_notes.sql'), 'CREATE TABLE notes (text TEXT NOT NULL) STRICT;')
  const path = join(folder, 'notes.db')
  const open = (where = path) => {
    const store = openSqlite({ runtime: systemRuntime, path: where, migrations })
    t.after(() => store.close())
    const add = store.writer.prepare('INSERT INTO notes VALUES (?)')
    return { ...store, add: (text: string) => store.write(() => add.run(text)) }
  }
  t.after(() => rmSync(folder, { recursive: true }))
  return { open, path }
}

/** The first one may still run in this turn; the event loop polls for events between the two. */
async function nextTurn() {
  await afterPoll()
  await afterPoll()
}

/** Commits in another process, and returns when it has exited. */
function addElsewhere(path: string) {
  const script = `const { DatabaseSync } = require('node:sqlite')
    new DatabaseSync(process.argv[1]).exec("INSERT INTO notes VALUES ('elsewhere')")`
  execFileSync(process.execPath, ['-e', script, path])
}

suite('the revision of a store', () => {
  test('stays the same while nothing is committed', async (t) => {
    const store = world(t).open()
    const before = store.revision()
    await nextTurn()
    assert.equal(store.revision(), before)
  })

  for (const where of [undefined, ':memory:']) {
    test(`changes with each commit of this store ${where ?? 'in a file'}`, async (t) => {
      const store = world(t).open(where)
      const seen = new Set([store.revision()])
      for (const text of ['a', 'b', 'c']) {
        await store.add(text)
        seen.add(store.revision())
      }
      assert.equal(seen.size, 4)
    })
  }

  test('changes at once with a commit of another store in this process', async (t) => {
    const { open } = world(t)
    const [here, there] = [open(), open()]
    const before = here.revision()
    await there.add('a')
    assert.notEqual(here.revision(), before)
  })

  test('changes in the next turn after a commit of another process', async (t) => {
    const { open, path } = world(t)
    const store = open()
    const before = store.revision()
    addElsewhere(path)
    await nextTurn()
    assert.notEqual(store.revision(), before)
  })

  test('is read from the file once in a turn', async (t) => {
    const { open, path } = world(t)
    const store = open()
    await nextTurn()
    const before = store.revision()
    addElsewhere(path)
    assert.equal(store.revision(), before)
  })
})
