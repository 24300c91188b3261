import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import {
  ASKED_MAX_MS,
  createBreaker,
  FAULTS_MAX,
  PAUSE,
  TRIAL_PATIENCE_MS,
} from '../../src/clients/breaker.ts'

suite('an outage is noticed once', () => {
  const lost = new Error('refused')

  /** Its clock may be behind its timers. */
  function breaker({ chance = 1, behindMs = 0 } = {}) {
    const told: string[] = []
    const over: number[] = []
    const runtime = createVirtualRuntime()
    const made = createBreaker({
      runtime: { ...runtime, monotonic: () => runtime.monotonic() - behindMs, random: () => chance },
      onDown: () => told.push('down'),
      onUp: () => told.push('up'),
      onPauseOver: () => over.push(runtime.monotonic()),
    })
    return { ...made, told, over, pass: runtime.advance }
  }

  test('after a failed call the next fail at once, without a call', async () => {
    const { begin, outlook, told } = breaker()
    begin().failed(lost)
    assert.deepEqual([outlook(), told], ['down', ['down']])
    assert.throws(begin, { name: 'OutcomeUnknown' })
  })

  test('after the pause one call is let through at a time; the first that is answered ends it', async () => {
    const { begin, outlook, told, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.equal(outlook(), 'trial')
    const trial = begin()
    assert.throws(begin, { name: 'OutcomeUnknown' })
    assert.deepEqual([outlook(), trial.trial], ['down', true])
    trial.answered()
    assert.deepEqual([outlook(), told, begin().trial], ['up', ['down', 'up'], false])
  })

  test('whoever is woken at the end of the pause may call, also where the timer is ahead of the clock', async () => {
    const { begin, outlook, over, pass } = breaker({ behindMs: 1 })
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.deepEqual([over.length, outlook()], [1, 'trial'])
  })

  test('the pause doubles with each failed trial, up to its maximum', async () => {
    const { begin, outlook, pass, told } = breaker()
    begin().failed(lost)
    for (let pause = PAUSE.firstMs; pause < 4 * PAUSE.maxMs; pause *= 2) {
      const expected = Math.min(pause, PAUSE.maxMs)
      await pass(expected - 1)
      assert.equal(outlook(), 'down')
      await pass(1)
      assert.equal(outlook(), 'trial')
      begin().failed(lost)
    }
    assert.deepEqual(told, ['down'])
  })

  test('its length is a matter of chance, so that replicas do not ask together', async () => {
    const { begin, outlook, pass } = breaker({ chance: 0.25 })
    begin().failed(lost)
    await pass(PAUSE.firstMs / 4 - 1)
    assert.equal(outlook(), 'down')
    await pass(1)
    assert.equal(outlook(), 'trial')
  })

  test('a service that asks to wait is left alone for so long, and not much longer than it may ask for', async () => {
    const { begin, outlook, pass } = breaker()
    for (const [asked, kept] of [
      [1_500, 1_500],
      [3_600_000, ASKED_MAX_MS],
    ] as const) {
      begin().failed(Object.assign(new Error('overloaded'), { retryAfterMs: asked }))
      await pass(kept - 1)
      assert.equal(outlook(), 'down')
      await pass(1 + PAUSE.maxMs)
      assert.equal(outlook(), 'trial')
    }
  })

  test('a fault with one item is no outage; as many in a row without an answer as FAULTS_MAX are', async () => {
    const { begin, outlook } = breaker()
    for (let i = 0; i < 3 * FAULTS_MAX; i++) {
      begin().fault(lost)
      if (i % 2 === 0) begin().answered()
    }
    assert.equal(outlook(), 'up')
    begin().answered()
    for (let i = 0; i < FAULTS_MAX; i++) {
      assert.equal(outlook(), 'up')
      begin().fault(lost)
    }
    assert.equal(outlook(), 'down')
  })

  test('a fault in a trial prolongs it, and a trial that learnt nothing is followed by the next', async () => {
    const { begin, outlook, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().inconclusive()
    assert.equal(outlook(), 'trial')
    begin().fault(lost)
    assert.equal(outlook(), 'down')
  })

  test('a call from before the outage was noticed does not prolong it', async () => {
    const { begin, outlook, pass } = breaker()
    const old = begin()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    old.failed(lost)
    assert.equal(outlook(), 'trial')
  })

  test('a trial that is not answered keeps no other waiting, for longer than a pause may be', async () => {
    const { begin, outlook, pass, over, told } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    assert.ok(TRIAL_PATIENCE_MS <= PAUSE.maxMs)
    const hangs = begin()
    await pass(TRIAL_PATIENCE_MS - 1)
    assert.deepEqual([outlook(), over.length], ['down', 1])
    await pass(1)
    assert.deepEqual([outlook(), over.length], ['trial', 2], 'and whoever waits is woken')
    const other = begin()
    assert.deepEqual([other.trial, outlook()], [true, 'down'])
    // What the first learnt meanwhile ends nothing of the second, unless it is an answer.
    hangs.inconclusive()
    assert.equal(outlook(), 'down')
    other.answered()
    assert.deepEqual([outlook(), told], ['up', ['down', 'up']])
  })

  test('a trial that ended wakes nobody later', async () => {
    const { begin, over, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().answered()
    await pass(TRIAL_PATIENCE_MS)
    assert.equal(over.length, 1)
  })

  test('the patience with a trial of an outage before is none with the one under way', async () => {
    const { begin, outlook, pass } = breaker()
    const old = begin()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin()
    old.answered()
    assert.equal(outlook(), 'up')
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    await pass(TRIAL_PATIENCE_MS / 2)
    assert.equal(begin().trial, true)
    await pass(TRIAL_PATIENCE_MS / 2)
    assert.equal(outlook(), 'down')
  })

  test('silence is an outage, unless another call was answered since it began', async () => {
    const { begin, outlook } = breaker()
    const [hangs, other] = [begin(), begin()]
    other.answered()
    hangs.silent(lost)
    assert.equal(outlook(), 'up')
    begin().silent(lost)
    assert.equal(outlook(), 'down', 'answers from before it began count nothing')
  })

  test('silence in a trial prolongs the pause', async () => {
    const { begin, outlook, pass } = breaker()
    begin().failed(lost)
    await pass(PAUSE.firstMs)
    begin().silent(lost)
    assert.equal(outlook(), 'down')
    await pass(PAUSE.maxMs)
    begin().answered()
    assert.equal(outlook(), 'up')
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
