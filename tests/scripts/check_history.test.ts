/** `npm run check-history`: exit codes, and progress for a large file. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'
import type { HistoryLine } from '../history/format.ts'
import { generateHistory } from '../history/generate.ts'

const GENERATED = { seed: 7, operations: 400, products: 4, stock: 20, overlap: 10, lost: 5 }
/** More than 64 MB of lines. */
const MANY_BLANKS = 66_000

const check = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts', 'check_history.ts'), ...args],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

function inFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-history-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'history.ndjson')
}
const textOf = (lines: Iterable<HistoryLine>) => [...lines].map((line) => `${JSON.stringify(line)}\n`)

suite('npm run check-history', () => {
  test('exits with 0 for a history without a fault', (t) => {
    const file = inFolder(t)
    writeFileSync(file, textOf(generateHistory(GENERATED)).join(''))
    const { status, stdout, stderr } = check(file)
    assert.equal(stderr, '')
    assert.match(stdout, /^No fault was found: \d{3} operations, \d+ versions, [\d.]+ s\.\n$/)
    assert.equal(status, 0)
  })

  test('exits with 1 for one with a fault, and names it', (t) => {
    const file = inFolder(t)
    const lines = [...generateHistory(GENERATED)].map((line) =>
      line.is === 'product' && line.id === 'product 1' ? { ...line, stock: line.stock + 1 } : line,
    )
    writeFileSync(file, textOf(lines).join(''))
    const plain = check(file)
    assert.match(
      plain.stdout,
      /^- Invariant 2: product product 1 has stock [\s\S]*\n1 × store\nThere are faults/,
    )
    assert.equal(plain.status, 1)
    const json = check('--json', file)
    assert.equal(json.status, 1)
    const { ok, counts, faults } = JSON.parse(json.stdout)
    assert.deepEqual([ok, counts, faults[0].kind], [false, { store: 1 }, 'store'])
  })

  test('exits with 2 for a file that was cut off, and for one without the stores', (t) => {
    const file = inFolder(t)
    const lines = textOf(generateHistory(GENERATED))
    for (const [text, says] of [
      [lines.slice(0, -1).join(''), /It was cut off, or its recorder was killed/],
      [`${lines[0]}{"is":"end","lines":1}\n`, /It ends before the stores were read/],
    ] as const) {
      writeFileSync(file, text)
      const { status, stderr, stdout } = check(file)
      assert.match(stderr, says)
      assert.ok(stderr.startsWith(file))
      assert.equal(stdout, '')
      assert.equal(status, 2)
    }
  })

  test('exits with 2 for a file that does not exist, and for a folder', () => {
    assert.match(check('/nowhere/h.ndjson').stderr, /It does not exist\./)
    const folder = check(tmpdir())
    assert.match(folder.stderr, /It cannot be read: EISDIR/)
    assert.equal(folder.status, 2)
  })

  test('without a file, or with two, is refused', () => {
    for (const args of [[], ['a', 'b']]) {
      const { status, stderr } = check(...args)
      assert.match(stderr, /^Name one history file\./)
      assert.equal(status, 1)
    }
  })

  test('shows its progress through a large file, which it does not read into memory', async (t) => {
    const file = inFolder(t)
    const [first = '', ...rest] = textOf(generateHistory(GENERATED))
    const blank = `${' '.repeat(999)}\n`
    await pipeline(
      Readable.from([first, ...Array.from({ length: MANY_BLANKS }, () => blank), ...rest]),
      createWriteStream(file),
    )
    const { status, stderr } = check(file)
    assert.match(stderr, /of 67 MB, /)
    assert.equal(status, 0)
  })
})
