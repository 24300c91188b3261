import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'

const MEMORY = '/dev/shm'

/**
 * It, on a machine that has every tool and memory enough. Each npm script prints its options and passes, but for the one that
 * is called with `failing`; by default the first fails, as without a registry.
 */
function run(t: TestContext, failing = 'run check -- --help') {
  const folder = mkdtempSync(join(tmpdir(), 'ci-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const program = (name: string, text: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const seen = join(folder, 'seen')
  program('npm', `printf %s "$TMPDIR" > ${seen}; echo "npm $*"; [ "$*" != '${failing}' ] || exit 9`)
  program('df', 'echo Avail; echo 9000')
  for (const tool of ['curl', 'haproxy', 'chromium-headless-shell', 'prometheus', 'prometheus-alertmanager'])
    program(tool, 'exit 1')
  const { TMPDIR: _, ...env } = process.env
  const { status, stdout } = spawnSync(join(ROOT, '.ci', 'run'), {
    encoding: 'utf8',
    env: { ...env, PATH: `${folder}:${env.PATH}` },
  })
  return { status, stdout, scratch: readFileSync(seen, 'utf8') }
}

suite('.ci/run', () => {
  test('removes what a run that was killed left in memory, and nothing of one that runs', {
    skip: !existsSync(MEMORY),
  }, (t) => {
    const [left, used] = [randomUUID(), randomUUID()].map((id) => join(MEMORY, `shop-ci-${id}`)) as [
      string,
      string,
    ]
    for (const each of [left, used]) mkdirSync(each)
    t.after(() => rmSync(used, { recursive: true }))
    const hoursAgo = (hours: number) => Date.now() / 1_000 - hours * 3_600
    utimesSync(left, hoursAgo(5), hoursAgo(5))
    utimesSync(used, hoursAgo(3), hoursAgo(3))
    run(t)
    assert.deepEqual(
      [left, used].map((each) => existsSync(each)),
      [false, true],
    )
  })

  test('runs each part, shows what it printed, and fails if one of them fails', (t) => {
    const parts = [
      'test',
      'run test:replicas',
      'run check -- --no-tests --no-replicas --no-simulation',
      'run simulate',
    ]
    const passed = run(t, 'nothing')
    assert.equal(passed.status, 0)
    for (const part of parts) {
      assert.match(passed.stdout, new RegExp(`^npm ${part}$`, 'm'))
      assert.equal(run(t, part).status, 1, part)
    }
  })

  test('leaves no temporary files, in memory neither, when the packages cannot be installed', (t) => {
    const { status, scratch } = run(t)
    assert.equal(status, 9)
    assert.match(scratch, existsSync(MEMORY) ? /^\/dev\/shm\/shop-ci-/ : /^$/)
    assert.ok(!existsSync(scratch), `${scratch} is still there`)
  })
})
