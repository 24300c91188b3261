import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createTurns } from '../../../src/runtime/batching/calls.ts'
import { createQueue, type GroupLimits, type Waiting } from '../../../src/runtime/batching/queue.ts'
import { createVirtualRuntime } from '../../../test_support/virtual_runtime.ts'

type Entry = Waiting<number, number>
const entry = (item: number): Entry => ({ item, since: item, weight: item, resolve() {}, reject() {} })
const entries = (...items: number[]) => items.map(entry)
const items = (some: readonly Entry[]) => some.map(({ item }) => item)

function queueOf(some: readonly Entry[], limits: Partial<GroupLimits<Entry>> = {}) {
  const queue = createQueue<Entry>({ itemsMax: 3, ...limits })
  for (const each of some) queue.push(each)
  return queue
}

suite('a queue', () => {
  test('1: the next group is the first items within the limits, and at least one', () => {
    const byCount = queueOf(entries(1, 2, 3, 4))
    assert.deepEqual([byCount.next(), byCount.next(), byCount.next()].map(items), [[1, 2, 3], [4], []])
    const byWeight = queueOf(entries(1, 2, 1, 9, 3), { weightMax: 3 })
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => items(byWeight.next())),
      [[1, 2], [1], [9], [3], []],
    )
  })

  test('1: no item is in a larger group than groupMax allows', () => {
    const queue = queueOf(entries(1, 2, 3, 4, 5), { groupMax: ({ item }) => (item === 2 ? 1 : undefined) })
    assert.deepEqual(
      [1, 2, 3].map(() => items(queue.next())),
      [[1], [2], [3, 4, 5]],
    )
  })

  test('2: items that are put back are first again', () => {
    const queue = queueOf(entries(1, 2, 3, 4))
    queue.putBack(queue.next().slice(1))
    assert.deepEqual(items(queue.next()), [2, 3, 4])
  })

  test('2: parts come before single items, the latest first, each unchanged', () => {
    const queue = queueOf(entries(1, 2))
    for (const part of [entries(3, 4), [], entries(5)]) queue.pushPart(part)
    assert.equal(queue.size(), 5)
    assert.deepEqual(
      [1, 2, 3, 4].map(() => items(queue.next())),
      [[5], [3, 4], [1, 2], []],
    )
  })

  test('the size is known without reading the entries', () => {
    let reads = 0
    const counting = <T extends object>(list: T) =>
      new Proxy(list, {
        get(target, name) {
          if (name === Symbol.iterator || (typeof name === 'string' && /^\d+$/.test(name))) reads++
          return Reflect.get(target, name)
        },
      })
    const queue = queueOf(entries(1, 2))
    queue.pushPart(counting(entries(3, 4, 5)))
    reads = 0
    assert.equal(queue.size(), 5)
    assert.equal(reads, 0)
  })

  test('3: a removed item is not taken, at any position in the queue', () => {
    const [one, two, three, four] = entries(1, 2, 3, 4) as [Entry, Entry, Entry, Entry]
    const queue = queueOf([one, two])
    queue.pushPart([three, four])
    for (const gone of [one, three, three]) queue.remove(gone)
    assert.equal(queue.size(), 2)
    assert.deepEqual(
      [1, 2].map(() => items(queue.next())),
      [[4], [2]],
    )
  })

  test('takeUntil removes the items that were added until a time, and no others', () => {
    const queue = queueOf(entries(1, 2, 3))
    assert.deepEqual(
      [0, 2, 9].map((moment) => items(queue.takeUntil(moment))),
      [[], [1, 2], [3]],
    )
  })
})

test('a turn that is requested twice before it begins runs once', async () => {
  const runtime = createVirtualRuntime()
  const seen: number[] = []
  const turns = createTurns(runtime, () => seen.push(runtime.monotonic()))
  turns.requestIn(5)
  turns.request()
  assert.equal(turns.isRequested(), true)
  await runtime.advance(5)
  assert.deepEqual([seen, turns.isRequested()], [[5], false])
  turns.request()
  turns.request()
  await runtime.advance(10)
  assert.deepEqual(seen, [5, 5])
})
