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

suite('an outage is noticed once', () => {
  const lost = new Error('refused')

  /** Its clock may be behind its timers. */
  function breaker({ chance = 1, behindMs = 0 } = {}) {
    const told: string[] = []
    const over: number[] = []
    const runtime = createVirtualRuntime()
    const made = createCircuitBreaker({
      runtime: { ...runtime, monotonic: () => runtime.monotonic() - behindMs, random: () => chance },
      onOpen: () => told.push('open'),
      onClosed: () => told.push('closed'),
      onHalfOpen: () => over.push(runtime.monotonic()),
    })
    return { ...made, told, over, pass: runtime.advance }
  }

  test('after a failed call the next fail at once, without a call', async () => {
    const { begin, state, told } = breaker()
    begin().failed(lost)
    assert.deepEqual([state(), told], ['open', ['open']])
    assert.throws(begin, { name: 'OutcomeUnknown' })
  })

  test('after the pause one call is let through at a time; the first that is answered ends it', async () => {
    const { begin, state, told, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.equal(state(), 'half_open')
    const trial = begin()
    assert.throws(begin, { name: 'OutcomeUnknown' })
    assert.deepEqual([state(), trial.trial], ['open', true])
    trial.answered()
    assert.deepEqual([state(), told, begin().trial], ['closed', ['open', 'closed'], false])
  })

  test('whoever is woken at the end of the pause may call, also where the timer is ahead of the clock', async () => {
    const { begin, state, over, pass } = breaker({ behindMs: 1 })
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.deepEqual([over.length, state()], [1, 'half_open'])
  })

  test('the pause doubles with each failed trial, up to its maximum', async () => {
    const { begin, state, pass, told } = breaker()
    begin().failed(lost)
    for (let pause = PAUSE.firstMs; pause < 4 * PAUSE.maxMs; pause *= 2) {
      const expected = Math.min(pause, PAUSE.maxMs)
      await pass(expected - 1)
      assert.equal(state(), 'open')
      await pass(1)
      assert.equal(state(), 'half_open')
      begin().failed(lost)
    }
    assert.deepEqual(told, ['open'])
  })

  test('its length is a matter of chance, so that replicas do not ask together', async () => {
    const { begin, state, pass } = breaker({ chance: 0.25 })
    begin().failed(lost)
    await pass(PAUSE.firstMs / 4 - 1)
    assert.equal(state(), 'open')
    await pass(1)
    assert.equal(state(), 'half_open')
  })

  test('a service that asks to wait is left alone for so long, and not much longer than it may ask for', async () => {
    const { begin, state, pass } = breaker()
    for (const [asked, kept] of [
      [1_500, 1_500],
      [3_600_000, RETRY_AFTER_MAX_MS],
    ] as const) {
      begin().failed(Object.assign(new Error('overloaded'), { retryAfterMs: asked }))
      await pass(kept - 1)
      assert.equal(state(), 'open')
      await pass(1 + PAUSE.maxMs)
      assert.equal(state(), 'half_open')
    }
  })

  test('a fault with one item is no outage; as many in a row without an answer as FAILURE_THRESHOLD are', async () => {
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

  test('a fault in a trial prolongs it, and a trial that learnt nothing is followed by the next', async () => {
    const { begin, state, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().inconclusive()
    assert.equal(state(), 'half_open')
    begin().serverError(lost)
    assert.equal(state(), 'open')
  })

  test('a call from before the outage was noticed does not prolong it', async () => {
    const { begin, state, pass } = breaker()
    const old = begin()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    old.failed(lost)
    assert.equal(state(), 'half_open')
  })

  test('a trial that is not answered keeps no other waiting, for longer than a pause may be', async () => {
    const { begin, state, pass, over, told } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.ok(TRIAL_TIMEOUT_MS <= PAUSE.maxMs)
    const hangs = begin()
    await pass(TRIAL_TIMEOUT_MS - 1)
    assert.deepEqual([state(), over.length], ['open', 1])
    await pass(1)
    assert.deepEqual([state(), over.length], ['half_open', 2], 'and whoever waits is woken')
    const other = begin()
    assert.deepEqual([other.trial, state()], [true, 'open'])
    // What the first learnt meanwhile ends nothing of the second, unless it is an answer.
    hangs.inconclusive()
    assert.equal(state(), 'open')
    other.answered()
    assert.deepEqual([state(), told], ['closed', ['open', 'closed']])
  })

  test('a trial that ended wakes nobody later', async () => {
    const { begin, over, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().answered()
    await pass(TRIAL_TIMEOUT_MS)
    assert.equal(over.length, 1)
  })

  test('the patience with a trial of an outage before is none with the one under way', async () => {
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

  test('silence is an outage, unless another call was answered since it began', async () => {
    const { begin, state } = breaker()
    const [hangs, other] = [begin(), begin()]
    other.answered()
    hangs.noAnswer(lost)
    assert.equal(state(), 'closed')
    begin().noAnswer(lost)
    assert.equal(state(), 'open', 'answers from before it began count nothing')
  })

  test('silence in a trial prolongs the pause', async () => {
    const { begin, state, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().noAnswer(lost)
    assert.equal(state(), 'open')
    await pass(PAUSE.maxMs)
    begin().answered()
    assert.equal(state(), 'closed')
  })

  test('the end of each pause is told', async () => {
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
