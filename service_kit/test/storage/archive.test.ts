import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { type ArchiveOptions, openArchive, PART } from '../../src/storage/archive.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

function archiveIn(t: TestContext, options: Partial<ArchiveOptions> = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'shop-archive-'))
  const folder = join(parent, 'archive')
  const archive = openArchive({ folder, service: 'a_service', runtime: systemRuntime, ...options })
  t.after(async () => {
    await archive.close()
    rmSync(parent, { recursive: true })
  })
  const lines = () =>
    readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
  return { folder, archive, lines }
}

suite('the archive of removed records', () => {
  test('each record is a line with its kind and the time', async (t) => {
    const { archive, lines } = archiveIn(t, { runtime: createVirtualRuntime() })
    await archive.add('order', [{ id: 1, text: 'two\nlines' }, { id: 2 }])
    await archive.add('reservation', [{ id: 3 }])
    const archivedAt = '2026-01-01T00:00:00.000Z'
    assert.deepEqual(
      lines()
        .flat()
        .map((line) => JSON.parse(line)),
      [
        { kind: 'order', archivedAt, record: { id: 1, text: 'two\nlines' } },
        { kind: 'order', archivedAt, record: { id: 2 } },
        { kind: 'reservation', archivedAt, record: { id: 3 } },
      ],
    )
  })

  test('1: the name of a new file, and every line, is on the disk before add resolves', async (t) => {
    const { archive } = archiveIn(t)
    const probe = await open(tmpdir(), 'r')
    const prototype = Object.getPrototypeOf(probe)
    await probe.close()
    const done: string[] = []
    for (const name of ['sync', 'appendFile'] as const) {
      const original = prototype[name]
      t.mock.method(prototype, name, async function (this: FileHandle, ...values: unknown[]) {
        const isFolder = (await this.stat()).isDirectory()
        await Reflect.apply(original, this, values)
        done.push(`${name} ${isFolder ? 'folder' : 'file'}`)
      })
    }
    await archive.add('order', [1])
    await archive.add('order', [2])
    assert.deepEqual(done, ['sync folder', 'appendFile file', 'sync file', 'appendFile file', 'sync file'])
  })

  test('3: only the owner reads the files and the folder; names say the service and the time', async (t) => {
    const { archive, folder } = archiveIn(t, { runtime: createVirtualRuntime() })
    await archive.add('order', [1])
    const [part] = readdirSync(folder)
    assert.match(part!, /^a_service-2026-01-01T00-00-00-000Z-[0-9a-f]{12}\.ndjson\.part$/)
    assert.equal(statSync(join(folder, part!)).mode & 0o777, 0o600)
    await archive.close()
    const [name] = readdirSync(folder)
    assert.equal(`${name}${PART}`, part)
    assert.equal(statSync(join(folder, name!)).mode & 0o777, 0o600)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
  })

  test('a file that is full is followed by another; a closed one is never continued', async (t) => {
    const { archive, lines } = archiveIn(t, { fileBytesMax: 200 })
    for (let i = 0; i < 5; i++) await archive.add('order', ['x'.repeat(50)])
    assert.deepEqual(
      lines().map(({ length }) => length),
      [2, 2, 1],
    )
    await archive.close()
    await archive.add('order', [1])
    assert.deepEqual(
      lines().map(({ length }) => length),
      [2, 2, 1, 1],
    )
  })

  test('4: a folder that is gone is not made again, and the next one after that is used', async (t) => {
    const { archive, folder, lines } = archiveIn(t)
    renameSync(folder, `${folder}-away`)
    await assert.rejects(archive.add('order', [1]), { code: 'ENOENT' })
    mkdirSync(folder)
    await archive.add('order', [2])
    assert.equal(JSON.parse(lines()[0]![0]!).record, 2)
  })

  test('1: lines in a file that was moved away, removed or replaced do not count', async (t) => {
    const { archive, folder } = archiveIn(t)
    const faults: readonly ((path: string) => void)[] = [
      (path) => renameSync(path, `${folder}-away`),
      (path) => rmSync(path),
      () => rmSync(folder, { recursive: true }),
      (path) => {
        copyFileSync(path, `${folder}-copy`)
        renameSync(`${folder}-copy`, path)
      },
    ]
    for (const fault of faults) {
      mkdirSync(folder, { recursive: true })
      await archive.close()
      await archive.add('order', [1])
      const name = readdirSync(folder).find((name) => name.endsWith(PART))
      fault(join(folder, name!))
      await assert.rejects(archive.add('order', [2]))
    }
  })

  // A limit of the system on the size of a file fails in the middle of a write, as a full disk does.
  test('2: half a line is taken back, an empty file too, and another file is begun', (t) => {
    const { folder } = archiveIn(t)
    const module = (path: string) => pathToFileURL(join(import.meta.dirname, '../../src', path)).href
    const script = `
      import { openArchive } from '${module('storage/archive.ts')}'
      import { systemRuntime as runtime } from '${module('runtime/runtime.ts')}'
      process.on('SIGXFSZ', () => {})
      const archive = openArchive({ folder: process.argv[1], service: 'a_service', runtime })
      await archive.add('order', ['fits'])
      const add = () => archive.add('order', ['x'.repeat(4000)]).then(() => 'none', (error) => error.code)
      const failure = await add()
      for (let i = 0; i < 3; i++) await add()
      await archive.add('order', ['fits again'])
      await archive.close()
      console.log(failure)`
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 2; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script, folder],
      { encoding: 'utf8' },
    )
    assert.equal(stdout.trim(), 'EFBIG', stderr)
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    assert.ok(texts.every((text) => text.endsWith('\n')))
    assert.deepEqual(texts.map((text) => JSON.parse(text).record).sort(), ['fits', 'fits again'])
  })
})
