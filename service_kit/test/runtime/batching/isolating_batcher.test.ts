/** In virtual time, so a busy machine fires no timer too early or too late. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  CALLS_AT_ONCE_MAX,
  createIsolatingBatcher,
  type IsolatingBatcherOptions,
} from '../../../src/runtime/batching/isolating_batcher.ts'
import {
  type Call,
  CallFailed,
  failed,
  type Outcome,
  succeeded,
} from '../../../src/runtime/batching/outcome.ts'
import { createQuarantine, QUARANTINE_PAUSE } from '../../../src/runtime/batching/quarantine.ts'
import { currentTraceparent, inTrace } from '../../../src/runtime/request_context.ts'
import { createVirtualRuntime } from '../../../test_support/virtual_runtime.ts'

type Send = (items: readonly number[], call: Call) => Promise<readonly number[]>
type Changes = Partial<Omit<IsolatingBatcherOptions<number, number>, 'send' | 'runtime'>>

/** Items are numbers, and a call answers each with itself unless `send` is replaced. */
function world(changes: Changes & { random?: () => number } = {}) {
  const { random = () => 1, ...limits } = changes
  const runtime = { ...createVirtualRuntime(), random }
  const calls: number[][] = []
  const made = {
    runtime,
    calls,
    send: (async (items) => items) as Send,
    /** A call with one of these fails after 2 ms, as by a fault of the other side with it. */
    poison(...bad: number[]) {
      made.send = async (items) => {
        await runtime.sleep(2)
        if (items.some((n) => bad.includes(n))) throw fault(true)
        return items
      }
    },
    batch: createIsolatingBatcher<number, number>({
      runtime,
      itemsMax: 8,
      weightMax: 1_000,
      waitingMax: 1_000,
      deadlineMs: 2_000,
      weight: () => 1,
      key: String,
      unanswered: (why) => new Error(why),
      ...limits,
      async send(items, call): Promise<Outcome<number>[]> {
        calls.push([...items])
        return (await made.send(items, call)).map(succeeded)
      },
    }),
    all: (items: readonly number[]) => made.settled(Promise.all(items.map((n) => made.batch(n)))),
    /** Which of the items fail. */
    failing: async (items: readonly number[]) => {
      const outcomes = await made.settled(Promise.allSettled(items.map((n) => made.batch(n))))
      return items.filter((_, i) => outcomes[i]!.status === 'rejected')
    },
    rejects: (n: number, why: RegExp) => made.settled(assert.rejects(made.batch(n), why)),
    /** Lets time pass, from timer to timer, until this is settled. */
    async settled<T>(work: Promise<T>): Promise<T> {
      let isSettled = false
      const settles = () => {
        isSettled = true
      }
      work.then(settles, settles)
      for (let ms: number | undefined = 0; ; ms = runtime.waiting()[0]) {
        assert.ok(ms !== undefined, 'it never settles')
        await runtime.advance(ms)
        if (isSettled) return work
      }
    },
  }
  return made
}
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)
const fault = (answered: boolean) => new CallFailed(new Error('bad'), { answered })

