/** Several processes may start a build at the same time, as the browser tests do in a fresh clone. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { alone } from '../build.ts'

const BUILD = join(import.meta.dirname, '..', 'build.ts')
const WORK_MS = 50

suite('building one at a time', () => {
  test('work under one lock never overlaps, and a failure releases the lock', async (t) => {
    const lock = lockFile(t)
    let busy = 0
    const work = async () => {
      assert.equal(++busy, 1)
      await sleep(WORK_MS)
      busy--
    }
    const failing = alone(lock, () => Promise.reject(new Error('does not build')))
    await assert.rejects(failing, /does not build/)
    await Promise.all([alone(lock, work), alone(lock, work), alone(lock, work)])
  })

  test('a process that dies releases the lock; a live one is waited for, up to the deadline', async (t) => {
    const lock = lockFile(t)
    const script = `const { alone } = await import(${JSON.stringify(BUILD)})
      await alone(${JSON.stringify(lock)}, async () => {
        console.log('held')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(other, 'exit')
    t.after(() => other.kill('SIGKILL'))
    await once(other.stdout, 'data')
    await assert.rejects(
      alone(lock, async () => {}, WORK_MS),
      /Another build has held .* for 50 ms/,
    )
    const waiting = alone(lock, async () => 'built')
    other.kill('SIGKILL')
    await ended
    assert.equal(await waiting, 'built')
  })
})

function lockFile(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'shop_build_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'lock')
}
