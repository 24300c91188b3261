import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pauseMs, retryAfterMs } from '../src/backoff.ts'
import { createRetryBudget, type RetryPlan, retry } from '../src/retry.ts'
import { sleep } from '../src/sleep.ts'

const PLAN: RetryPlan = {
  attempts: 4,
  firstMs: 1,
  maxMs: 8,
  random: Math.random,
  sleep,
  repeatAfter: () => 0,
}

/** Fails with 'failure 1', 'failure 2' and so on until it was called `failures` times. */
const failing = (failures: number) => {
  let calls = 0
  return {
    calls: () => calls,
    work: async () => {
      if (++calls <= failures) throw new Error(`failure ${calls}`)
      return calls
    },
  }
}

suite('pauses', () => {
  const backoff = { firstMs: 100, maxMs: 1_000 }

  test('the ceiling doubles with each failure, up to its maximum', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 5_000].map((failures) => pauseMs(backoff, failures, 1)),
      [100, 200, 400, 800, 1_000, 1_000, 1_000],
    )
  })
  test('the pause is random between 0 and the ceiling: full jitter', () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 1].map((chance) => pauseMs(backoff, 3, chance)),
      [0, 100, 200, 400],
    )
  })
  test('the pause after a Retry-After is that time plus the random pause', () => {
    assert.equal(pauseMs(backoff, 2, 0, 5_000), 5_000)
    assert.equal(pauseMs(backoff, 2, 0.5, 5_000), 5_100)
  })

  const now = Date.parse('2026-03-01T12:00:00Z')
  for (const [header, ms] of [
    [null, undefined],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    ['7', 7_000],
    ['Sun, 01 Mar 2026 12:00:09 GMT', 9_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ] as const) {
    test(`Retry-After: ${header} is ${ms} ms`, () => assert.equal(retryAfterMs(header, now), ms))
  }

  test('sleep rejects with the reason of its signal', async () => {
    const abort = new AbortController()
    const asleep = sleep(60_000, abort.signal)
    abort.abort(new Error('stopped'))
    await assert.rejects(asleep, /stopped/)
    await assert.rejects(sleep(60_000, abort.signal), /stopped/)
  })
})

suite('retries', () => {
  test('end with the first success', async () => {
    const { work, calls } = failing(2)
    assert.equal(await retry(work, PLAN), 3)
    assert.equal(calls(), 3)
  })

  test('end after `attempts` attempts, with the last error', async () => {
    const { work, calls } = failing(99)
    await assert.rejects(retry(work, PLAN), /failure 4/)
    assert.equal(calls(), 4)
  })

  test('do not repeat an error that must not be repeated', async () => {
    const { work, calls } = failing(99)
    await assert.rejects(retry(work, { ...PLAN, repeatAfter: () => undefined }), /failure 1/)
    assert.equal(calls(), 1)
  })

  test('wait for the time of Retry-After, and end if that is longer than the longest pause', async () => {
    const { work, calls } = failing(1)
    const pauses: number[] = []
    const note = async (ms: number) => void pauses.push(ms)
    await retry(work, { ...PLAN, maxMs: 100, repeatAfter: () => 100, random: () => 0, sleep: note })
    assert.deepEqual(pauses, [100])
    assert.equal(calls(), 2)
    const patient = failing(1)
    await assert.rejects(retry(patient.work, { ...PLAN, repeatAfter: () => 9 }), /failure 1/)
    assert.equal(patient.calls(), 1)
  })

  test('end during a pause when they are aborted, and do not begin after that', async () => {
    const abort = new AbortController()
    const { work, calls } = failing(99)
    const slow = { ...PLAN, firstMs: 60_000, maxMs: 60_000, random: () => 1, signal: abort.signal }
    const retrying = retry(work, {
      ...slow,
      sleep(ms, signal) {
        const pause = sleep(ms, signal)
        abort.abort(new Error('stopped'))
        return pause
      },
    })
    await assert.rejects(retrying, /stopped/)
    await assert.rejects(retry(work, { ...slow, sleep: async () => {} }), /stopped/)
    assert.equal(calls(), 2)
  })

  test('of calls with one budget are limited by it, and it grows with time', async () => {
    let at = 0
    const budget = createRetryBudget({ burst: 5, perSecond: 2 }, () => at)
    const { work, calls } = failing(1_000)
    const all = () =>
      Promise.allSettled(Array.from({ length: 10 }, () => retry(work, { ...PLAN, attempts: 3, budget })))
    await all()
    assert.equal(calls(), 10 + 5)
    at = 499
    await all()
    assert.equal(calls(), 25)
    at = 500
    await all()
    assert.equal(calls(), 35 + 1)
    at = 3_600_000
    await all()
    assert.equal(calls(), 46 + 5, 'the budget never exceeds a burst')
  })
})