suite('sharing calls', () => {
  test('items that are added in one turn share a call, and each has its own answer', async () => {
    const w = world()
    w.send = async (items) => items.map((n) => n * 10)
    assert.deepEqual(await w.all(numbers(5)), [0, 10, 20, 30, 40])
    assert.deepEqual(w.calls, [numbers(5)])
  })

  test('items that are added while the call runs share the next call', async () => {
    const gate = Promise.withResolvers<void>()
    const w = world()
    w.send = async (items) => {
      await gate.promise
      return items
    }
    const first = w.batch(0)
    await w.runtime.advance(0)
    const rest = [1, 2, 3].map((n) => w.batch(n))
    await w.runtime.advance(5)
    gate.resolve()
    assert.deepEqual(await w.settled(Promise.all([first, ...rest])), [0, 1, 2, 3])
    assert.deepEqual(w.calls, [[0], [1, 2, 3]])
  })

  test('a call is part of the trace of its first item that has one, whichever item started the call', async () => {
    const traces: (string | undefined)[] = []
    const w = world()
    w.send = async (items) => {
      traces.push(currentTraceparent())
      await w.runtime.sleep(2)
      return items
    }
    const first = inTrace('a', () => w.batch(0))
    await w.runtime.advance(0)
    const rest = [w.batch(1), inTrace('b', () => w.batch(2)), inTrace('c', () => w.batch(3))]
    await w.settled(Promise.all([first, ...rest]))
    await w.settled(w.batch(4))
    assert.deepEqual(w.calls, [[0], [1, 2, 3], [4]])
    assert.deepEqual(traces, ['a', 'b', undefined])
  })

  test('a call has at most itemsMax items', async () => {
    const w = world({ itemsMax: 4 })
    await w.all(numbers(20))
    assert.deepEqual(w.calls.flat(), numbers(20))
    assert.ok(w.calls.every((items) => items.length <= 4))
  })

  test('a call has at most weightMax weight; a heavier item is sent alone', async () => {
    const w = world({ weightMax: 10, weight: (n) => n })
    await w.all([4, 6, 1, 30, 2])
    assert.deepEqual(w.calls, [[4, 6], [1], [30], [2]])
  })

  test('an item whose weight cannot be computed is refused, and the others are not', async () => {
    const weight = (n: number) => {
      if (n === 1) throw new Error('no weight')
      return 1
    }
    const w = world({ weight })
    assert.deepEqual(await w.failing([0, 1, 2]), [1])
  })

  test('one item more than waitingMax is refused at once', async () => {
    const w = world({ waitingMax: 3, deadlineMs: 200 })
    w.send = () => new Promise(() => {})
    const first = w.batch(0)
    await w.runtime.advance(0)
    const late = Promise.allSettled([first, ...[1, 2, 3].map((n) => w.batch(n))])
    await assert.rejects(w.batch(4), /3 requests are already waiting/)
    await w.settled(late)
    await w.rejects(5, /no answer within 200 ms/)
  })

  test('each item has its own deadline, and is not sent after it', async () => {
    const gate = Promise.withResolvers<void>()
    const w = world({ deadlineMs: 40 })
    w.send = async (items) => {
      // As long as calls usually take, so that none is slow.
      await (items.includes(9) ? w.runtime.sleep(20) : gate.promise)
      return items
    }
    await w.settled(w.batch(9))
    const first = assert.rejects(w.batch(0), /no answer within 40 ms/)
    await w.runtime.advance(10)
    const second = assert.rejects(w.batch(1), /no answer within 40 ms/)
    await w.runtime.advance(30)
    await first
    await w.settled(second)
    gate.resolve()
    assert.equal(await w.settled(w.batch(2)), 2)
    assert.deepEqual(w.calls, [[9], [0], [2]])
  })
})

suite('a call that fails', () => {
  test('because of the other side fails all items, is not repeated, and puts none in quarantine', async () => {
    const w = world()
    const { send } = w
    w.send = async () => {
      throw new Error('the other side is down')
    }
    assert.deepEqual(await w.failing(numbers(4)), numbers(4))
    w.send = send
    await w.all(numbers(4))
    assert.deepEqual(w.calls, [numbers(4), numbers(4)])
  })

  test('because of one item is divided until that item is alone, and all others are answered', async () => {
    const w = world({ itemsMax: 128 })
    w.poison(77)
    assert.deepEqual(await w.failing(numbers(128)), [77])
    assert.ok(w.calls.length <= 1 + 4 * 4, `${w.calls.length} calls`)
  })

  test('answers known outcomes at once, not when all are known', async () => {
    const gate = Promise.withResolvers<void>()
    const w = world()
    w.send = async (items) => {
      if (items.length > 2) throw fault(true)
      if (items.includes(7)) await gate.promise
      return items
    }
    const known = Promise.all(numbers(6).map((n) => w.batch(n)))
    const open = Promise.all([6, 7].map((n) => w.batch(n)))
    assert.deepEqual(await w.settled(known), numbers(6))
    gate.resolve()
    assert.deepEqual(await w.settled(open), [6, 7])
  })

  test('does not delay other items while it is divided', async () => {
    const gate = Promise.withResolvers<void>()
    const w = world()
    w.send = async (items) => {
      if (!items.includes(7)) return items
      if (items.length < 8) await gate.promise
      throw fault(true)
    }
    const poisoned = w.failing(numbers(8))
    await w.runtime.advance(5)
    assert.equal(await w.settled(w.batch(100)), 100)
    gate.resolve()
    assert.deepEqual(await poisoned, [7])
  })

  test('because of several items, also adjacent ones, fails only those', async () => {
    const bad = [0, 1, 2, 3, 60, 126, 127]
    const w = world({ itemsMax: 128 })
    w.poison(...bad)
    assert.deepEqual(await w.failing(numbers(128)), bad)
  })

  test('is not divided for items whose deadline has passed', async () => {
    const w = world({ deadlineMs: 300 })
    w.send = async (items) => {
      await w.runtime.sleep(500)
      if (items.includes(9)) return items
      throw fault(true)
    }
    // All calls take as long as that, so none is slow.
    await w.rejects(9, /no answer/)
    await w.runtime.advance(500)
    assert.deepEqual(await w.failing(numbers(8)), numbers(8))
    await w.runtime.advance(2_000)
    assert.deepEqual(w.calls, [[9], numbers(8)])
  })

  test('a failed item of an answer fails alone, and the others are answered', async () => {
    const runtime = createVirtualRuntime()
    const batch = createIsolatingBatcher<number, number>({
      runtime,
      itemsMax: 8,
      weightMax: 8,
      waitingMax: 8,
      deadlineMs: 1_000,
      weight: () => 1,
      key: String,
      unanswered: (why) => new Error(why),
      send: async (items) => items.map((n) => (n === 1 ? failed(new Error('not that one')) : succeeded(n))),
    })
    const outcomes = Promise.allSettled(numbers(3).map((n) => batch(n)))
    await runtime.advance(0)
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    await assert.rejects(batch(1), /failed a moment ago/)
  })
})

