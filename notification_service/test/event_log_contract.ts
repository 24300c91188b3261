/** What every event log promises (src/domain/ports.ts), tested on two connections to one store. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { eventIdOf } from '../src/domain/event.ts'
import type { Stores } from '../src/domain/ports.ts'
import { AT, event } from './samples.ts'

export function eventLogContract(
  name: string,
  open: (t: TestContext) => Promise<readonly [Stores, Stores]>,
  { races = true } = {},
): void {
  suite(`${name}: the event log`, () => {
    const ids = async ({ events }: Stores, after = 0, upTo = 1_000, limit = 100, types?: string[]) =>
      (await events.between(after, upTo, limit, types)).map((each) => `${each.position} ${eventIdOf(each)}`)

    test('an event is read as it was recorded; positions go on by one (E2)', async (t) => {
      const [one, two] = await open(t)
      assert.equal(await one.events.ends(), undefined)
      const data = { 'a.b': { $c: [1.5, 'é', null, true] }, n: 2 ** 40 }
      const first = event('order:a', 1, { data })
      const second = event('stock:b', 7, { type: 'stock.changed', coalesced: true })
      await one.events.record([first], AT)
      await two.events.record([second], AT)
      assert.deepEqual(await two.events.between(0, 9, 9), [
        { ...first, position: 1, recordedAt: AT },
        { ...second, position: 2, recordedAt: AT },
      ])
      assert.deepEqual(await one.events.ends(), { first: 1, last: 2 })
    })

    test('a repeated call records nothing, a gap is refused, the rest of the call is recorded (E1)', async (t) => {
      const [one, two] = await open(t)
      const events = [event('order:a', 1), event('order:b', 2), event('order:a', 2)]
      const receipts = async ({ events: log }: Stores) =>
        (await log.record(events, AT)).map(
          ({ aggregate, sequence, result, expected }) => `${aggregate} ${sequence} ${result} ${expected}`,
        )
      assert.deepEqual(await receipts(one), [
        ...['order:a 1 accepted 2', 'order:b 2 gap 1', 'order:a 2 accepted 3'],
      ])
      assert.deepEqual(await receipts(two), ['order:a 1 known 3', 'order:b 2 gap 1', 'order:a 2 known 3'])
      assert.deepEqual(await ids(one), ['1 order:a:1', '2 order:a:2'])
    })

    test('a part of the log, and of some types, is read in its order', async (t) => {
      const [one] = await open(t)
      const types = ['order.confirmed', 'order.shipped']
      await one.events.record(
        [1, 2, 3, 4, 5, 6].map((n) => event('order:a', n, { type: types[n % 2]! })),
        AT,
      )
      assert.deepEqual(await ids(one, 1, 4), ['2 order:a:2', '3 order:a:3', '4 order:a:4'])
      assert.deepEqual(await ids(one, 0, 6, 2), ['1 order:a:1', '2 order:a:2'])
      assert.deepEqual(await ids(one, 0, 4, 9, ['order.confirmed']), ['2 order:a:2', '4 order:a:4'])
      assert.deepEqual(await ids(one, 0, 9, 9, ['order.unknown']), [])
    })

    if (races)
      test('calls at once, of two processes: each event once, positions without gaps, numbers in order', async (t) => {
        const stores = await open(t)
        const writers = [0, 1, 2, 3].map(async (writer) => {
          for (let n = 1; n <= 6; n++) {
            // Two writers of each aggregate, as two relays after a lease that was lost.
            const aggregate = `order:${writer % 2}`
            await stores[writer < 2 ? 0 : 1].events.record([event(aggregate, n)], AT)
          }
        })
        const seen: number[] = []
        let done = false
        const reader = (async () => {
          for (let after = 0; !done || after < 12; ) {
            const ends = await stores[1].events.ends()
            const some = await stores[1].events.between(after, ends?.last ?? 0, 3)
            seen.push(...some.map(({ position }) => position))
            after = seen.at(-1) ?? 0
            await new Promise((turn) => setImmediate(turn))
          }
        })()
        await Promise.all(writers)
        done = true
        await reader
        assert.deepEqual(
          seen,
          Array.from({ length: 12 }, (_, i) => i + 1),
        )
        const all = await stores[0].events.between(0, 100, 100)
        for (const aggregate of ['order:0', 'order:1'])
          assert.deepEqual(
            all.filter((each) => each.aggregate === aggregate).map(({ sequence }) => sequence),
            [1, 2, 3, 4, 5, 6],
          )
      })

    test('old events are removed from the beginning, never the last one, and their numbers stay known', async (t) => {
      const [one, two] = await open(t)
      const day = (n: number) => `2026-05-0${n}T00:00:00.000Z`
      for (const n of [1, 2, 3]) await one.events.record([event('order:a', n)], day(n))
      // A clock that was wrong: what is behind it waits.
      await one.events.record([event('order:b', 1)], day(2))
      const old = one.oldEvents
      const due = await old.due(day(3), undefined, 1)
      assert.deepEqual([due.items.map(({ position }) => position), due.next], [[1], '1'])
      const rest = await old.due(day(3), '1', 9)
      assert.deepEqual([rest.items.map(({ position }) => position), rest.next], [[2], undefined])
      assert.equal(await old.remove([...due.items, ...rest.items]), 2)
      assert.equal(await two.oldEvents.remove(due.items), 0)
      assert.deepEqual(await two.events.ends(), { first: 3, last: 4 })
      const all = (await old.due('2027', undefined, 9)).items
      assert.equal(await old.remove(all), 1)
      assert.deepEqual(await ids(two), ['4 order:b:1'])
      const [again, next] = await two.events.record([event('order:a', 3), event('order:a', 4)], day(4))
      assert.deepEqual([again!.result, next!.result], ['known', 'accepted'])
      assert.deepEqual(await two.events.ends(), { first: 4, last: 5 })
    })
  })
}
