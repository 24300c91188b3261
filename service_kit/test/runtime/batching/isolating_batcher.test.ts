import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CALLS_AT_ONCE_MAX,
  type Call,
  createIsolatingBatcher,
  type IsolatingBatcherOptions,
} from '../../../src/runtime/batching/isolating_batcher.ts'
import { CallFailed, type Outcome } from '../../../src/runtime/batching/outcome.ts'
import { createQuarantine, QUARANTINE_PAUSE } from '../../../src/runtime/batching/quarantine.ts'

import { systemRuntime } from '../../../src/runtime/runtime.ts'
import { currentTraceparent, inTrace } from '../../../src/runtime/trace_context.ts'

type Send = (items: readonly number[], call: Call) => Promise<readonly number[]>

const batcher = ({
  send = async (items) => items.map((n) => n * 10),
  ...changes
}: Partial<Omit<IsolatingBatcherOptions<number, number>, 'send'>> & { send?: Send } = {}) => {
  const calls: number[][] = []
  const batch = createIsolatingBatcher<number, number>({
    itemsMax: 8,
    weightMax: 1_000,
    waitingMax: 1_000,
    deadlineMs: 2_000,
    weight: () => 1,
    key: String,
    unanswered: (why) => new Error(why),
    runtime: { ...systemRuntime, random: () => 1 },
    ...changes,
    send: async (items, call): Promise<Outcome<number>[]> => {
      calls.push([...items])
      return (await send(items, call)).map((value) => ({ ok: true, value }))
    },
  })
  return { batch, calls }
}
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)
const fault = (answered: boolean) => new CallFailed(new Error('bad'), { answered })
/** A call with one of these fails, as by a fault of the other side with it. */
const poisoned =
  (...bad: number[]): Send =>
  async (items) => {
    await sleep(2)
    if (items.some((n) => bad.includes(n))) throw fault(true)
    return items
  }
const statuses = (outcomes: PromiseSettledResult<unknown>[]) => outcomes.map(({ status }) => status)

suite('sharing calls', () => {
  test('what comes in one turn travels together, and each gets its own answer', async () => {
    const { batch, calls } = batcher()
    assert.deepEqual(await Promise.all(numbers(5).map((n) => batch(n))), [0, 10, 20, 30, 40])
    assert.deepEqual(calls, [[0, 1, 2, 3, 4]])
  })

  test('what comes while the call is under way is collected for the next', async () => {
    const gate = Promise.withResolvers<void>()
    const { batch, calls } = batcher({
      send: async (items) => {
        await gate.promise
        return [...items]
      },
    })
    const first = batch(0)
    while (calls.length === 0) await sleep(1)
    const rest = [batch(1), batch(2), batch(3)]
    await sleep(5)
    gate.resolve()
    assert.deepEqual(await Promise.all([first, ...rest]), [0, 1, 2, 3])
    assert.deepEqual(calls, [[0], [1, 2, 3]])
  })

  test('a call is part of the trace of its first item that has one, whoever made it leave', async () => {
    const traces: (string | undefined)[] = []
    const { batch, calls } = batcher({
      send: async (items) => {
        traces.push(currentTraceparent())
        await sleep(2)
        return items
      },
    })
    const first = inTrace('a', () => batch(0))
    while (calls.length === 0) await sleep(1)
    const rest = [batch(1), inTrace('b', () => batch(2)), inTrace('c', () => batch(3))]
    await Promise.all([first, ...rest])
    await batch(4)
    assert.deepEqual(calls, [[0], [1, 2, 3], [4]])
    assert.deepEqual(traces, ['a', 'b', undefined])
  })

  test('a call has at most so many items', async () => {
    const { batch, calls } = batcher({ itemsMax: 4 })
    await Promise.all(numbers(20).map((n) => batch(n)))
    assert.deepEqual(calls.flat(), numbers(20))
    assert.ok(calls.every((items) => items.length <= 4))
  })

  test('heavy items are spread; one heavier than a call travels alone', async () => {
    const { batch, calls } = batcher({ weightMax: 10, weight: (n) => n })
    await Promise.all([4, 6, 1, 30, 2].map((n) => batch(n)))
    assert.deepEqual(calls, [[4, 6], [1], [30], [2]])
  })

  test('no more than so many wait: one more is refused at once', async () => {
    const { batch, calls } = batcher({ waitingMax: 3, send: () => new Promise(() => {}), deadlineMs: 200 })
    const first = batch(0)
    while (calls.length === 0) await sleep(1)
    const waiting = [1, 2, 3].map((n) => batch(n))
    const late = Promise.allSettled([first, ...waiting])
    await assert.rejects(batch(4), /3 requests are already waiting/)
    await late
    const again = batch(5)
    await assert.rejects(again, /no answer within 200 ms/, 'those whose time is over wait no more')
  })

  test('each item has its own deadline; one that passed it is not sent any more', async () => {
    const gate = Promise.withResolvers<void>()
    const { batch, calls } = batcher({
      deadlineMs: 40,
      send: async (items) => {
        // As slow as calls usually are, so that none is taken for hanging.
        await (items.includes(9) ? sleep(20) : gate.promise)
        return [...items]
      },
    })
    await batch(9)
    const first = assert.rejects(batch(0), /no answer within 40 ms/)
    while (calls.length === 1) await sleep(1)
    await assert.rejects(batch(1), /no answer within 40 ms/)
    await first
    gate.resolve()
    assert.equal(await batch(2), 2)
    assert.deepEqual(calls, [[9], [0], [2]])
  })
})

