import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import {
  createReaderThread,
  READ_MS,
  READS_OF_CLIENT_MAX,
  READS_WAITING_MAX,
  serveReads,
} from '../../src/runtime/reader_thread.ts'
import { inContext, NO_REQUEST } from '../../src/runtime/request_context.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'
import { createVirtualRuntime, untilTrue } from '../../test_support/virtual_runtime.ts'
import type { Command } from '../fixtures/stubborn_reader.ts'

function reader(t: TestContext, options = {}) {
  const thread = createReaderThread<Command, string>(
    new URL('../fixtures/stubborn_reader.ts', import.meta.url),
    'it says',
    { runtime: systemRuntime, ...options },
  )
  t.after(() => thread.close())
  return thread
}

const run = promisify(execFile)
const GONE = { code: 'store_unavailable' }

suite('a thread for reads', () => {
  test('answers while the event loop of this thread runs', async (t) => {
    const { ask } = reader(t)
    let turns = 0
    const turning = setInterval(() => turns++, 1)
    t.after(() => clearInterval(turning))
    // The command ends only when this thread has run some turns.
    const gate = new Int32Array(new SharedArrayBuffer(4))
    let answered = false
    const answer = ask({ gate, say: 'yes' }).finally(() => {
      answered = true
    })
    await untilTrue(() => turns > 10)
    assert.equal(answered, false)
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    assert.equal(await answer, 'it says yes')
  })

  test('answers a few waiting questions of a client in their order, and refuses the rest', async (t) => {
    const { ask } = reader(t)
    const order: string[] = []
    const asked = Array.from({ length: READS_OF_CLIENT_MAX + 10 }, (_, i) =>
      ask({ say: String(i) }).then((answer) => order.push(answer)),
    )
    const outcomes = await Promise.allSettled(asked)
    const answered = Array.from({ length: READS_OF_CLIENT_MAX + 1 }, (_, i) => `it says ${i}`)
    assert.deepEqual(order, answered)
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.deepEqual(
      refused.map(({ reason }) => reason.code),
      Array.from({ length: 9 }, () => 'overloaded'),
    )
  })

  test('a client that floods it delays another by one question, however many flood it', async (t) => {
    const { ask } = reader(t)
    const order: string[] = []
    const of = (client: string, say: string) =>
      inContext({ ...NO_REQUEST, client }, () => ask({ say }).then((answer) => order.push(answer)))
    const floods = Array.from({ length: READS_WAITING_MAX / READS_OF_CLIENT_MAX }, (_, i) => `flood ${i}`)
    const flooding = Promise.allSettled(
      floods.flatMap((client) =>
        Array.from({ length: READS_OF_CLIENT_MAX + 5 }, (_, i) => of(client, `${client}: ${i}`)),
      ),
    )
    await of('visitor', 'visitor')
    // The question that was under way, one of each flood, and then theirs.
    assert.equal(order.indexOf('it says visitor'), 1 + floods.length)
    const refused = (await flooding).filter(({ status }) => status === 'rejected')
    // The first question of all waits for nothing; the visitor's took the place of one.
    assert.equal(refused.length, floods.length * 5 - 1 + 1)
  })

  test('a read that fails fails alone', async (t) => {
    const { ask } = reader(t)
    const [failed, good] = await Promise.allSettled([ask({ end: 'throw' }), ask({ say: 'yes' })])
    assert.equal((failed as PromiseRejectedResult).reason.code, 'store_unavailable')
    assert.match((failed as PromiseRejectedResult).reason.cause.message, /no such table/)
    assert.deepEqual(good, { status: 'fulfilled', value: 'it says yes' })
  })

  const ends = [
    ['hangs', { end: 'hang' }],
    ['dies', { end: 'die' }],
    ['takes too much memory', { end: 'hoard' }],
  ] as const
  for (const [what, command] of ends) {
    test(`one that ${what} is replaced: its question fails, and waiting ones are answered`, async (t) => {
      const stops = t.mock.method(Worker.prototype, 'terminate')
      // No time passes, except where a thread hangs.
      const runtime = createVirtualRuntime()
      const { ask } = reader(t, { runtime, waitMs: 2 * READ_MS })
      assert.equal(await ask({ say: 'first' }), 'it says first')
      const outcomes = Promise.allSettled([ask(command), ask({ say: 'a' }), ask({ say: 'b' })])
      if (what === 'hangs') await runtime.advance(READ_MS)
      const [lost, waiting, other] = await outcomes
      assert.equal(stops.mock.callCount(), what === 'hangs' ? 1 : 0)
      assert.equal((lost as PromiseRejectedResult).reason.code, 'store_unavailable')
      assert.deepEqual(waiting, { status: 'fulfilled', value: 'it says a' })
      assert.deepEqual(other, { status: 'fulfilled', value: 'it says b' })
    })
  }

  test('a process that has nothing else to do does not wait for its thread', async () => {
    const script = `
      const { systemRuntime } = await import('${new URL('../../src/runtime/runtime.ts', import.meta.url)}')
      const { createReaderThread } = await import('${new URL('../../src/runtime/reader_thread.ts', import.meta.url)}')
      const { ask } = createReaderThread(new URL('${new URL('../fixtures/stubborn_reader.ts', import.meta.url)}'), 'it says', { runtime: systemRuntime })
      console.log(await ask({ say: 'yes' }))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 })
    assert.equal(stdout, 'it says yes\n')
  })

  test('closing stops the thread and fails its questions', async (t) => {
    const exits = t.mock.method(Worker.prototype, 'terminate')
    const thread = reader(t)
    await thread.ask({})
    const asked = [thread.ask({ end: 'hang' }), thread.ask({ say: 'waiting' })]
    const outcomes = Promise.allSettled(asked)
    await thread.close()
    for (const outcome of await outcomes) {
      assert.equal((outcome as PromiseRejectedResult).reason.code, 'store_unavailable')
    }
    await assert.rejects(thread.ask({}), GONE)
    // A thread that hangs would occupy a processor for ever.
    assert.equal(exits.mock.callCount(), 1)
    assert.equal((exits.mock.calls[0]!.this as Worker).threadId, -1, 'it has exited')
  })
})

test('serveReads may be called in a thread only', () => {
  assert.throws(() => serveReads(() => () => 1), /belongs in the file of a thread/)
})
