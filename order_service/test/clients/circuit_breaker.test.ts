import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import {
  createCircuitBreaker,
  FAILURE_THRESHOLD,
  PAUSE,
  RETRY_AFTER_MAX_MS,
  TRIAL_TIMEOUT_MS,
} from '../../src/clients/circuit_breaker.ts'

suite('the circuit breaker', () => {
  const lost = new Error('refused')

  /** `behindMs`: how far the clock is behind the timers. */
  function breaker({ chance = 1, behindMs = 0 } = {}) {
    const calls: string[] = []
    const over: number[] = []
    const runtime = createVirtualRuntime()
    const made = createCircuitBreaker({
      runtime: { ...runtime, monotonic: () => runtime.monotonic() - behindMs, random: () => chance },
      onOpen: () => calls.push('open'),
      onClosed: () => calls.push('closed'),
      onHalfOpen: () => over.push(runtime.monotonic()),
    })
    return { ...made, calls, over, pass: runtime.advance }
  }

  test('a failed call opens it: the next calls fail at once', async () => {
    const { begin, state, calls } = breaker()
    begin().failed(lost)
    assert.deepEqual([state(), calls], ['open', ['open']])
    assert.throws(begin, { name: 'OutcomeUnknown' })
  })

  test('after the pause one trial at a time goes out; the first answer closes it', async () => {
    const { begin, state, calls, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.equal(state(), 'half_open')
    const trial = begin()
    assert.throws(begin, { name: 'OutcomeUnknown' })
    assert.deepEqual([state(), trial.trial], ['open', true])
    trial.answered()
    assert.deepEqual([state(), calls, begin().trial], ['closed', ['open', 'closed'], false])
  })

  test('it is half open when onHalfOpen is called, also if the timer is ahead of the clock', async () => {
    const { begin, state, over, pass } = breaker({ behindMs: 1 })
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.deepEqual([over.length, state()], [1, 'half_open'])
  })

  test('the pause doubles with each failed trial, up to its maximum', async () => {
    const { begin, state, pass, calls } = breaker()
    begin().failed(lost)
    for (let pause = PAUSE.firstMs; pause < 4 * PAUSE.maxMs; pause *= 2) {
      const expected = Math.min(pause, PAUSE.maxMs)
      await pass(expected - 1)
      assert.equal(state(), 'open')
      await pass(1)
      assert.equal(state(), 'half_open')
      begin().failed(lost)
    }
    assert.deepEqual(calls, ['open'])
  })

  test('the length of a pause is random, so that replicas do not call together', async () => {
    const { begin, state, pass } = breaker({ chance: 0.25 })
    begin().failed(lost)
    await pass(PAUSE.firstMs / 4 - 1)
    assert.equal(state(), 'open')
    await pass(1)
    assert.equal(state(), 'half_open')
  })

  test('a Retry-After sets the pause, up to RETRY_AFTER_MAX_MS', async () => {
    const { begin, state, pass } = breaker()
    for (const [retryAfterMs, pause] of [
      [1_500, 1_500],
      [3_600_000, RETRY_AFTER_MAX_MS],
    ] as const) {
      begin().failed(Object.assign(new Error('overloaded'), { retryAfterMs }))
      await pass(pause - 1)
      assert.equal(state(), 'open')
      await pass(1 + PAUSE.maxMs)
      assert.equal(state(), 'half_open')
    }
  })

  test('one server error does not open it; FAILURE_THRESHOLD in a row without an answer do', async () => {
    const { begin, state } = breaker()
    for (let i = 0; i < 3 * FAILURE_THRESHOLD; i++) {
      begin().serverError(lost)
      if (i % 2 === 0) begin().answered()
    }
    assert.equal(state(), 'closed')
    begin().answered()
    for (let i = 0; i < FAILURE_THRESHOLD; i++) {
      assert.equal(state(), 'closed')
      begin().serverError(lost)
    }
    assert.equal(state(), 'open')
  })

  test('a server error in a trial opens it again; an inconclusive trial is followed by the next', async () => {
    const { begin, state, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().inconclusive()
    assert.equal(state(), 'half_open')
    begin().serverError(lost)
    assert.equal(state(), 'open')
  })

  test('a failed call from before it opened does not prolong the pause', async () => {
    const { begin, state, pass } = breaker()
    const old = begin()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    old.failed(lost)
    assert.equal(state(), 'half_open')
  })

  test('after TRIAL_TIMEOUT_MS without an answer another trial may begin', async () => {
    const { begin, state, pass, over, calls } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.ok(TRIAL_TIMEOUT_MS <= PAUSE.maxMs)
    const hangs = begin()
    await pass(TRIAL_TIMEOUT_MS - 1)
    assert.deepEqual([state(), over.length], ['open', 1])
    await pass(1)
    assert.deepEqual([state(), over.length], ['half_open', 2], 'onHalfOpen is called again')
    const other = begin()
    assert.deepEqual([other.trial, state()], [true, 'open'])
    // An inconclusive first trial does not end the second.
    hangs.inconclusive()
    assert.equal(state(), 'open')
    other.answered()
    assert.deepEqual([state(), calls], ['closed', ['open', 'closed']])
  })

  test('an answered trial does not call onHalfOpen later', async () => {
    const { begin, over, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().answered()
    await pass(TRIAL_TIMEOUT_MS)
    assert.equal(over.length, 1)
  })

  test('the timeout of a trial of an earlier outage does not end the current trial', async () => {
    const { begin, state, pass } = breaker()
    const old = begin()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin()
    old.answered()
    assert.equal(state(), 'closed')
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    await pass(TRIAL_TIMEOUT_MS / 2)
    assert.equal(begin().trial, true)
    await pass(TRIAL_TIMEOUT_MS / 2)
    assert.equal(state(), 'open')
  })

  test('a call without an answer opens it, unless another call was answered since it began', async () => {
    const { begin, state } = breaker()
    const [hangs, other] = [begin(), begin()]
    other.answered()
    hangs.noAnswer(lost)
    assert.equal(state(), 'closed')
    begin().noAnswer(lost)
    assert.equal(state(), 'open', 'answers from before it began count nothing')
  })

  test('a trial without an answer opens it again', async () => {
    const { begin, state, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().noAnswer(lost)
    assert.equal(state(), 'open')
    await pass(PAUSE.maxMs)
    begin().answered()
    assert.equal(state(), 'closed')
  })

  test('onHalfOpen is called at the end of each pause', async () => {
    const { begin, pass, over } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs - 1)
    assert.deepEqual(over, [])
    await pass(1)
    assert.equal(over.length, 1)
    begin().failed(lost)
    await pass(2 * PAUSE.firstMs)
    assert.equal(over.length, 2)
  })
})
