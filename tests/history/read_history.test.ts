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

/** All around the ends of lines and within the last two lines, and some within others; the longest first. */
function cutsOf(lines: readonly string[], chance: Chance): number[] {
  const cuts = new Set<number>([0])
  let start = 0
  lines.forEach((line, i) => {
    const end = start + line.length
    const within = [start + 1, end - 2, end - 1, end]
    if (i < lines.length - 2) within.push(...Array.from({ length: 3 }, () => chance.between(start, end)))
    else within.push(...Array.from(line, (_, at) => start + at))
    for (const cut of within) cuts.add(cut)
    start = end
  })
  return [...cuts].sort((a, b) => b - a)
}

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
      const [header] = lines
      for (const left of cutsOf(lines, chance)) {
        truncateSync(file, left)
        const found = await checked(file)
        // Only the last line break is missing.
        if (left >= bytes - 1) assert.deepEqual((found as Checked).faults, [], `cut to ${left} bytes`)
        else if (left >= header!.length)
          assert.match(String(found), /^It was cut off.*$/, `cut to ${left} bytes`)
        else assert.match(String(found), /^(It was cut off|Line 1 is not JSON|It is empty).*$/)
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
