/** A history file is read as a whole, or refused. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { byChance, type Chance } from '../system/until.ts'
import { type Checked, createHistoryChecker } from './check_history.ts'
import { generateHistory } from './generate.ts'
import { readHistory, UnreadableHistory } from './read_history.ts'

/** About 6 kB. */
const GENERATED = { operations: 14, products: 2, stock: 5, overlap: 3, lost: 10 }

function inFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop-history-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'history.ndjson')
}

const generated = (chance: Chance) =>
  [...generateHistory({ ...GENERATED, seed: chance.between(0, 2 ** 31) })].map(
    (line) => `${JSON.stringify(line)}\n`,
  )

/** What the checker finds, or why the file is refused. */
async function checked(file: string): Promise<Checked | string> {
  const checker = createHistoryChecker()
  try {
    await readHistory(file, checker.add)
  } catch (error) {
    assert.ok(error instanceof UnreadableHistory)
    return error.message
  }
  return checker.finish()
}

suite('a history file', () => {
  test('1: that was cut off at any byte is refused in one line', (t) =>
    byChance(async (chance) => {
      const file = inFolder(t)
      const lines = generated(chance)
      writeFileSync(file, lines.join(''))
      const bytes = Buffer.byteLength(lines.join(''))
      for (let left = bytes; left > lines[0]!.length; left--) {
        truncateSync(file, left)
        const found = await checked(file)
        // Only the last line break is missing.
        if (left >= bytes - 1) assert.deepEqual((found as Checked).faults, [])
        else assert.match(String(found), /^It was cut off.*$/, `cut to ${left} bytes`)
      }
      for (let left = lines[0]!.length; left >= 0; left--) {
        truncateSync(file, left)
        assert.match(String(await checked(file)), /^(It was cut off|Line 1 is not JSON|It is empty).*$/)
      }
    }))

  test('1: of which any line is missing is refused', (t) =>
    byChance(async (chance) => {
      const file = inFolder(t)
      const lines = generated(chance)
      for (let gone = 0; gone < lines.length; gone++) {
        writeFileSync(file, lines.toSpliced(gone, 1).join(''))
        const why =
          gone === 0
            ? /^Line 1 must/
            : gone === lines.length - 1
              ? /^It was cut off/
              : /^It has \d+ lines, not/
        assert.match(String(await checked(file)), why)
      }
    }))
})
