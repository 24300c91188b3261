import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createAdmission } from '../../src/runtime/admission.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const PATIENT = { what: 'works', atOnce: 2, waiting: 3, waitMs: 60_000 }

/** Works that end when they are told to. */
function works(options = PATIENT) {
  const runtime = createVirtualRuntime()
  const admission = createAdmission({ ...options, runtime })
  const begun: number[] = []
  const ends: (() => void)[] = []
  const run = (n: number) =>
    admission.run(async () => {
      begun.push(n)
      await new Promise<void>((resolve) => {
        ends[n] = resolve
      })
      if (n === 99) throw new Error('failed')
      return n
    })
  return { runtime, begun, end: (n: number) => ends[n]!(), run }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

suite('admission', () => {
  test('lets some in, lets a few wait in their order, and refuses the rest without beginning it', async () => {
    const { begun, end, run } = works()
    const all = [0, 1, 2, 3, 4].map(run)
    await assert.rejects(run(5), { code: 'overloaded' })
    assert.deepEqual(begun, [0, 1])
    end(1)
    await settled()
    assert.deepEqual(begun, [0, 1, 2])
    const late = run(6)
    await assert.rejects(run(7), { code: 'overloaded' })
    for (const n of [0, 2]) end(n)
    await settled()
    for (const n of [3, 4]) end(n)
    await settled()
    end(6)
    assert.deepEqual(await Promise.all([...all, late]), [0, 1, 2, 3, 4, 6])
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 6])
  })

  test('a place is free again after work that failed', async () => {
    const { end, run } = works({ ...PATIENT, atOnce: 1, waiting: 0 })
    const failing = run(99)
    end(99)
    await assert.rejects(failing, { message: 'failed' })
    const next = run(1)
    end(1)
    assert.equal(await next, 1)
  })

  test('nobody waits for longer than allowed, and who gave up is never begun', async () => {
    const { runtime, begun, end, run } = works({ ...PATIENT, atOnce: 1, waitMs: 20 })
    const first = run(0)
    const outcome = assert.rejects(run(1), { code: 'overloaded' })
    await runtime.advance(19)
    assert.deepEqual(runtime.waiting(), [1])
    await runtime.advance(1)
    await outcome
    end(0)
    await first
    await settled()
    assert.deepEqual(begun, [0])
    const next = run(2)
    end(2)
    assert.equal(await next, 2)
  })
})
