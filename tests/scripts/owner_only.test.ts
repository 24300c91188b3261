import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { restrictFolder } from '../../scripts/start/owner_only.ts'

const modeOf = (path: string) => statSync(path).mode & 0o7777

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

function write(path: string, mode: number) {
  writeFileSync(path, '')
  chmodSync(path, mode)
}

suite('only the owner can read the files of a shop', () => {
  test('a folder that existed, its files, and copies of a shop in it', (t) => {
    const folder = newFolder(t)
    const copy = join(folder, 'replaced_2026')
    const other = join(folder, 'pictures')
    for (const each of [copy, other]) mkdirSync(each)
    for (const each of [folder, copy, other]) chmodSync(each, 0o755)
    const files = ['orders.db', 'orders.db-wal', 'secrets.json', 'x.log'].map((name) => join(folder, name))
    for (const file of [...files, join(copy, 'orders.db')]) write(file, 0o644)
    write(join(folder, 'tool.sh'), 0o755)
    write(join(other, 'a.png'), 0o644)
    const outside = join(newFolder(t), 'outside')
    write(outside, 0o644)
    symlinkSync(outside, join(folder, 'link'))

    restrictFolder(folder)
    for (const each of [folder, copy]) assert.equal(modeOf(each), 0o700, each)
    for (const file of [...files, join(copy, 'orders.db')]) assert.equal(modeOf(file), 0o600, file)
    assert.equal(modeOf(join(folder, 'tool.sh')), 0o700)
    assert.deepEqual([modeOf(other), modeOf(join(other, 'a.png')), modeOf(outside)], [0o755, 0o644, 0o644])
  })

  test('a new folder', (t) => {
    const folder = join(newFolder(t), 'a', 'b')
    restrictFolder(folder)
    assert.equal(modeOf(folder), 0o700)
  })

  test('a folder that all users may write to keeps its mode', (t) => {
    const folder = newFolder(t)
    chmodSync(folder, 0o1777)
    write(join(folder, 'orders.db'), 0o644)
    restrictFolder(folder)
    assert.deepEqual([modeOf(folder), modeOf(join(folder, 'orders.db'))], [0o1777, 0o600])
  })
})
