/** The real clock, timers and ids of a process. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import { inTime, systemRuntime } from '../../src/runtime/runtime.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const { sleep, after, every, deadline, defer, monotonic, newId, random, randomBytes } = systemRuntime

suite('the runtime of a process', () => {
  test('a cancelled timer never fires, another does', async () => {
    const fired: string[] = []
    const cancel = after(1, () => fired.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => after(20, resolve))
    assert.deepEqual(fired, [])
  })

  test('sleeping ends with the reason of its signal', async () => {
    const stop = new AbortController()
    const sleeping = sleep(60_000, stop.signal)
    const reason = new Error('enough')
    stop.abort(reason)
    await assert.rejects(sleeping, reason)
    await assert.rejects(sleep(60_000, stop.signal), reason)
  })

  test('a repeating timer fires until it is cancelled', async () => {
    let fired = 0
    await new Promise<void>((resolve) => {
      const cancel = every(1, () => {
        if (++fired < 3) return
        cancel()
        resolve()
      })
    })
    await sleep(20)
    assert.equal(fired, 3)
  })

  test('a deadline aborts with a TimeoutError', async () => {
    const signal = deadline(1)
    const waiting = sleep(60_000, signal)
    await assert.rejects(waiting, { name: 'TimeoutError' })
  })

  test('timers in the background do not keep a process alive', async () => {
    const runtime = join(import.meta.dirname, '../../src/runtime/runtime.ts')
    const script = `
      const { systemRuntime } = await import(${JSON.stringify(runtime)})
      const background = { background: true }
      systemRuntime.after(60_000, () => {}, background)
      systemRuntime.every(60_000, () => {}, background)
      systemRuntime.sleep(60_000, undefined, background)
      systemRuntime.deadline(60_000)`
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 30_000 })
  })

  test('work is waited for until a moment, and no timer is left', async () => {
    const runtime = createVirtualRuntime()
    const never = new Promise<void>(() => {})
    const tooLate = () => {
      throw new Error('too late')
    }
    const given = inTime(runtime, 100, never, () => 'late')
    const refused = assert.rejects(inTime(runtime, 100, never, tooLate), /too late/)
    await runtime.advance(100)
    assert.equal(await given, 'late')
    await refused
    assert.equal(await inTime(runtime, 100, Promise.resolve('done'), tooLate), 'done')
    await assert.rejects(inTime(runtime, 100, Promise.reject(new Error('broken')), tooLate), /broken/)
    assert.deepEqual(runtime.waiting(), [])
  })

  test('what is deferred runs after promises that are already settled', async () => {
    const order: string[] = []
    const deferred = new Promise<void>((resolve) => {
      defer(() => {
        order.push('deferred')
        resolve()
      })
    })
    await Promise.resolve()
    order.push('promise')
    await deferred
    assert.deepEqual(order, ['promise', 'deferred'])
  })

  test('the monotonic clock does not go back, ids sort by age, chance stays within its bounds', () => {
    const before = monotonic()
    assert.ok(monotonic() >= before)
    const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16)
    const [earliest, id, latest] = [Date.now(), newId(), Date.now()]
    assert.ok(earliest <= timeOf(id) && timeOf(id) <= latest)
    assert.equal(new Set(Array.from({ length: 100 }, () => randomBytes(16).toString('hex'))).size, 100)
    assert.ok(Array.from({ length: 100 }, random).every((one) => one >= 0 && one < 1))
  })
})
