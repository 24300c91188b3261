/** A history file is read as a whole, or refused. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { byChance, type Chance } from '../system/until.ts'
import { type Checked, createHistoryChecker } from './check_history.ts'
import { FORMAT } from './format.ts'
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

const header = `{"is":"history","format":${FORMAT}}\n`
const read = '{"is":"read_product","client":"a","user":"a","role":"customer","called":2,"product":"p"'
const UNREADABLE: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ['is empty', '', /It is empty\./],
  ['is no history', 'hello\n', /Line 1 is not JSON\./],
  ['begins with another line', '{"is":"stores"}\n', /Line 1 must have "is": "history"\./],
  ['has another format', '{"is":"history","format":1}\n', /Line 1 \(history\) has no usable "format"\./],
  ['begins twice', header + header, /Line 2 begins a second history\./],
  [
    'has a kind of line that does not exist',
    `${header}{"is":"x"}\n`,
    /Line 2 has "is": "x", which is no kind of line\./,
  ],
  ['has a line that is no object', `${header}7\n`, /Line 2 is no JSON object\./],
  [
    'lacks a field',
    `${header}{"is":"read_product","client":"a","user":"a","role":"customer","called":2}\n`,
    /Line 2 \(read_product\) has no usable "product"\./,
  ],
  ['was cut off in a line', `${header}${read}`, /^It was cut off, or its recorder was killed:/],
  ['was cut off between two lines', `${header}${read}}\n`, /^It was cut off, or its recorder was killed:/],
  ['lacks a line', `${header}{"is":"end","lines":2}\n`, /^It has 1 lines, not 2 as it should\./],
  ['goes on after its end', `${header}{"is":"end","lines":1}\n${read}}\n`, /^Line 3 comes after the end\./],
  [
    'has an answer without its time',
    `${header}${read},"answer":{"refused":"x"}}\n`,
    /Line 2 \(read_product\) has an answer but no "returned"\./,
  ],
  [
    'returned before the call',
    `${header}${read},"returned":1}\n`,
    /Line 2 \(read_product\) returned before it was called\./,
  ],
  [
    'has an answer of another kind',
    `${header}${read},"returned":3,"answer":{"order":"o"}}\n`,
    /Line 2 \(read_product\) has no usable "answer"\./,
  ],
  [
    'has many of them: the first five',
    header + '\n'.repeat(3) + 'x\n'.repeat(7),
    /^(?![\s\S]*Line 10)[\s\S]*Line 5 [\s\S]*Line 9 is not JSON\.$/,
  ],
  [
    'has a role that there is not',
    `${header}${read.replace('customer', 'king')}}\n`,
    /Line 2 \(read_product\) has no usable "role"\./,
  ],
]

suite('a history file', () => {
  for (const [what, text, says] of UNREADABLE) {
    test(`that ${what} is refused`, async (t) => {
      const file = inFolder(t)
      writeFileSync(file, text)
      assert.match(String(await checked(file)), says)
    })
  }

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

  test('2: whose names have other separators of lines in them is read as written', async (t) => {
    const file = inFolder(t)
    const product = 'a\u2028b\u2029c\u0085d\re'
    const line = { is: 'read_product', client: 'a', user: 'a', role: 'customer', called: 2, product }
    // JSON.stringify escapes the carriage return alone; one at the end of a line is white space.
    const lines = [JSON.stringify(line), JSON.stringify({ is: 'end', lines: 2 })]
    writeFileSync(file, `${header}${lines.join('\r\n')}`)
    const read: unknown[] = []
    await readHistory(file, (one) => read.push(one))
    assert.deepEqual(read.slice(1), [line])
  })
})
