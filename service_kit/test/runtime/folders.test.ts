import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { makeFolder } from '@shop/service_kit/runtime/folders'

const HANGS_MS = 20_000

suite('a folder is made', () => {
  test('with those above it, for its owner alone, and again without harm', (t) => {
    const top = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(top, { recursive: true }))
    const folder = join(top, 'a', 'b', 'c')
    makeFolder(folder, 0o700)
    makeFolder(folder, 0o700)
    for (const path of [folder, join(top, 'a')]) assert.equal(statSync(path).mode & 0o777, 0o700)
  })

  test('or it is said in a sentence why it is not', (t) => {
    const top = mkdtempSync(join(tmpdir(), 'shop-'))
    t.after(() => rmSync(top, { recursive: true }))
    const file = join(top, 'file')
    writeFileSync(file, '')
    symlinkSync(join(top, 'nowhere'), join(top, 'link'))
    assert.throws(() => makeFolder(file), { message: `${file} is a file; name a folder.` })
    for (const path of [join(file, 'below'), join(top, 'link'), join(top, 'link', 'below')]) {
      assert.throws(() => makeFolder(path), /^Error: The folder .* cannot be made here \((ENOTDIR|EEXIST)\)/)
    }
  })

  // Node's own way would never come back, so a process of its own tries.
  test('or refused at once where the system does not let anybody make one', {
    skip: process.platform !== 'linux' && 'there is no /proc',
  }, () => {
    const script = `import { makeFolder } from '@shop/service_kit/runtime/folders'; makeFolder('/proc/nope/below')`
    const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: HANGS_MS,
    })
    assert.equal(signal, null, 'it came back')
    assert.match(stderr, /The folder \/proc\/nope cannot be made here \(ENOENT\)/)
  })
})
