/** MEMORY_ENV limits what a service takes for garbage, and the image sets the same. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MEMORY_ENV } from '../../scripts/plan.ts'

/** Replaces live objects again and again, each after it has become old; prints the peak of their memory, in lives. */
const REPLACE = `
  const { getHeapSpaceStatistics } = require('node:v8')
  const old = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space').space_used_size
  const make = () => Array.from({ length: 60 }, (_, i) => i + 0.5)
  const live = Array.from({ length: 40_000 }, make)
  global.gc()
  const alive = old()
  let peak = 0
  for (let i = 0; i < 200_000; i++) {
    live[i % live.length] = make()
    if (i % 1_000 === 0) peak = Math.max(peak, old())
  }
  console.log(peak / alive)`

test('garbage among old objects takes at most twice their memory', () => {
  const child = spawnSync(process.execPath, ['--expose-gc', '--eval', REPLACE], {
    env: { ...process.env, ...MEMORY_ENV },
    encoding: 'utf8',
  })
  assert.ok(Number(child.stdout) < 3, `peak: ${child.stdout}${child.stderr} times what is alive`)
})

test('the images set the same limits', () => {
  // tests/deploy/stack.test.ts compares the others with it.
  const dockerfile = readFileSync(join(import.meta.dirname, '../../auth_service/Dockerfile'), 'utf8')
  for (const [name, value] of Object.entries(MEMORY_ENV)) {
    assert.ok(dockerfile.includes(` ${name}="${value}"`), name)
  }
})
