import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { citedIn, PROMISES, promisesReport } from '../../scripts/test/promises.ts'

suite('the ten promises', () => {
  test('are those of the README, word for word', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    for (const [i, promise] of PROMISES.entries()) {
      const [, row = ''] = new RegExp(`^\\| ${i + 1} \\| (.*?) \\|`, 'm').exec(readme) ?? []
      assert.equal(row.replace(/:.*/, '.'), promise)
    }
  })

  const names: readonly (readonly [name: string, cited: readonly number[]])[] = [
    ['of 20 writers one wins (invariant 7)', [7]],
    ['never sells more than there is (invariants 1, 2)', [1, 2]],
    ['keeps invariants 1, 2 and 6', [1, 2, 6]],
    ['kills while all buyers continue (invariants 1 to 8)', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['2: a promise of a module alone', []],
    ['a time between (0, 30)', []],
    ['what there is not (invariant 11)', []],
  ]
  for (const [name, cited] of names) {
    test(`"${name}" counts for ${cited.join(', ') || 'none'}`, () => assert.deepEqual(citedIn(name), cited))
  }

  test('are printed with their tests, and with what was skipped and why', () => {
    const report = promisesReport([
      { path: ['a race (invariants 1, 2)', 'of many'], outcome: 'passed' },
      { path: ['sold (invariant 1)'], outcome: 'failed' },
      { path: ['in a browser (invariant 10)'], outcome: 'skipped', why: 'there is no Chromium' },
      { path: ['something else'], outcome: 'skipped', why: 'there is no Chromium' },
    ])
    assert.match(report, /^ {3}1 {2}Stock is never negative\. +2 tests, 1 passed, 1 FAILED$/m)
    assert.match(report, /^ {3}2 {2}The ledger balances\. +1 test, 1 passed$/m)
    assert.match(report, /^ {3}3 {2}.* no test in this run$/m)
    assert.match(report, /^ {2}10 {2}.* 1 test, 0 passed, 1 skipped$/m)
    assert.match(report, /^Skipped:\n {2}2 tests: there is no Chromium\n$/m)
    assert.match(promisesReport([]), /\nNothing was skipped\.\n$/)
  })
})
