import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CLOCKS_DIFFER_MS } from '../src/domain/clocks.ts'
import type { ThrottleLimits } from '../src/domain/ports.ts'
import { KNOWN_ADDRESS_MS } from '../src/domain/throttling.ts'
import { DAY_MS, type OpenPair, START, START_AT } from './support.ts'

const LIMITS: ThrottleLimits = {
  freeAttempts: 3,
  firstPauseMs: 1000,
  longestPauseMs: 8000,
  forgetAfterMs: 60_000,
}
const after = (ms: number) => new Date(START.getTime() + ms)
const textAfter = (ms: number) => after(ms).toISOString()
const entry = (key: string, limits = LIMITS) => ({ key, limits })

/** The contract of ThrottleStore. */
export function throttleStoreContract(name: string, open: OpenPair) {
  suite(`ThrottleStore (${name})`, () => {
    test('free attempts are allowed, the last one starts a pause, and pauses double', async (t) => {
      const [{ throttle }] = await open(t)
      const take = (ms: number) => throttle.take([entry('a')], () => after(ms))
      assert.deepEqual([await take(0), await take(0), await take(0)], [undefined, undefined, undefined])
      assert.deepEqual(await take(0), textAfter(1000))
      assert.deepEqual(await take(999), textAfter(1000))
      assert.equal(await take(1000), undefined)
      assert.deepEqual(await take(1000), textAfter(3000))
    })

    test('7: an attempt that had to wait is checked by the time at which it is counted', async (t) => {
      const [{ throttle }] = await open(t)
      const before = after(-LIMITS.forgetAfterMs)
      for (let i = 0; i < 3; i++) await throttle.take([entry('a')], () => START)
      let now = before
      const taken = throttle.take([entry('a')], () => now)
      now = START
      assert.equal(await taken, textAfter(1000))
    })

    test('of many concurrent attempts only the free ones are allowed, on any instance', async (t) => {
      const pair = await open(t)
      const taken = await Promise.all(
        Array.from({ length: 40 }, (_, i) => pair[i % 2]!.throttle.take([entry('a')], () => START)),
      )
      assert.equal(taken.filter((pausedUntil) => pausedUntil === undefined).length, LIMITS.freeAttempts)
    })

    test('hundreds of concurrent attempts of one address are each counted, and none waits for another', async (t) => {
      const pair = await open(t)
      const count = 400
      const limits = { ...LIMITS, freeAttempts: count + 1 }
      const take = (i: number) => pair[i % 2]!.throttle.take([entry('a', limits)], () => START)
      const taken = await Promise.all(Array.from({ length: count }, (_, i) => take(i)))
      assert.deepEqual(new Set(taken), new Set([undefined]))
      // So the next one is the last free one, and starts the pause.
      assert.deepEqual([await take(0), await take(1)], [undefined, textAfter(LIMITS.firstPauseMs)])
    })

    test('hundreds of concurrent refunds of one address each take back one', async (t) => {
      const pair = await open(t)
      const count = 200
      const limits = { ...LIMITS, freeAttempts: count + 1 }
      const all = Array.from({ length: count }, (_, i) => pair[i % 2]!.throttle)
      for (const each of all.slice(0, 2)) await each.take([entry('a', limits)], () => START)
      await Promise.all(all.slice(2).map((each) => each.take([entry('a', limits)], () => START)))
      await Promise.all(all.map((each) => each.refund(['a'])))
      const strict = () => pair[0].throttle.take([entry('a')], () => START)
      assert.deepEqual([await strict(), await strict(), await strict()], [undefined, undefined, undefined])
      assert.deepEqual(await strict(), textAfter(LIMITS.firstPauseMs))
    })

    test('entries are counted in order up to the first that is paused', async (t) => {
      const [{ throttle }] = await open(t)
      const strict = { ...LIMITS, freeAttempts: 1 }
      const take = () => throttle.take([entry('first'), entry('second', strict), entry('third')], () => START)
      assert.equal(await take(), undefined)
      assert.deepEqual(await take(), textAfter(1000))
      // `first` was counted twice and has one free attempt left; `third` was counted once and has two.
      const free = async (key: string) => {
        const attempts = [1, 2, 3, 4, 5].map(() => throttle.take([entry(key)], () => START))
        return (await Promise.all(attempts)).filter((pausedUntil) => pausedUntil === undefined).length
      }
      assert.deepEqual([await free('first'), await free('third')], [1, 2])
    })

    test('a refund takes back one attempt and its pause', async (t) => {
      const [{ throttle }] = await open(t)
      for (let i = 0; i < 3; i++) await throttle.take([entry('a')], () => START)
      await throttle.refund(['a', 'unknown'])
      assert.equal(await throttle.take([entry('a')], () => START), undefined)
      assert.deepEqual(await throttle.take([entry('a')], () => START), textAfter(1000))
    })

    test('a refund of the only attempt, or of none, leaves none', async (t) => {
      const [{ throttle }] = await open(t)
      await throttle.take([entry('other')], () => START)
      await throttle.take([entry('a')], () => START)
      for (const _ of ['the only one', 'none']) await throttle.refund(['a'])
      const take = () => throttle.take([entry('a')], () => START)
      assert.deepEqual([await take(), await take(), await take()], [undefined, undefined, undefined])
      assert.deepEqual(await take(), textAfter(1000))
    })

    test('clearing removes all attempts', async (t) => {
      const [{ throttle }] = await open(t)
      for (let i = 0; i < 3; i++) await throttle.take([entry('a'), entry('b')], () => START)
      await throttle.clear(['a', 'unknown'])
      assert.equal(await throttle.take([entry('a')], () => START), undefined)
      assert.deepEqual(await throttle.take([entry('b')], () => START), textAfter(1000))
    })

    test('attempts are forgotten after a while without one', async (t) => {
      const [{ throttle }] = await open(t)
      for (let i = 0; i < 3; i++) await throttle.take([entry('a')], () => START)
      const later = after(LIMITS.forgetAfterMs)
      for (let i = 0; i < 3; i++) assert.equal(await throttle.take([entry('a')], () => later), undefined)
      assert.ok(await throttle.take([entry('a')], () => later))
    })

    test('lists the entries whose key begins with a text, page by page', async (t) => {
      const [{ throttle }, other] = await open(t)
      for (const key of [
        'pair ada 1',
        'pair ada 2',
        'pair ada 2',
        'pair adam 1',
        'pair ad 1',
        'account ada',
      ]) {
        await throttle.take([entry(key)], () => START)
      }
      await throttle.remember('pair ada 3', START_AT)
      const page = async (after: string | undefined, limit: number) =>
        (await other.throttle.startingWith('pair ada ', { after, limit })).map(({ key, attempts }) => [
          key,
          attempts?.count,
        ])
      const all = [
        ['pair ada 1', 1],
        ['pair ada 2', 2],
        ['pair ada 3', 0],
      ]
      assert.deepEqual(await page(undefined, 9), all)
      assert.deepEqual(await page(undefined, 2), all.slice(0, 2))
      assert.deepEqual(await page('pair ada 2', 2), all.slice(2))
    })

    test('remembers a key until its time, also after a repetition', async (t) => {
      const [{ throttle }, other] = await open(t)
      assert.equal(await throttle.remembers('k', START), false)
      await throttle.remember('k', textAfter(10))
      await throttle.remember('k', textAfter(20))
      assert.equal(await other.throttle.remembers('k', after(19)), true)
      assert.equal(await other.throttle.remembers('k', after(20)), false)
    })

    test('entries of a clock that was ahead count as expired: no pause, no known address, and they are purged', async (t) => {
      const [{ throttle }] = await open(t)
      const [now, ahead] = [START, after(KNOWN_ADDRESS_MS + DAY_MS)]
      for (let i = 0; i < 4; i++) await throttle.take([entry('a')], () => after(DAY_MS))
      assert.ok(await throttle.take([entry('a')], () => after(DAY_MS)), 'paused by that clock')
      assert.equal(await throttle.take([entry('a')], () => now), undefined)
      await throttle.remember('k', ahead.toISOString())
      assert.equal(await throttle.remembers('k', now), false)
      assert.equal(await throttle.remembers('k', after(DAY_MS)), true)
      await throttle.remember('kept', textAfter(KNOWN_ADDRESS_MS))
      assert.deepEqual([await throttle.purge(() => now, 9), await throttle.purge(() => now, 9)], [1, 0])
      assert.equal(await throttle.remembers('kept', now), true)
    })

    test('a purge that waited before it removes anything does not forget what was remembered meanwhile', async (t) => {
      const [{ throttle }] = await open(t)
      const later = after(CLOCKS_DIFFER_MS + 1_000)
      await throttle.remember('k', new Date(later.getTime() + KNOWN_ADDRESS_MS).toISOString())
      let time = START
      const purged = throttle.purge(() => time, 9)
      time = later
      assert.equal(await purged, 0)
      assert.equal(await throttle.remembers('k', later), true)
    })

    test('the longest retention ends exactly at the allowed clock difference', async (t) => {
      const [{ throttle }] = await open(t)
      await throttle.remember('last', textAfter(KNOWN_ADDRESS_MS + CLOCKS_DIFFER_MS))
      await throttle.remember('beyond', textAfter(KNOWN_ADDRESS_MS + CLOCKS_DIFFER_MS + 1))
      assert.deepEqual(
        [await throttle.remembers('last', START), await throttle.remembers('beyond', START)],
        [true, false],
      )
      assert.equal(await throttle.purge(() => START, 9), 1)
      assert.equal(await throttle.remembers('last', START), true)
    })

    test('expired entries and those too far ahead share one purge batch', async (t) => {
      const [{ throttle }] = await open(t)
      for (const key of ['a', 'b']) await throttle.remember(key, START_AT)
      for (const key of ['c', 'd', 'e']) await throttle.remember(key, textAfter(2 * KNOWN_ADDRESS_MS))
      const purge = () => throttle.purge(() => START, 2)
      assert.deepEqual([await purge(), await purge(), await purge(), await purge()], [2, 2, 1, 0])
    })

    test('purging removes only expired entries, one batch at a time', async (t) => {
      const [{ throttle }] = await open(t)
      for (const key of ['a', 'b', 'c']) await throttle.take([entry(key)], () => START)
      for (let i = 0; i < 3; i++) await throttle.take([entry('d')], () => after(1))
      const now = after(LIMITS.forgetAfterMs)
      assert.deepEqual(
        [
          await throttle.purge(() => now, 2),
          await throttle.purge(() => now, 2),
          await throttle.purge(() => now, 2),
        ],
        [2, 1, 0],
      )
      assert.deepEqual(await throttle.take([entry('d')], () => after(1)), textAfter(1001))
    })
  })
}
