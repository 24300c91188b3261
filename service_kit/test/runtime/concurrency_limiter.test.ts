import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createConcurrencyLimiter } from '../../src/runtime/concurrency_limiter.ts'
import { currentTraceparent, inContext, inTrace, NO_REQUEST } from '../../src/runtime/request_context.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

const PATIENT = { what: 'tasks', concurrency: 2, queueMax: 3, waitMs: 60_000 }

/** Tasks that end when the test says so. */
function tasks(options: typeof PATIENT & { clientMax?: number } = PATIENT) {
  const runtime = createVirtualRuntime()
  const limiter = createConcurrencyLimiter({ ...options, runtime })
  const started: number[] = []
  const ends: (() => void)[] = []
  const run = (n: number) =>
    limiter.run(async () => {
      started.push(n)
      await new Promise<void>((resolve) => {
        ends[n] = resolve
      })
      if (n === 99) throw new Error('failed')
      return n
    })
  return { runtime, limiter, started, end: (n: number) => ends[n]!(), run }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

suite('the concurrency limiter', () => {
  test('runs some tasks, queues a few in their order, and refuses the rest without starting them', async () => {
    const { started, end, run } = tasks()
    const all = [0, 1, 2, 3, 4].map(run)
    await assert.rejects(run(5), { code: 'overloaded' })
    assert.deepEqual(started, [0, 1])
    end(1)
    await settled()
    assert.deepEqual(started, [0, 1, 2])
    const late = run(6)
    await assert.rejects(run(7), { code: 'overloaded' })
    for (const n of [0, 2]) end(n)
    await settled()
    for (const n of [3, 4]) end(n)
    await settled()
    end(6)
    assert.deepEqual(await Promise.all([...all, late]), [0, 1, 2, 3, 4, 6])
    assert.deepEqual(started, [0, 1, 2, 3, 4, 6])
  })

  test('a slot is free again after a task that failed', async () => {
    const { end, run } = tasks({ ...PATIENT, concurrency: 1, queueMax: 0 })
    const failing = run(99)
    end(99)
    await assert.rejects(failing, { message: 'failed' })
    const next = run(1)
    end(1)
    assert.equal(await next, 1)
  })

  test('a task that waited too long fails, never starts, and leaves its slot in the queue', async () => {
    const { runtime, started, end, run } = tasks({ ...PATIENT, concurrency: 1, queueMax: 1, waitMs: 20 })
    const first = run(0)
    const outcome = assert.rejects(run(1), { code: 'overloaded' })
    await runtime.advance(19)
    assert.deepEqual(runtime.waiting(), [1])
    await runtime.advance(1)
    await outcome
    const next = run(2)
    end(0)
    await first
    await settled()
    assert.deepEqual(started, [0, 2])
    end(2)
    assert.equal(await next, 2)
    assert.deepEqual(runtime.waiting(), [])
  })

  test('3: clients take turns, each has a share of the queue, and in a full one the client with the most loses a task', async () => {
    const { started, end, run } = tasks({ ...PATIENT, concurrency: 1, queueMax: 5, clientMax: 3 })
    const of = (client: string, n: number) => inContext({ ...NO_REQUEST, client }, () => run(n))
    const refusals: string[] = []
    const asked = (client: string, ...numbers: number[]) => {
      for (const n of numbers)
        of(client, n).catch(({ code, message }) => refusals.push(`${n} ${code} ${message}`))
    }
    run(0)
    asked('a', 1, 2, 3, 4)
    asked('b', 11, 12)
    await settled()
    const tooMany = (n: number) => `${n} overloaded Too many tasks from your address wait; try again.`
    assert.deepEqual(refusals.splice(0), [tooMany(4)])
    asked('c', 21)
    asked('b', 13)
    await settled()
    assert.deepEqual(refusals, ['13 overloaded Too many tasks are under way; try again.', tooMany(3)])
    for (const n of [0, 1, 11, 21, 2, 12]) {
      end(n)
      await settled()
    }
    assert.deepEqual(started, [0, 1, 11, 21, 2, 12])
  })

  test('a queued task runs in the trace of its caller', async () => {
    const { limiter, end, run } = tasks({ ...PATIENT, concurrency: 1 })
    const first = inTrace('first', () => run(0))
    const second = inTrace('second', () => limiter.run(async () => currentTraceparent()))
    end(0)
    await first
    assert.equal(await second, 'second')
  })
})
