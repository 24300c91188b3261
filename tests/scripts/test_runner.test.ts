import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { suite, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'
import { finish, newWorld } from './running.ts'

suite('npm test', () => {
  test('with a word: runs the files that have it in their path, and ends with the summary', async (t) => {
    const { code, output } = await finish(t, 'test.ts', await newWorld(t), 'scripts/log_lines')
    assert.match(output, /✔ a log line in readable form/)
    assert.match(output, /^ℹ tests \d+$/m)
    assert.match(output, /^ℹ fail 0$/m)
    assert.ok(!output.includes('npm run seed'), 'nothing else ran')
    assert.equal(code, 0)
  })

  test('ends with the ten promises', async (t) => {
    const { output } = await finish(t, 'test.ts', await newWorld(t), 'kit/test/money')
    const [, report = ''] = /^ℹ duration_ms .*\n\n(The ten promises[\s\S]*)$/m.exec(output) ?? []
    assert.match(report, /^ {3}1 {2}Stock is never negative\. +no test in this run$/m)
    const [, tests, passed] = /^ {3}9 {2}Money is exact\. +(\d+) tests, (\d+) passed$/m.exec(report) ?? []
    assert.ok(Number(tests) > 10, report)
    assert.equal(tests, passed)
    assert.match(report, /Nothing was skipped\.\n$/)
  })

  test('accepts a path from the current folder, with ./, or from the root', async (t) => {
    const world = await newWorld(t)
    const path = 'service_kit/test/http/paging.test.ts'
    for (const written of [path, `./${path}`, resolve(ROOT, path)]) {
      const { output } = await finish(t, 'test.ts', world, written)
      assert.match(output, /^ℹ fail 0$/m)
    }
  })

  test('is shown in the documents with paths that exist', () => {
    const shown = ['CONTRIBUTING.md', 'README.md'].flatMap((file) => [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(/npm test -- ([\w./]+)/g),
    ])
    assert.ok(shown.length > 0)
    for (const [, path = ''] of shown) assert.ok(existsSync(join(ROOT, path)), path)
  })

  test('passes on the options of node', async (t) => {
    const world = await newWorld(t)
    const { output } = await finish(t, 'test.ts', world, '--test-name-pattern=a long value', 'log_lines')
    assert.match(output, /✔ a long value cut/)
    assert.ok(!output.includes('at most six fields'))
  })

  test('--help prints the usage, and runs nothing', async (t) => {
    const { code, output } = await finish(t, 'test.ts', await newWorld(t), '--help')
    assert.deepEqual([code, output.startsWith('npm test -- [options] [word ...]')], [0, true], output)
  })

  test('a word that no path contains is refused', async (t) => {
    const { code, output } = await finish(t, 'test.ts', await newWorld(t), 'no_such_suite')
    assert.equal(output, 'No test file has "no_such_suite" in its path.\n')
    assert.equal(code, 1)
  })
})