suite('a call that fails', () => {
  test('for no fault of its items fails them all, is not repeated, and leaves no doubt', async () => {
    let down = true
    const { batch, calls } = batcher({
      send: async (items) => {
        if (down) throw new Error('the other side is down')
        return items
      },
    })
    const outcomes = await Promise.allSettled(numbers(4).map((n) => batch(n)))
    assert.ok(statuses(outcomes).every((status) => status === 'rejected'))
    down = false
    await Promise.all(numbers(4).map((n) => batch(n)))
    assert.deepEqual(calls, [numbers(4), numbers(4)])
  })

  test('of one bad item is divided until that stands alone: all others are answered', async () => {
    const { batch, calls } = batcher({ itemsMax: 128, send: poisoned(77) })
    const outcomes = await Promise.allSettled(numbers(128).map((n) => batch(n)))
    assert.deepEqual(
      outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : [])),
      [77],
    )
    assert.ok(calls.length <= 1 + 4 * 4, `${calls.length} calls`)
  })

  test('answers those who are known at once, not when all are', async () => {
    const gate = Promise.withResolvers<void>()
    const { batch } = batcher({
      send: async (items) => {
        if (items.length > 2) throw fault(true)
        if (items.includes(7)) await gate.promise
        return items
      },
    })
    const known = numbers(6).map((n) => batch(n))
    const open = [6, 7].map((n) => batch(n))
    assert.deepEqual(await Promise.all(known), numbers(6))
    gate.resolve()
    assert.deepEqual(await Promise.all(open), [6, 7])
  })

  test('does not keep others waiting while it is divided', async () => {
    const gate = Promise.withResolvers<void>()
    const { batch } = batcher({
      send: async (items) => {
        if (!items.includes(7)) return items
        if (items.length < 8) await gate.promise
        throw fault(true)
      },
    })
    const poison = Promise.allSettled(numbers(8).map((n) => batch(n)))
    await sleep(5)
    assert.equal(await batch(100), 100)
    gate.resolve()
    assert.equal(statuses(await poison).filter((status) => status === 'rejected').length, 1)
  })

  test('several bad items, also side by side, fail alone', async () => {
    const bad = [0, 1, 2, 3, 60, 126, 127]
    const { batch } = batcher({ itemsMax: 128, send: poisoned(...bad) })
    const outcomes = await Promise.allSettled(numbers(128).map((n) => batch(n)))
    assert.deepEqual(
      outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : [])),
      bad,
    )
  })

  test('is not divided for those whose time is over', async () => {
    const { batch, calls } = batcher({
      deadlineMs: 300,
      send: async (items) => {
        await sleep(500)
        if (items.includes(9)) return items
        throw fault(true)
      },
    })
    // All calls are as slow as that, so none is taken for hanging.
    await assert.rejects(batch(9))
    await sleep(500)
    const outcomes = await Promise.allSettled(numbers(8).map((n) => batch(n)))
    assert.ok(statuses(outcomes).every((status) => status === 'rejected'))
    await sleep(400)
    assert.deepEqual(calls, [[9], numbers(8)])
  })

  test('an item that is not answered fails alone, and its neighbours have their answers', async () => {
    const batch = createIsolatingBatcher<number, number>({
      itemsMax: 8,
      weightMax: 8,
      waitingMax: 8,
      deadlineMs: 1_000,
      weight: () => 1,
      key: String,
      unanswered: (why) => new Error(why),
      runtime: { ...systemRuntime, random: () => 1 },
      send: async (items) =>
        items.map((n) =>
          n === 1 ? { ok: false, error: new Error('not that one') } : { ok: true, value: n },
        ),
    })
    const outcomes = await Promise.allSettled(numbers(3).map((n) => batch(n)))
    assert.deepEqual(statuses(outcomes), ['fulfilled', 'rejected', 'fulfilled'])
    await assert.rejects(batch(1), /failed a moment ago/)
  })
})

