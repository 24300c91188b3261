import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatcherOptions, createBatcher } from '../../src/clients/batcher.ts'
import { createBreaker, PAUSE_FIRST_MS, PAUSE_MAX_MS } from '../../src/clients/breaker.ts'

const batcher = (changes: Partial<BatcherOptions<number, number>> = {}) => {
  const calls: number[][] = []
  const batch = createBatcher<number, number>({
    itemsMax: 8,
    weightMax: 100,
    callsMax: 2,
    deadlineMs: 500,
    weight: () => 1,
    ...changes,
    send: async (items, traceparent) => {
      calls.push([...items])
      return changes.send ? changes.send(items, traceparent) : items.map((n) => n * 10)
    },
  })
  return { batch, calls }
}
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i)

suite('sharing calls', () => {
  test('what comes in one turn travels together, and each gets its own answer', async () => {
    const { batch, calls } = batcher()
    assert.deepEqual(await Promise.all(numbers(5).map((n) => batch(n))), [0, 10, 20, 30, 40])
    assert.deepEqual(calls, [[0, 1, 2, 3, 4]])
  })

  test('what comes while the calls are under way is collected for the next', async () => {
    const gate = Promise.withResolvers<void>()
    const { batch, calls } = batcher({
      callsMax: 1,
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

  test('a call has at most so many items, and so many calls are under way', async () => {
    let underWay = 0
    const { batch, calls } = batcher({
      itemsMax: 4,
      send: async (items) => {
        assert.ok(++underWay <= 2)
        await sleep(2)
        underWay--
        return [...items]
      },
    })
    await Promise.all(numbers(20).map((n) => batch(n)))
    assert.deepEqual(calls.flat(), numbers(20))
    assert.ok(calls.every((items) => items.length <= 4))
  })

  test('heavy items are spread; one heavier than a call travels alone', async () => {
    const { batch, calls } = batcher({ weightMax: 10, weight: (n) => n })
    await Promise.all([4, 6, 1, 30, 2].map((n) => batch(n)))
    assert.deepEqual(calls, [[4, 6], [1], [30], [2]])
  })

  test('a call that fails fails its items and no others', async () => {
    const { batch } = batcher({
      itemsMax: 2,
      send: async (items) => {
        if (items.includes(1)) throw new Error('lost')
        return [...items]
      },
    })
    const outcomes = await Promise.allSettled(numbers(4).map((n) => batch(n)))
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
    )
  })

  test('each item has its own deadline; one that passed it is not sent any more', async () => {
    const gate = Promise.withResolvers<void>()
    const { batch, calls } = batcher({
      callsMax: 1,
      deadlineMs: 20,
      send: async (items) => {
        await gate.promise
        return [...items]
      },
    })
    const first = assert.rejects(batch(0), /no answer within 20 ms/)
    while (calls.length === 0) await sleep(1)
    await assert.rejects(batch(1), { name: 'OutcomeUnknown' })
    await first
    gate.resolve()
    assert.equal(await batch(2), 2)
    assert.deepEqual(calls, [[0], [2]])
  })
})

suite('an outage is noticed once', () => {
  const lost = () => Promise.reject(new Error('refused'))
  const works = async () => 'works'

  function breaker() {
    const told: string[] = []
    const over: number[] = []
    let at = 1000
    const made = createBreaker({
      clock: () => at,
      onDown: () => told.push('down'),
      onUp: () => told.push('up'),
      onPauseOver: () => over.push(at),
    })
    return { ...made, told, over, pass: (ms: number) => (at += ms) }
  }

  test('after a failed call the next fail at once, without a call', async () => {
    const { guard, outlook, told } = breaker()
    await assert.rejects(guard(lost), /refused/)
    assert.deepEqual([outlook(), told], ['down', ['down']])
    await assert.rejects(
      guard(() => assert.fail('was called')),
      { name: 'OutcomeUnknown' },
    )
  })

  test('after the pause one call is let through at a time; the first that works ends it', async () => {
    const { guard, outlook, told, pass } = breaker()
    await assert.rejects(guard(lost))
    pass(PAUSE_FIRST_MS)
    assert.equal(outlook(), 'trial')
    const trial = guard(() => sleep(5).then(works))
    await assert.rejects(guard(works), { name: 'OutcomeUnknown' })
    assert.equal(outlook(), 'down')
    assert.equal(await trial, 'works')
    assert.deepEqual([outlook(), told], ['up', ['down', 'up']])
  })

  test('the pause doubles with each failed trial, up to its maximum', async () => {
    const { guard, outlook, pass, told } = breaker()
    await assert.rejects(guard(lost))
    for (let pause = PAUSE_FIRST_MS; pause < 4 * PAUSE_MAX_MS; pause *= 2) {
      const expected = Math.min(pause, PAUSE_MAX_MS)
      pass(expected - 1)
      assert.equal(outlook(), 'down')
      pass(1)
      assert.equal(outlook(), 'trial')
      await assert.rejects(guard(lost))
    }
    assert.deepEqual(told, ['down'])
  })

  test('the end of each pause is told', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { guard, pass, over } = breaker()
    await assert.rejects(guard(lost))
    t.mock.timers.tick(PAUSE_FIRST_MS - 1)
    assert.deepEqual(over, [])
    pass(PAUSE_FIRST_MS)
    t.mock.timers.tick(1)
    assert.equal(over.length, 1)
    await assert.rejects(guard(lost))
    t.mock.timers.tick(2 * PAUSE_FIRST_MS)
    assert.equal(over.length, 2)
  })
})
