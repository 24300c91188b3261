import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises'
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

/** The first may still be of this turn; between two of them there is a poll for events. */
async function nextTurn() {
  await afterPoll()
  await afterPoll()
}

/** Commits in another process, which ends before this one goes on. */
function addElsewhere(path: string) {
  const script = `const { DatabaseSync } = require('node:sqlite')
    new DatabaseSync(process.argv[1]).exec("INSERT INTO notes VALUES ('elsewhere')")`
  execFileSync(process.execPath, ['-e', script, path])
}

suite('the revision of a store', () => {
  test('stays while nothing is committed', async (t) => {
    const store = world(t).open()
    const before = store.revision()
    await sleep(5)
    assert.equal(store.revision(), before)
  })

  for (const where of [undefined, ':memory:']) {
    test(`is another one after each commit of its own ${where ?? 'on file'}`, async (t) => {
      const store = world(t).open(where)
      const seen = new Set([store.revision()])
      for (const text of ['a', 'b', 'c']) {
        await store.add(text)
        seen.add(store.revision())
      }
      assert.equal(seen.size, 4)
    })
  }

  test('is another one at once after a commit of a neighbour in this process', async (t) => {
    const { open } = world(t)
    const [here, there] = [open(), open()]
    const before = here.revision()
    await there.add('a')
    assert.notEqual(here.revision(), before)
  })

  test('is another one in the next turn after a commit of another process', async (t) => {
    const { open, path } = world(t)
    const store = open()
    const before = store.revision()
    addElsewhere(path)
    await nextTurn()
    assert.notEqual(store.revision(), before)
  })

  test('is asked of the file once in a turn', async (t) => {
    const { open, path } = world(t)
    const store = open()
    await sleep(1)
    const before = store.revision()
    addElsewhere(path)
    assert.equal(store.revision(), before)
  })
})
