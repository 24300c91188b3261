import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createReaderThread, READS_WAITING_MAX, serveReads } from '../../src/runtime/reader_thread.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'
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
  test('answers while this thread continues', async (t) => {
    const { ask } = reader(t)
    let turns = 0
    const turning = setInterval(() => turns++, 1)
    t.after(() => clearInterval(turning))
    assert.equal(await ask({ busyMs: 300, say: 'yes' }), 'it says yes')
    assert.ok(turns > 10, `${turns} turns`)
  })

  test('lets a few wait, in their order, and refuses the rest', async (t) => {
    const { ask } = reader(t)
    const order: string[] = []
    const asked = Array.from({ length: READS_WAITING_MAX + 10 }, (_, i) =>
      ask({ busyMs: 5, say: String(i) }).then((answer) => order.push(answer)),
    )
    const outcomes = await Promise.allSettled(asked)
    const answered = Array.from({ length: READS_WAITING_MAX + 1 }, (_, i) => `it says ${i}`)
    assert.deepEqual(order, answered)
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.deepEqual(
      refused.map(({ reason }) => reason.code),
      Array.from({ length: 9 }, () => 'overloaded'),
    )
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
  for (const [what, deed] of ends) {
    test(`one that ${what} is replaced: its question fails, those that wait are answered`, async (t) => {
      const { ask } = reader(t, { waitMs: 60_000, readMs: what === 'hangs' ? 2_000 : 60_000 })
      assert.equal(await ask({ say: 'first' }), 'it says first')
      const [lost, waiting, other] = await Promise.allSettled([
        ask(deed),
        ask({ say: 'a' }),
        ask({ say: 'b' }),
      ])
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

  test('closing ends the thread and fails what is asked of it', async (t) => {
    const thread = reader(t)
    await thread.ask({})
    const asked = [thread.ask({ end: 'hang' }), thread.ask({ say: 'waiting' })]
    const outcomes = Promise.allSettled(asked)
    await thread.close()
    for (const outcome of await outcomes) {
      assert.equal((outcome as PromiseRejectedResult).reason.code, 'store_unavailable')
    }
    await assert.rejects(thread.ask({}), GONE)
    // A thread that hangs would go on taking a core.
    const before = process.cpuUsage()
    await sleep(500)
    assert.ok(process.cpuUsage(before).user < 100_000)
  })
})

test('who answers reads has a thread of its own', () => {
  assert.throws(() => serveReads(() => () => 1), /belongs in the file of a thread/)
})
