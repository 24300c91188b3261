/** Numbers are those of the promises at the top of batcher.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type BatcherOptions, createBatcher } from '../../../src/runtime/batching/batcher.ts'
import { failed, succeeded } from '../../../src/runtime/batching/outcome.ts'
import { createVirtualRuntime } from '../../../test_support/virtual_runtime.ts'

/** Items are numbers, and a call answers each with ten times itself unless `send` is given. */
function world(changes: Partial<BatcherOptions<number, number>> = {}) {
  const runtime = createVirtualRuntime()
  const calls: number[][] = []
  const ends: string[] = []
  const { send = async (items: readonly number[]) => items.map((n) => succeeded(n * 10)), ...limits } =
    changes
  const share = createBatcher<number, number>({
    runtime,
    itemsMax: 100,
    weightMax: 1_000,
    waitingMax: 1_000,
    callsMax: 1,
    waitMs: 50,
    weight: () => 1,
    expired: () => new Error('it waited too long'),
    mayBeOneItem: () => true,
    ...limits,
    send(items) {
      calls.push([...items])
      return send(items)
    },
  })
  /** Records the outcome of each item, in the order in which it is known. */
  const add = (...items: number[]) => {
    for (const n of items) {
      share(n).then(
        (answer) => ends.push(`${n}: ${answer}`),
        (error) => ends.push(`${n}: ${error.message}`),
      )
    }
  }
  return { runtime, calls, ends, add, share }
}
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)
/** A call with one of these fails. */
const poison =
  (...bad: number[]) =>
  async (items: readonly number[]) => {
    if (items.some((n) => bad.includes(n))) throw new Error('bad')
    return items.map((n) => succeeded(n * 10))
  }

suite('a batcher', () => {
  test('1: items that are added together share a call, and each has its own outcome', async () => {
    const { runtime, calls, ends, add } = world({
      send: async (items) => items.map((n) => (n === 2 ? failed(new Error('two')) : succeeded(n * 10))),
    })
    add(1, 2, 3)
    assert.deepEqual(calls, [], 'not before all ready I/O was read')
    await runtime.advance(0)
    assert.deepEqual(calls, [[1, 2, 3]])
    assert.deepEqual(ends, ['1: 10', '2: two', '3: 30'])
  })

  test('2, 4: items that are added while callsMax calls run share the next call', async () => {
    const gates: (() => void)[] = []
    const { runtime, calls, add } = world({
      callsMax: 2,
      send: async (items) => {
        await new Promise<void>((resolve) => gates.push(resolve))
        return items.map(succeeded)
      },
    })
    for (const n of numbers(4)) {
      add(n)
      await runtime.advance(0)
    }
    assert.deepEqual(calls, [[0], [1]])
    gates[0]!()
    await runtime.advance(0)
    assert.deepEqual(calls, [[0], [1], [2, 3]])
  })

  test('3: a group is filled up to its limits, and not beyond', async () => {
    const heavy = world({ weightMax: 10, weight: (n) => n })
    heavy.add(4, 6, 1, 30, 2)
    await heavy.runtime.advance(0)
    assert.deepEqual(heavy.calls, [[4, 6], [1], [30], [2]])
    const many = world({ itemsMax: 2 })
    many.add(...numbers(5))
    await many.runtime.advance(0)
    assert.deepEqual(many.calls, [[0, 1], [2, 3], [4]])
  })

  test('3: an item whose weight cannot be computed is refused, and the others are not', async () => {
    const weight = (n: number) => {
      if (n === 1) throw new Error('no weight')
      return 1
    }
    const { runtime, calls, ends, add } = world({ weight })
    add(0, 1, 2)
    await runtime.advance(0)
    assert.deepEqual(calls, [[0, 2]])
    assert.deepEqual(ends, ['1: no weight', '0: 0', '2: 20'])
  })

  test('4: one item more than waitingMax is refused', async () => {
    const { runtime, share, add, ends } = world({ waitingMax: 3 })
    add(0, 1, 2)
    await assert.rejects(share(3), { code: 'overloaded' })
    await runtime.advance(0)
    assert.equal(ends.length, 3)
    add(4)
    await runtime.advance(0)
    assert.equal(ends.length, 4)
  })

  test('5: an item that waited for waitMs is not sent, and others are', async () => {
    const gate = Promise.withResolvers<void>()
    const { runtime, calls, ends, add } = world({
      send: async (items) => {
        if (items.includes(0)) await gate.promise
        return items.map(succeeded)
      },
    })
    add(0)
    await runtime.advance(0)
    add(1)
    await runtime.advance(1)
    add(2)
    await runtime.advance(49)
    gate.resolve()
    await runtime.advance(0)
    assert.deepEqual(calls, [[0], [2]])
    assert.deepEqual(ends, ['0: 0', '1: it waited too long', '2: 2'])
  })

  test('6: a call that fails because of one item is divided until that item is alone', async () => {
    const { runtime, calls, ends, add } = world({ itemsMax: 256, waitMs: 1_000, send: poison(100) })
    add(...numbers(256), 999)
    await runtime.advance(0)
    assert.equal(ends.length, 257)
    assert.deepEqual(
      ends.filter((end) => !end.endsWith('0')),
      ['100: bad'],
    )
    assert.deepEqual(
      calls.map(({ length }) => length),
      [256, 64, 64, 16, 16, 16, 4, 4, 1, 1, 1, 1, 4, 4, 16, 64, 64, 1],
    )
    const alone = ends.map((end) => Number.parseInt(end, 10))
    assert.deepEqual(alone, [...numbers(256), 999], 'in their order')
  })

  test('1, 6: while a call is divided, known outcomes are answered at once', async () => {
    const gate = Promise.withResolvers<void>()
    const { runtime, ends, add } = world({
      send: async (items) => {
        if (items.length > 1) throw new Error('bad')
        if (items[0] === 2) await gate.promise
        return items.map(succeeded)
      },
    })
    add(1, 2, 3)
    await runtime.advance(0)
    assert.deepEqual(ends, ['1: 1'])
    gate.resolve()
    await runtime.advance(0)
    assert.deepEqual(ends, ['1: 1', '2: 2', '3: 3'])
  })

  test('6: a failure of the other side fails every item, and the next call begins', async () => {
    let down = true
    const { runtime, calls, ends, add } = world({
      mayBeOneItem: () => false,
      send: async (items) => {
        if (down) throw new Error('down')
        return items.map(succeeded)
      },
    })
    add(1, 2)
    await runtime.advance(0)
    down = false
    add(3)
    await runtime.advance(0)
    assert.deepEqual(calls, [[1, 2], [3]])
    assert.deepEqual(ends, ['1: down', '2: down', '3: 3'])
  })
})
