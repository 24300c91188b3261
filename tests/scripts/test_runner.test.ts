import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'
import { groupsOf, writeGroups } from '../../scripts/test/groups.ts'
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

suite('test files that share a process', () => {
  test('the files of one folder do; each file of tests/ has its own, and begins first', () => {
    const groups = groupsOf([
      'a/test/one.test.ts',
      'a/test/two.test.ts',
      'b/test/http/one.test.ts',
      'tests/x/three.test.ts',
    ])
    assert.deepEqual(groups, [
      { name: 'tests/x/three.test.ts', files: ['tests/x/three.test.ts'] },
      { name: 'a/test', files: ['a/test/one.test.ts', 'a/test/two.test.ts'] },
      { name: 'b/test/http', files: ['b/test/http/one.test.ts'] },
    ])
  })

  const hooked = (name: string) => `
    import { before, test } from 'node:test'
    before(() => { globalThis.hooks = [...(globalThis.hooks ?? []), '${name}'] })
    test('${name}: process ' + process.pid, () => {})
    test('${name}: hooks', () => { if (globalThis.hooks.at(-1) !== '${name}') throw new Error(globalThis.hooks) })`

  function runGroups(t: TestContext, files: Readonly<Record<string, string>>, fileMs = 60_000) {
    const root = mkdtempSync(join(tmpdir(), 'groups-'))
    t.after(() => rmSync(root, { recursive: true }))
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
    const paths = writeGroups(groupsOf(Object.keys(files)), { root, folder: root, fileMs })
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    return spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...paths], {
      encoding: 'utf8',
      env,
    })
  }

  test('a file that hangs fails, and the next one runs', (t) => {
    const hangs = `import { test } from 'node:test'
      test('hangs', () => new Promise((resolve) => setTimeout(resolve, 60_000).unref()))`
    const files = { 'a/test/1.mjs': hangs, 'a/test/2.mjs': hooked('last') }
    const { status, stdout } = runGroups(t, files, 3_000)
    assert.equal(status, 1)
    assert.match(stdout, /✖ a\/test\/1\.mjs[\s\S]*✔ a\/test\/2\.mjs/)
    assert.match(stdout, /test timed out after 3000ms/)
  })

  test('one process runs them all, in order, each with its own hooks; one that cannot be loaded fails alone', (t) => {
    const { status, stdout } = runGroups(t, {
      'a/test/1.mjs': hooked('first'),
      'a/test/2.mjs': 'import "./missing.mjs"',
      'a/test/3.mjs': hooked('last'),
    })
    assert.equal(status, 1)
    const shown = stdout.split('failing tests:')[0]!
    assert.match(shown, /✔ a\/test\/1\.mjs[\s\S]*✖ a\/test\/2\.mjs[\s\S]*✔ a\/test\/3\.mjs/)
    assert.match(stdout, /missing\.mjs/)
    const processes = [...shown.matchAll(/: process (\d+)/g)].map(([, pid]) => pid)
    assert.equal(processes.length, 2)
    assert.equal(new Set(processes).size, 1)
  })

  test('no promise is followed while tests run, and an error that nothing caught still fails the process', (t) => {
    const { status, stdout } = runGroups(t, {
      'a/test/1.mjs': `
        import { executionAsyncId } from 'node:async_hooks'
        import { suite, test } from 'node:test'
        suite('followed', () => test('not at all', async () => {
          await undefined
          if (executionAsyncId() !== 0) throw new Error('It is followed.')
          setTimeout(() => { throw new Error('Nothing caught this.') }, 1)
          await new Promise((resolve) => setTimeout(resolve, 100))
        }))`,
      'a/test/2.mjs': hooked('last'),
    })
    assert.equal(status, 1)
    assert.match(stdout, /✔ not at all/)
    assert.match(stdout, /✔ a\/test\/2\.mjs/)
    assert.match(stdout, /Nothing caught this\./)
  })

  test('a process that a test exits with code 0 fails, because the tests of the other files are missing', (t) => {
    const { status, stdout } = runGroups(t, {
      'a/test/1.mjs': `import { test } from 'node:test'\ntest('exits', () => process.exit(0))`,
      'a/test/2.mjs': hooked('last'),
    })
    assert.equal(status, 1)
    assert.match(stdout, /^ℹ fail 1$/m)
  })
})