suite('what failed before', () => {
  test('is not sent again before a pause, and then alone, beside the others', async () => {
    const { batch, calls } = batcher({ send: poisoned(3) })
    await Promise.allSettled(numbers(8).map((n) => batch(n)))
    calls.length = 0
    await assert.rejects(batch(3), /failed a moment ago/)
    assert.equal(calls.length, 0)
    await sleep(QUARANTINE_PAUSE.firstMs + 5)
    const outcomes = await Promise.allSettled(numbers(8).map((n) => batch(n)))
    assert.deepEqual(
      outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : [])),
      [3],
    )
    assert.deepEqual(
      calls.toSorted((a, b) => b.length - a.length),
      [[0, 1, 2, 4, 5, 6, 7], [3]],
    )
  })

  test('is called by that name, so that its failures say nothing about the other side', async () => {
    const seen: [readonly number[], boolean][] = []
    const { batch } = batcher({
      send: async (items, { failedBefore }) => {
        seen.push([items, failedBefore])
        throw fault(true)
      },
    })
    await assert.rejects(batch(1), /bad/)
    await sleep(QUARANTINE_PAUSE.firstMs + 5)
    await assert.rejects(batch(1), /bad/)
    assert.deepEqual(seen, [
      [[1], false],
      [[1], true],
    ])
  })

  test('travels with the others again once it was answered', async () => {
    let down = true
    const { batch, calls } = batcher({
      send: async (items) => {
        if (down) throw fault(true)
        return items
      },
    })
    await assert.rejects(batch(1))
    down = false
    await sleep(QUARANTINE_PAUSE.firstMs + 5)
    await batch(1)
    calls.length = 0
    await Promise.all([batch(1), batch(2)])
    assert.deepEqual(calls, [[1, 2]])
  })

  test('a call that ends without any answer is divided like any other', async () => {
    const { batch, calls } = batcher({
      itemsMax: 128,
      send: async (items) => {
        if (items.includes(77)) throw fault(false)
        return items
      },
    })
    const outcomes = await Promise.allSettled(numbers(128).map((n) => batch(n)))
    assert.deepEqual(
      outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : [])),
      [77],
    )
    assert.equal(calls.length, 1 + 16 + 8)
    await assert.rejects(batch(77), /bad/, 'silence may have been the other side: no pause after the first')
    await assert.rejects(batch(77), /failed a moment ago/)
  })

  test('and those in doubt hang in nobody’s way', async () => {
    let first = true
    const { batch } = batcher({
      deadlineMs: 200,
      send: async (items) => {
        if (first) {
          first = false
          throw fault(false)
        }
        if (items.some((n) => n < 8)) await sleep(10_000, undefined, { ref: false })
        return items
      },
    })
    await Promise.allSettled(numbers(8).map((n) => batch(n)))
    const hanging = Promise.allSettled(numbers(8).map((n) => batch(n)))
    await sleep(5)
    assert.equal(await batch(100), 100)
    assert.ok(statuses(await hanging).every((status) => status === 'rejected'))
  })

  test('and what did not fail alone twice does not wait behind what did', async () => {
    const mayEnd = Promise.withResolvers<void>()
    let lost = true
    const { batch, calls } = batcher({
      deadlineMs: 60_000,
      runtime: { ...systemRuntime, random: () => 0 },
      send: async (items) => {
        if (lost && items.some((n) => n < 4)) throw fault(false)
        if (items.some((n) => n < 3)) await mayEnd.promise
        return items
      },
    })
    for (const n of [0, 1, 2, 0, 1, 2, 3]) await assert.rejects(batch(n))
    lost = false
    calls.length = 0
    const hanging = [0, 1, 2].map((n) => batch(n))
    while (calls.length < 2) await sleep(1)
    assert.equal(await batch(3), 3)
    assert.deepEqual(calls, [[0], [1], [3]])
    mayEnd.resolve()
    assert.deepEqual(await Promise.all(hanging), [0, 1, 2])
  })

  test('is remembered of so many and no more', () => {
    const quarantine = createQuarantine({ monotonic: () => 0, random: () => 1 }, 3)
    for (const key of ['a', 'b', 'c', 'd']) quarantine.failedAlone(key, true)
    quarantine.failedTogether('b', 4)
    quarantine.failedTogether('e', 0)
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key) => quarantine.of(key)?.groupMax),
      [undefined, 4, undefined, 1, 1],
    )
    assert.deepEqual(quarantine.of('b'), { groupMax: 4, failures: 1, notBefore: QUARANTINE_PAUSE.firstMs })
  })
})

