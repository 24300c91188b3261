/** What of batching is MongoDB's: its limits and errors. The rest is tested with batcher.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEADLINE_MS } from '../../src/mongo/options.ts'
import { GROUP_MAX, QUEUE_MAX, shareWork } from '../../src/mongo/sharing.ts'
import type { Outcome } from '../../src/runtime/batching/outcome.ts'
import { systemRuntime } from '../../src/runtime/runtime.ts'

const fine = <T>(value: T): Outcome<T> => ({ ok: true, value })

suite('sharing work', () => {
  for (const mayBeOnePiece of [true, false]) {
    test(`a group that fails is ${mayBeOnePiece ? '' : 'not '}divided where one piece ${mayBeOnePiece ? 'may' : 'cannot'} be to blame`, async () => {
      const share = shareWork<number, number>({
        runtime: systemRuntime,
        inFlightMax: 1,
        mayBeOnePiece: () => mayBeOnePiece,
        async run(pieces) {
          if (pieces.includes(2)) throw new Error('bad')
          return pieces.map(fine)
        },
      })
      const outcomes = await Promise.allSettled([1, 2, 3].map(share))
      assert.deepEqual(
        outcomes.map(({ status }) => status === 'fulfilled'),
        mayBeOnePiece ? [true, false, true] : [false, false, false],
      )
    })
  }

  test('no more pieces are in one group than said', async () => {
    const groups: number[][] = []
    const share = shareWork<number, number>({
      runtime: systemRuntime,
      inFlightMax: 1,
      groupMax: 1,
      async run(pieces) {
        groups.push([...pieces])
        return pieces.map(fine)
      },
    })
    await Promise.all([1, 2].map(share))
    assert.deepEqual(groups, [[1], [2]])
  })

  test('no more groups are under way than allowed, none is heavier than allowed, and none is lost', async () => {
    let now = 0
    let most = 0
    const sizes: number[] = []
    const share = shareWork<number, number>({
      runtime: systemRuntime,
      inFlightMax: 2,
      weight: (n) => n,
      async run(pieces) {
        most = Math.max(most, ++now)
        sizes.push(pieces.reduce((sum, n) => sum + n, 0))
        await new Promise((resolve) => setTimeout(resolve, 2))
        now--
        return pieces.map(fine)
      },
    })
    const pieces = Array.from({ length: 40 }, (_, i) => (i === 7 ? GROUP_MAX + 5 : 50))
    assert.deepEqual(await Promise.all(pieces.map(share)), pieces)
    assert.equal(most, 2)
    assert.ok(sizes.every((size) => size <= GROUP_MAX || size === GROUP_MAX + 5))
  })

  test('a group is filled to its limit, and not beyond', async () => {
    const sizes: number[] = []
    const share = shareWork<number, number>({
      runtime: systemRuntime,
      inFlightMax: 1,
      async run(pieces) {
        sizes.push(pieces.length)
        return pieces.map(fine)
      },
    })
    await Promise.all(Array.from({ length: 2 * GROUP_MAX + 1 }, (_, i) => share(i)))
    assert.deepEqual(sizes, [GROUP_MAX, GROUP_MAX, 1])
  })

  test('3: who waited longer than its caller does is not begun, and its neighbours are', async () => {
    let now = 1
    const runtime = { ...systemRuntime, monotonic: () => now }
    const done: number[] = []
    const first = Promise.withResolvers<void>()
    const share = shareWork<number, number>({
      runtime,
      inFlightMax: 1,
      async run(pieces) {
        if (pieces.includes(1)) await first.promise
        done.push(...pieces)
        return pieces.map(fine)
      },
    })
    const one = share(1)
    await new Promise(setImmediate)
    const late = share(2)
    late.catch(() => {})
    now += 1
    const inTime = share(3)
    now += DEADLINE_MS - 1
    first.resolve()
    await assert.rejects(late, { code: 'store_unavailable' })
    assert.deepEqual([await one, await inTime, done], [1, 3, [1, 3]])
  })

  test('beyond the limit a piece is refused as overloaded', async () => {
    const share = shareWork<number, number>({
      runtime: systemRuntime,
      inFlightMax: 1,
      run: async (pieces) => pieces.map(fine),
    })
    const waiting = Array.from({ length: QUEUE_MAX }, (_, i) => share(i))
    await assert.rejects(share(-1), { code: 'overloaded' })
    await Promise.all(waiting)
  })
})
