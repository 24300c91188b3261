import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { finish, newWorld } from './running.ts'

suite('npm test', () => {
  test('with a word: runs the files that have it in their path, and ends with the summary', async (t) => {
    const { code, output } = await finish(t, 'test.ts', await newWorld(t), 'scripts/log_lines')
    assert.match(output, /✔ a log line, made readable/)
    assert.match(output, /^ℹ tests \d+$/m)
    assert.match(output, /^ℹ fail 0$/m)
    assert.ok(!output.includes('npm run seed'), 'nothing else ran')
    assert.equal(code, 0)
  })

  test('hands on what node itself understands', async (t) => {
    const world = await newWorld(t)
    const { output } = await finish(t, 'test.ts', world, '--test-name-pattern=a long value', 'log_lines')
    assert.match(output, /✔ a long value cut/)
    assert.ok(!output.includes('at most six fields'))
  })

  test('--help tells how it is used, and runs nothing', async (t) => {
    const { code, output } = await finish(t, 'test.ts', await newWorld(t), '--help')
    assert.deepEqual([code, output.startsWith('npm test -- [options] [word ...]')], [0, true], output)
  })

  test('a word that no file has is refused', async (t) => {
    const { code, output } = await finish(t, 'test.ts', await newWorld(t), 'no_such_suite')
    assert.equal(output, 'No test file has "no_such_suite" in its path.\n')
    assert.equal(code, 1)
  })
})
