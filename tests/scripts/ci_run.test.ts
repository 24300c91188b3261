import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ROOT } from '../../scripts/root.ts'

suite('.ci/run', () => {
  test('leaves no temporary files, in memory neither, when the packages cannot be installed', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'ci-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const program = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    // A machine that has every tool, memory enough, and no registry.
    const seen = join(folder, 'seen')
    program('npm', `printf %s "$TMPDIR" > ${seen}; exit 9`)
    program('df', 'echo Avail; echo 9000')
    for (const tool of [
      'curl',
      'haproxy',
      'chromium-headless-shell',
      'prometheus',
      'prometheus-alertmanager',
    ])
      program(tool, 'exit 1')
    const { TMPDIR: _, ...env } = process.env
    const { status } = spawnSync(join(ROOT, '.ci', 'run'), {
      env: { ...env, PATH: `${folder}:${env.PATH}` },
    })
    assert.equal(status, 9)
    const scratch = readFileSync(seen, 'utf8')
    assert.match(scratch, existsSync('/dev/shm') ? /^\/dev\/shm\/shop-/ : /^$/)
    assert.ok(!existsSync(scratch), `${scratch} is still there`)
  })
})
