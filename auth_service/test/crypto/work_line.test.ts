import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createWorkLine } from '../../src/crypto/work_line.ts'

/** Work that ends when told to. */
function manual() {
  const ends: (() => void)[] = []
  const started: number[] = []
  return {
    started,
    end: () => ends.shift()?.(),
    work: (n: number) => () =>
      new Promise<number>((resolve) => {
        started.push(n)
        ends.push(() => resolve(n))
      }),
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

suite('the line in front of expensive work', () => {
  test('runs so many at once, the others in order, and refuses what is beyond the line', async () => {
    const line = createWorkLine({ atOnce: 2, waitingMax: 2 })
    const { started, end, work } = manual()
    const results = [1, 2, 3, 4].map((n) => line.run(work(n)))
    await settled()
    assert.deepEqual([started, line.running(), line.waiting()], [[1, 2], 2, 2])
    await assert.rejects(line.run(work(5)), { code: 'overloaded' })
    end()
    await settled()
    assert.deepEqual([started, line.running(), line.waiting()], [[1, 2, 3], 2, 1])
    for (let i = 0; i < 3; i++) {
      end()
      await settled()
    }
    assert.deepEqual(await Promise.all(results), [1, 2, 3, 4])
    assert.deepEqual([line.running(), line.waiting()], [0, 0])
  })

  test('work that fails leaves its place', async () => {
    const line = createWorkLine({ atOnce: 1, waitingMax: 9 })
    await assert.rejects(
      line.run(() => Promise.reject(new Error('no'))),
      /no/,
    )
    assert.equal(await line.run(async () => 'next'), 'next')
    assert.equal(line.running(), 0)
  })

  test('without a line the first too many is refused', async () => {
    const line = createWorkLine({ atOnce: 1, waitingMax: 0 })
    const { end, work } = manual()
    const running = line.run(work(1))
    await assert.rejects(line.run(work(2)), { code: 'overloaded' })
    end()
    assert.equal(await running, 1)
  })
})
