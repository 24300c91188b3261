import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CLOCKS_DIFFER_MS } from '../../src/domain/clocks.ts'
import type { Attempts } from '../../src/domain/ports.ts'
import {
  countAttempt,
  FREE_ATTEMPTS_DEFAULT,
  freeAttempt,
  loginEntries,
  loginKeys,
  loginLimits,
  pauseAfter,
} from '../../src/domain/throttling.ts'
import { DAY_MS, START } from '../support.ts'

const LIMITS = { freeAttempts: 3, firstPauseMs: 1000, longestPauseMs: 60_000, forgetAfterMs: 3_600_000 }

suite('pauses', () => {
  test('none while attempts are free, then doubling up to the longest', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 9, 10, 1000, 1e9].map((count) => pauseAfter(count, LIMITS)),
      [0, 0, 1000, 2000, 4000, 60_000, 60_000, 60_000, 60_000],
    )
  })

  test('2: no sequence of attempts leads to more than the longest pause', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 200 }), (gaps) => {
        let at = START.getTime()
        let attempts: Attempts | undefined
        for (const gap of gaps) {
          at += gap
          const next = countAttempt(attempts, LIMITS, new Date(at))
          if ('attempts' in next) attempts = next.attempts
          const until = 'attempts' in next ? next.attempts.pausedUntil : next.pausedUntil
          assert.ok(until === undefined || Date.parse(until) - at <= LIMITS.longestPauseMs)
        }
      }),
    )
  })

  test('an attempt during a pause is not counted, so it does not prolong the pause', () => {
    const first = countAttempt(undefined, { ...LIMITS, freeAttempts: 1 }, START)
    assert.ok('attempts' in first)
    const hammered = countAttempt(
      first.attempts,
      { ...LIMITS, freeAttempts: 1 },
      new Date(START.getTime() + 999),
    )
    assert.deepEqual(hammered, { pausedUntil: new Date(START.getTime() + 1000).toISOString() })
  })

  test('a free attempt starts no pause, and is forgotten at its time', () => {
    const first = countAttempt(undefined, LIMITS, START)
    const forgetMs = START.getTime() + LIMITS.forgetAfterMs
    const forgetAt = new Date(forgetMs).toISOString()
    assert.deepEqual(first, { attempts: { count: 1, pausedUntil: undefined, forgetAt } })
    const countAt = (ms: number) => {
      const next = countAttempt({ count: 1, pausedUntil: undefined, forgetAt }, LIMITS, new Date(ms))
      return 'attempts' in next && next.attempts.count
    }
    assert.deepEqual([countAt(forgetMs - 1), countAt(forgetMs)], [2, 1])
  })

  test('attempts are stored at least as long as their pause', () => {
    const limits = { ...LIMITS, freeAttempts: 1, forgetAfterMs: 10, firstPauseMs: 1_000 }
    const first = countAttempt(undefined, limits, START)
    const ends = new Date(START.getTime() + 1_000).toISOString()
    assert.deepEqual(first, { attempts: { count: 1, pausedUntil: ends, forgetAt: ends } })
  })

  test('an attempt that may be counted without reading is one that `countAttempt` counts so', () => {
    const aheadMs = fc.integer({ min: -7_200_000, max: 7_200_000 })
    const state = fc.record({
      count: fc.integer({ min: 0, max: 6 }),
      forgetMs: aheadMs,
      pauseMs: fc.option(aheadMs),
    })
    fc.assert(
      fc.property(state, fc.integer({ min: 0, max: 4 }), ({ count, forgetMs, pauseMs }, freeAttempts) => {
        const limits = { ...LIMITS, freeAttempts }
        const at = (ms: number) => new Date(START.getTime() + ms).toISOString()
        const pausedUntil = pauseMs === null ? undefined : at(pauseMs)
        const { countMax, range, forgetAt } = freeAttempt(limits, START)
        const forgotten = START.getTime() + forgetMs
        const isFree =
          count <= countMax && forgotten > range.after.getTime() && forgotten <= range.until.getTime()
        if (!isFree) return
        assert.deepEqual(countAttempt({ count, pausedUntil, forgetAt: at(forgetMs) }, limits, START), {
          attempts: { count: count + 1, pausedUntil: undefined, forgetAt },
        })
      }),
    )
  })

  test('all attempts before the last free one may be counted without reading', () => {
    const { countMax, range, forgetAt } = freeAttempt(LIMITS, START)
    assert.equal(countMax, LIMITS.freeAttempts - 2)
    assert.ok(new Date(forgetAt) > range.after && new Date(forgetAt) <= range.until)
  })

  test('an account’s own pause is at most a minute: others can delay its owner, not lock them out', () => {
    assert.equal(pauseAfter(1e6, loginLimits(FREE_ATTEMPTS_DEFAULT).account), 60_000)
  })
})

suite('6: a clock that was ahead', () => {
  const at = (ms: number) => new Date(START.getTime() + ms).toISOString()
  /** Five attempts, the last of which started a pause of 4 s, under a clock that was ahead by this time. */
  const triedAhead = (ms: number): Attempts => ({
    count: 5,
    pausedUntil: at(ms + 4_000),
    forgetAt: at(ms + LIMITS.forgetAfterMs),
  })

  test('a pause further ahead than its attempts can cause is over', () => {
    for (const ms of [DAY_MS, 60_000, CLOCKS_DIFFER_MS + 1]) {
      assert.ok('attempts' in countAttempt(triedAhead(ms), LIMITS, START), `${ms} ms ahead`)
    }
  })

  test('attempts with a forgetAt further ahead than possible are forgotten', () => {
    const next = countAttempt(triedAhead(DAY_MS), LIMITS, START)
    assert.equal('attempts' in next && next.attempts.count, 1)
  })

  test('small differences of clocks neither end nor prolong a pause', () => {
    for (const ms of [0, 1_000, CLOCKS_DIFFER_MS]) {
      assert.deepEqual(countAttempt(triedAhead(ms), LIMITS, START), { pausedUntil: at(4_000) })
    }
  })
})

suite('the keys of an attempt', () => {
  const keys = loginKeys('ada', '203.0.113.9')
  const limits = loginLimits(FREE_ATTEMPTS_DEFAULT)

  test('the pair of account and address first', () => {
    assert.deepEqual(
      loginEntries(keys, limits, false).map((entry) => entry.key),
      ['pair ada 203.0.113.9', 'account ada', 'address 203.0.113.9'],
    )
  })

  test('3: from a known address, not the account’s own count', () => {
    assert.deepEqual(
      loginEntries(keys, limits, true).map((entry) => entry.key),
      ['pair ada 203.0.113.9', 'address 203.0.113.9'],
    )
  })
})
