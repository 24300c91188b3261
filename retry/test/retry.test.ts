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
  test('chance decides over all that lies below it: full jitter', () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 1].map((chance) => pauseMs(backoff, 3, chance)),
      [0, 100, 200, 400],
    )
  })
  test('who was asked to wait waits that long, and its own pause on top', () => {
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

  test('sleeping ends with the reason of its signal', async () => {
    const leaving = new AbortController()
    const asleep = sleep(60_000, leaving.signal)
    leaving.abort(new Error('leaving'))
    await assert.rejects(asleep, /leaving/)
    await assert.rejects(sleep(60_000, leaving.signal), /leaving/)
  })
})

suite('trying again', () => {
  test('ends with the first success', async () => {
    const { work, calls } = failing(2)
    assert.equal(await retry(work, PLAN), 3)
    assert.equal(calls(), 3)
  })

  test('ends after so many attempts, with the last failure', async () => {
    const { work, calls } = failing(99)
    await assert.rejects(retry(work, PLAN), /failure 4/)
    assert.equal(calls(), 4)
  })

  test('what is not to be repeated is tried once', async () => {
    const { work, calls } = failing(99)
    await assert.rejects(retry(work, { ...PLAN, repeatAfter: () => undefined }), /failure 1/)
    assert.equal(calls(), 1)
  })

  test('waits as asked; being asked for longer than the longest pause ends it', async () => {
    const { work, calls } = failing(1)
    const startedAt = performance.now()
    await retry(work, { ...PLAN, maxMs: 100, repeatAfter: () => 100 })
    assert.ok(performance.now() - startedAt >= 99)
    assert.equal(calls(), 2)
    const patient = failing(1)
    await assert.rejects(retry(patient.work, { ...PLAN, repeatAfter: () => 9 }), /failure 1/)
    assert.equal(patient.calls(), 1)
  })

  test('aborting ends a pause, and what failed because of it is not tried again', async () => {
    const leaving = new AbortController()
    const { work, calls } = failing(99)
    const slow = { ...PLAN, firstMs: 60_000, maxMs: 60_000, random: () => 1, signal: leaving.signal }
    const trying = retry(work, slow)
    setTimeout(() => leaving.abort(new Error('leaving')), 5)
    await assert.rejects(trying, /leaving/)
    await assert.rejects(retry(work, slow), /leaving/)
    assert.equal(calls(), 2)
  })

  test('all who share a budget repeat no more than it holds, and one again when it has grown', async () => {
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
    assert.equal(calls(), 46 + 5, 'it never holds more than a burst')
  })
})
