/** The limits and errors of MongoDB. All else is tested with runtime/batching/batcher.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createKeyedBatcher, createMongoBatcher, ITEMS_MAX, WAITING_MAX } from '../../src/mongo/batcher.ts'
import { DEADLINE_MS } from '../../src/mongo/options.ts'
import type { Outcome } from '../../src/runtime/batching/outcome.ts'
import { nextTurn, systemRuntime } from '../../src/runtime/runtime.ts'

const fine = <T>(value: T): Outcome<T> => ({ ok: true, value })

suite('the batcher of MongoDB', () => {
  for (const mayBeOneItem of [true, false]) {
    test(`a call that fails is ${mayBeOneItem ? '' : 'not '}divided where one item ${mayBeOneItem ? 'may' : 'cannot'} be to blame`, async () => {
      const batched = createMongoBatcher<number, number>({
        runtime: systemRuntime,
        callsMax: 1,
        mayBeOneItem: () => mayBeOneItem,
        async send(items) {
          if (items.includes(2)) throw new Error('bad')
          return items.map(fine)
        },
      })
      const outcomes = await Promise.allSettled([1, 2, 3].map(batched))
      assert.deepEqual(
        outcomes.map(({ status }) => status === 'fulfilled'),
        mayBeOneItem ? [true, false, true] : [false, false, false],
      )
    })
  }

  test('a call has at most `itemsMax` items', async () => {
    const groups: number[][] = []
    const batched = createMongoBatcher<number, number>({
      runtime: systemRuntime,
      callsMax: 1,
      itemsMax: 1,
      async send(items) {
        groups.push([...items])
        return items.map(fine)
      },
    })
    await Promise.all([1, 2].map(batched))
    assert.deepEqual(groups, [[1], [2]])
  })

  test('at most `callsMax` calls run at once, none is too heavy, and no item is lost', async () => {
    let now = 0
    let most = 0
    const sizes: number[] = []
    const batched = createMongoBatcher<number, number>({
      runtime: systemRuntime,
      callsMax: 2,
      weight: (n) => n,
      async send(items) {
        most = Math.max(most, ++now)
        sizes.push(items.reduce((sum, n) => sum + n, 0))
        for (let i = 0; i < 5; i++) await nextTurn(systemRuntime)
        now--
        return items.map(fine)
      },
    })
    const items = Array.from({ length: 40 }, (_, i) => (i === 7 ? ITEMS_MAX + 5 : 50))
    assert.deepEqual(await Promise.all(items.map(batched)), items)
    assert.equal(most, 2)
    assert.ok(sizes.every((size) => size <= ITEMS_MAX || size === ITEMS_MAX + 5))
  })

  test('a call takes items up to its limit, and not more', async () => {
    const sizes: number[] = []
    const batched = createMongoBatcher<number, number>({
      runtime: systemRuntime,
      callsMax: 1,
      async send(items) {
        sizes.push(items.length)
        return items.map(fine)
      },
    })
    await Promise.all(Array.from({ length: 2 * ITEMS_MAX + 1 }, (_, i) => batched(i)))
    assert.deepEqual(sizes, [ITEMS_MAX, ITEMS_MAX, 1])
  })

  test('3: an item that waited longer than its caller is not sent, and others are', async () => {
    let now = 1
    const runtime = { ...systemRuntime, monotonic: () => now }
    const done: number[] = []
    const first = Promise.withResolvers<void>()
    const batched = createMongoBatcher<number, number>({
      runtime,
      callsMax: 1,
      async send(items) {
        if (items.includes(1)) await first.promise
        done.push(...items)
        return items.map(fine)
      },
    })
    const one = batched(1)
    await nextTurn(systemRuntime)
    const late = batched(2)
    late.catch(() => {})
    now += 1
    const inTime = batched(3)
    now += DEADLINE_MS - 1
    first.resolve()
    await assert.rejects(late, { code: 'store_unavailable' })
    assert.deepEqual([await one, await inTime, done], [1, 3, [1, 3]])
  })

  test('beyond the limit an item is refused as overloaded', async () => {
    const batched = createMongoBatcher<number, number>({
      runtime: systemRuntime,
      callsMax: 1,
      send: async (items) => items.map(fine),
    })
    const waiting = Array.from({ length: WAITING_MAX }, (_, i) => batched(i))
    await assert.rejects(batched(-1), { code: 'overloaded' })
    await Promise.all(waiting)
  })
})

suite('batchers by key', () => {
  test('items of one key share a call after the one under way; those of other keys do not wait', async () => {
    const sent: string[] = []
    const first = Promise.withResolvers<void>()
    const batched = createKeyedBatcher<number, number>({
      runtime: systemRuntime,
      async send(key, items) {
        sent.push(`${key} ${items.join()}`)
        if (items.includes(1)) await first.promise
        return items.map((n) => 10 * n)
      },
    })
    const one = batched('a', 1)
    await nextTurn(systemRuntime)
    const later = [batched('a', 2), batched('a', 3)]
    assert.equal(await batched('b', 4), 40)
    first.resolve()
    assert.deepEqual(await Promise.all([one, ...later]), [10, 20, 30])
    assert.deepEqual(sent, ['a 1', 'b 4', 'a 2,3'])
  })

  test('a call that fails is that of its key alone', async () => {
    const batched = createKeyedBatcher<number, number>({
      runtime: systemRuntime,
      async send(key, items) {
        if (key === 'bad') throw new Error('no')
        return [...items]
      },
    })
    const outcomes = await Promise.allSettled([batched('bad', 1), batched('good', 2), batched('bad', 3)])
    assert.deepEqual(
      outcomes.map(({ status }) => status === 'fulfilled'),
      [false, true, false],
    )
    assert.equal(await batched('good', 5), 5)
  })
})