// Deadlines pass in time that is not real, so none is waited for, and a busy machine passes none too early.
suite('items that are never answered', () => {
  const DEADLINE_MS = 8_000
  const TICK_MS = 2
  /** A call with one of these hangs until it is ended. */
  const world = (t: TestContext, isBad: (n: number) => boolean) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
    const seen = { atOnce: 0, most: 0, hung: 0 }
    const made = batcher({
      itemsMax: 128,
      deadlineMs: DEADLINE_MS,
      runtime: { ...systemRuntime, random: () => 1, monotonic: Date.now },
      send: async (items, { signal }) => {
        seen.atOnce++
        seen.most = Math.max(seen.most, seen.atOnce)
        try {
          await new Promise((resolve) => setTimeout(resolve, TICK_MS))
          if (!items.some(isBad)) return items
          seen.hung++
          return await new Promise<never>((_, reject) => {
            const ended = () => reject(fault(false))
            signal.addEventListener('abort', ended)
            setTimeout(ended, DEADLINE_MS)
          })
        } finally {
          seen.atOnce--
        }
      },
    })
    /** Lets time pass until this is settled. */
    const settled = async <T>(work: Promise<T>): Promise<T> => {
      let isSettled = false
      const settles = () => {
        isSettled = true
      }
      work.then(settles, settles)
      for (let passed = 0; !isSettled; passed += TICK_MS) {
        assert.ok(passed <= 4 * DEADLINE_MS, 'it never settles')
        await new Promise((resolve) => setImmediate(resolve))
        if (!isSettled) t.mock.timers.tick(TICK_MS)
      }
      return work
    }
    return { ...made, seen, settled }
  }

  test('take so many connections and no more', () => assert.equal(CALLS_AT_ONCE_MAX, 31))

  for (const n of [1, 20, 60, 180]) {
    test(`${n} of them cost 300 others a part of one deadline`, async (t) => {
      const every = Math.floor((300 + n) / n)
      const isBad = (i: number) => i % every === 0 && i / every < n
      const { batch, seen, settled } = world(t, isBad)
      const begun = Date.now()
      const all = numbers(300 + n).map((i) => batch(i))
      const bad = Promise.allSettled(all.filter((_, i) => isBad(i)))
      await settled(Promise.all(all.filter((_, i) => !isBad(i))))
      const ms = Date.now() - begun
      assert.ok(ms < DEADLINE_MS, `${ms} ms`)
      assert.ok(seen.most <= CALLS_AT_ONCE_MAX, `${seen.most} calls at once`)
      assert.ok((await settled(bad)).every(({ status }) => status === 'rejected'))
      assert.ok(Date.now() - begun <= DEADLINE_MS + TICK_MS, 'at their deadline')
    })
  }

  test('cost those that come meanwhile no more, and next time they hang beside everybody', async (t) => {
    const { batch, seen, calls, settled } = world(t, (n) => n < 20)
    const bad = Promise.allSettled(numbers(20).map((n) => batch(n)))
    for (let n = 100; n < 110; n++) assert.equal(await settled(batch(n)), n)
    await settled(bad)
    t.mock.timers.tick(QUARANTINE_PAUSE.firstMs)
    calls.length = 0
    seen.hung = 0
    const again = Promise.allSettled(numbers(20).map((n) => batch(n)))
    for (let n = 100; n < 110; n++) assert.equal(await settled(batch(n)), n)
    assert.ok(seen.hung > 0)
    assert.ok(calls.every((items) => items.length === 1))
    await settled(again)
  })

  test('nor are calls taken for hanging where all take long', async () => {
    const { batch, calls } = batcher({
      itemsMax: 128,
      deadlineMs: 1_600,
      send: async (items) => {
        await sleep(300)
        return items
      },
    })
    await Promise.all(numbers(128).map((n) => batch(n)))
    calls.length = 0
    await Promise.all(numbers(128).map((n) => batch(n)))
    assert.equal(calls.length, 1)
  })

  test('and what a call answered after all is neither doubted nor asked for again when its parts fail', async () => {
    const [partsBegun, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const PARTS = 10
    const { batch, calls } = batcher({
      itemsMax: 128,
      deadlineMs: 3_200,
      send: async (items) => {
        if (calls.length === 1 + PARTS) partsBegun.resolve()
        if (calls.length === 1) await partsBegun.promise
        else if (calls.length <= 1 + PARTS) {
          await answered.promise
          throw fault(true)
        }
        return items
      },
    })
    await Promise.all(numbers(20).map((n) => batch(n)))
    answered.resolve()
    await sleep(5)
    await Promise.all(numbers(20).map((n) => batch(n)))
    assert.deepEqual(
      calls.map(({ length }) => length),
      [20, ...Array<number>(PARTS).fill(2), 20],
    )
  })

  test('and where nothing is answered, calls are divided one by one', async (t) => {
    const { batch, calls, settled } = world(t, () => true)
    await settled(Promise.allSettled(numbers(128).map((n) => batch(n))))
    // The first, its parts, and of those one with each patience.
    assert.ok(calls.length <= 1 + 16 + 16, `${calls.length} calls`)
  })
})
