import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatcherOptions, type Call, CallFailed, createBatcher, type Outcome } from '../src/batcher.ts'
import { createSuspects, SUSPECT_PAUSE } from '../src/suspects.ts'

type Send = (items: readonly number[], call: Call) => Promise<readonly number[]>

const batcher = ({
  send = async (items) => items.map((n) => n * 10),
  ...changes
}: Partial<Omit<BatcherOptions<number, number>, 'send'>> & { send?: Send } = {}) => {
  const calls: number[][] = []
  const batch = createBatcher<number, number>({
    itemsMax: 8,
    weightMax: 1_000,
    waitingMax: 1_000,
    deadlineMs: 2_000,
    weight: () => 1,
    key: String,
    unanswered: (why) => new Error(why),
    random: () => 1,
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
      deadlineMs: 20,
      send: async (items) => {
        await gate.promise
        return [...items]
      },
    })
    const first = assert.rejects(batch(0), /no answer within 20 ms/)
    while (calls.length === 0) await sleep(1)
    await assert.rejects(batch(1), /no answer within 20 ms/)
    await first
    gate.resolve()
    assert.equal(await batch(2), 2)
    assert.deepEqual(calls, [[0], [2]])
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
      deadlineMs: 30,
      send: async () => {
        await sleep(60)
        throw fault(true)
      },
    })
    const outcomes = await Promise.allSettled(numbers(8).map((n) => batch(n)))
    assert.ok(statuses(outcomes).every((status) => status === 'rejected'))
    await sleep(100)
    assert.deepEqual(calls, [numbers(8)])
  })

  test('an item that is not answered fails alone, and its neighbours have their answers', async () => {
    const batch = createBatcher<number, number>({
      itemsMax: 8,
      weightMax: 8,
      waitingMax: 8,
      deadlineMs: 1_000,
      weight: () => 1,
      key: String,
      unanswered: (why) => new Error(why),
      random: () => 1,
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
    await sleep(SUSPECT_PAUSE.firstMs + 5)
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
      send: async (items, { suspect }) => {
        seen.push([items, suspect])
        throw fault(true)
      },
    })
    await assert.rejects(batch(1), /bad/)
    await sleep(SUSPECT_PAUSE.firstMs + 5)
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
    await sleep(SUSPECT_PAUSE.firstMs + 5)
    await batch(1)
    calls.length = 0
    await Promise.all([batch(1), batch(2)])
    assert.deepEqual(calls, [[1, 2]])
  })

  test('a call without any answer costs its neighbours that one call: they are parted step by step', async () => {
    const { batch } = batcher({
      itemsMax: 128,
      send: async (items) => {
        if (items.includes(77)) throw fault(false)
        return items
      },
    })
    const open = new Set(numbers(128))
    const sizes: number[] = []
    for (let attempt = 0; attempt < 4; attempt++) {
      const wanted = [...open]
      const outcomes = await Promise.allSettled(wanted.map((n) => batch(n)))
      for (const [i, { status }] of outcomes.entries()) if (status === 'fulfilled') open.delete(wanted[i]!)
      sizes.push(open.size)
    }
    assert.deepEqual(sizes, [128, 16, 2, 1])
    assert.deepEqual([...open], [77])
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

  test('and what never failed alone does not wait behind what did', async () => {
    const mayEnd = Promise.withResolvers<void>()
    let lost = true
    const { batch, calls } = batcher({
      send: async (items) => {
        if (lost) throw fault(false)
        if (items.some((n) => n < 2)) await mayEnd.promise
        return items
      },
    })
    for (const n of [0, 1]) await Promise.allSettled([batch(n)])
    // By this call both are in doubt, and neither failed alone.
    await Promise.allSettled([batch(2), batch(3)])
    lost = false
    const hanging = [batch(0), batch(1)]
    while (calls.length < 5) await sleep(1)
    assert.deepEqual(await Promise.all([batch(2), batch(3)]), [2, 3])
    assert.deepEqual(calls, [[0], [1], [2, 3], [0], [1], [2], [3]])
    mayEnd.resolve()
    assert.deepEqual(await Promise.all(hanging), [0, 1])
  })

  test('is remembered of so many and no more', () => {
    const suspects = createSuspects(
      () => 0,
      () => 1,
      3,
    )
    for (const key of ['a', 'b', 'c', 'd']) suspects.failedAlone(key, true)
    suspects.doubt('b', 4)
    suspects.doubt('e', 0)
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key) => suspects.of(key)?.together),
      [undefined, 4, undefined, 1, 1],
    )
    assert.deepEqual(suspects.of('b'), { together: 4, failures: 1, notBefore: SUSPECT_PAUSE.firstMs })
  })
})