suite('an item that failed before', () => {
  test('is not sent again before a pause, and then alone', async () => {
    const w = world()
    w.poison(3)
    assert.deepEqual(await w.failing(numbers(8)), [3])
    w.calls.length = 0
    await w.runtime.advance(QUARANTINE_PAUSE.firstMs - 1)
    await assert.rejects(w.batch(3), /failed a moment ago/)
    assert.equal(w.calls.length, 0)
    await w.runtime.advance(1)
    assert.deepEqual(await w.failing(numbers(8)), [3])
    assert.deepEqual(
      w.calls.toSorted((a, b) => b.length - a.length),
      [[0, 1, 2, 4, 5, 6, 7], [3]],
    )
  })

  test('is sent with failedBefore, because its failures do not mean that the other side is down', async () => {
    const seen: [readonly number[], boolean][] = []
    const w = world()
    w.send = async (items, { failedBefore }) => {
      seen.push([items, failedBefore])
      throw fault(true)
    }
    await w.rejects(1, /bad/)
    await w.runtime.advance(QUARANTINE_PAUSE.firstMs)
    await w.rejects(1, /bad/)
    assert.deepEqual(seen, [
      [[1], false],
      [[1], true],
    ])
  })

  test('shares calls again after it was answered', async () => {
    const w = world()
    w.poison(1)
    await w.rejects(1, /bad/)
    w.poison()
    await w.runtime.advance(QUARANTINE_PAUSE.firstMs)
    await w.all([1])
    w.calls.length = 0
    await w.all([1, 2])
    assert.deepEqual(w.calls, [[1, 2]])
  })

  test('a call that ends without any answer is divided like any other', async () => {
    const w = world({ itemsMax: 128 })
    w.send = async (items) => {
      if (items.includes(77)) throw fault(false)
      return items
    }
    assert.deepEqual(await w.failing(numbers(128)), [77])
    assert.equal(w.calls.length, 1 + 16 + 8)
    await w.rejects(77, /bad/)
    await w.rejects(77, /failed a moment ago/)
  })

  test('and is not answered does not delay other items', async () => {
    const w = world({ deadlineMs: 200 })
    w.send = async () => {
      throw fault(false)
    }
    await w.failing(numbers(8))
    w.send = async (items) => {
      if (items.some((n) => n < 8)) await w.runtime.sleep(10_000)
      return items
    }
    const silent = w.failing(numbers(8))
    await w.runtime.advance(5)
    assert.equal(await w.settled(w.batch(100)), 100)
    assert.deepEqual(await silent, numbers(8))
  })

  test('alone once does not wait for items that failed alone twice', async () => {
    const mayEnd = Promise.withResolvers<void>()
    const w = world({ deadlineMs: 60_000, random: () => 0 })
    w.send = async () => {
      throw fault(false)
    }
    for (const n of [0, 1, 2, 0, 1, 2, 3]) await w.rejects(n, /bad/)
    w.send = async (items) => {
      if (items.some((n) => n < 3)) await mayEnd.promise
      return items
    }
    w.calls.length = 0
    const silent = Promise.all([0, 1, 2].map((n) => w.batch(n)))
    await w.runtime.advance(0)
    assert.equal(await w.settled(w.batch(3)), 3)
    assert.deepEqual(w.calls, [[0], [1], [3]])
    mayEnd.resolve()
    assert.deepEqual(await w.settled(silent), [0, 1, 2])
  })

  test('is recorded up to a limit, and the oldest is forgotten', () => {
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

suite('items that are never answered', () => {
  const DEADLINE_MS = 8_000
  /** A call with one of these is not answered until it is ended. */
  const silentWorld = (isBad: (n: number) => boolean) => {
    const seen = { atOnce: 0, most: 0, silent: 0 }
    const w = world({ itemsMax: 128, deadlineMs: DEADLINE_MS })
    w.send = async (items, { signal }) => {
      seen.atOnce++
      seen.most = Math.max(seen.most, seen.atOnce)
      try {
        await w.runtime.sleep(2)
        if (!items.some(isBad)) return items
        seen.silent++
        return await new Promise<never>((_, reject) => {
          const ended = () => reject(fault(false))
          signal.addEventListener('abort', ended)
          w.runtime.after(DEADLINE_MS, ended)
        })
      } finally {
        seen.atOnce--
      }
    }
    return { ...w, seen }
  }

  test('take at most 31 connections', () => assert.equal(CALLS_AT_ONCE_MAX, 31))

  for (const n of [1, 20, 60, 180]) {
    test(`${n} of them delay 300 others by less than one deadline`, async () => {
      const every = Math.floor((300 + n) / n)
      const isBad = (i: number) => i % every === 0 && i / every < n
      const { batch, seen, settled, runtime } = silentWorld(isBad)
      const all = numbers(300 + n).map((i) => batch(i))
      const bad = Promise.allSettled(all.filter((_, i) => isBad(i)))
      await settled(Promise.all(all.filter((_, i) => !isBad(i))))
      assert.ok(runtime.monotonic() < DEADLINE_MS, `${runtime.monotonic()} ms`)
      assert.ok(seen.most <= CALLS_AT_ONCE_MAX, `${seen.most} calls at once`)
      assert.ok((await settled(bad)).every(({ status }) => status === 'rejected'))
      assert.equal(runtime.monotonic(), DEADLINE_MS)
    })
  }

  test('do not delay later items, and are sent alone the next time', async () => {
    const { batch, seen, calls, settled, runtime } = silentWorld((n) => n < 20)
    const bad = Promise.allSettled(numbers(20).map((n) => batch(n)))
    for (let n = 100; n < 110; n++) assert.equal(await settled(batch(n)), n)
    await settled(bad)
    await runtime.advance(QUARANTINE_PAUSE.firstMs)
    calls.length = 0
    seen.silent = 0
    const again = Promise.allSettled(numbers(20).map((n) => batch(n)))
    for (let n = 100; n < 110; n++) assert.equal(await settled(batch(n)), n)
    assert.ok(seen.silent > 0)
    assert.ok(calls.every((items) => items.length === 1))
    await settled(again)
  })

  test('are not assumed if all calls take long', async () => {
    const w = world({ itemsMax: 128, deadlineMs: 1_600 })
    w.send = async (items) => {
      await w.runtime.sleep(300)
      return items
    }
    await w.all(numbers(128))
    w.calls.length = 0
    await w.all(numbers(128))
    assert.equal(w.calls.length, 1)
  })

  test('are not assumed of items that a slow call answered while its parts failed', async () => {
    const [partsBegun, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const PARTS = 10
    const w = world({ itemsMax: 128, deadlineMs: 3_200 })
    w.send = async (items) => {
      if (w.calls.length === 1 + PARTS) partsBegun.resolve()
      if (w.calls.length === 1) await partsBegun.promise
      else if (w.calls.length <= 1 + PARTS) {
        await answered.promise
        throw fault(true)
      }
      return items
    }
    await w.all(numbers(20))
    answered.resolve()
    await w.runtime.advance(5)
    await w.all(numbers(20))
    assert.deepEqual(
      w.calls.map(({ length }) => length),
      [20, ...Array<number>(PARTS).fill(2), 20],
    )
  })

  test('do not cause more than 33 calls if no call is answered', async () => {
    const { batch, calls, settled } = silentWorld(() => true)
    await settled(Promise.allSettled(numbers(128).map((n) => batch(n))))
    // The first, its parts, and of those one with each patience.
    assert.ok(calls.length <= 1 + 16 + 16, `${calls.length} calls`)
  })
})
