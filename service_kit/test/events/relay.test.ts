import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { POSTPONED_MS, type RelayOptions, THINGS_AT_ONCE } from '../../src/events/batch.ts'
import { EVENTS_PER_CALL_MAX, EventsRefused, type Publish } from '../../src/events/publisher.ts'
import { createRelay, LEASE_MS, ROUND_MS, SWEEP_EVERY_MS } from '../../src/events/relay.ts'
import { createRelayMetrics } from '../../src/events/relay_metrics.ts'
import type { EventSource, OutgoingEvent } from '../../src/events/source.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'
import { createVirtualRuntime } from '../../test_support/virtual_runtime.ts'

type Thing = { last: number; published: number; due: string; broken?: boolean; bytes?: number }

/** Things with versions, and a log that takes their events in order. */
function createWorld() {
  const runtime = createVirtualRuntime()
  const things = new Map<string, Thing>()
  const heads = new Map<string, number>()
  const log: string[] = []
  const calls: OutgoingEvent[][] = []
  let holder = { owner: '', until: 0 }
  let sweeps = 0
  const source: EventSource = {
    kind: 'thing',
    unpublished: async (now, limit) =>
      [...things]
        .filter(([, { last, published, due }]) => last > published && due <= now)
        .slice(0, limit)
        .map(([aggregate, { last, published, broken, bytes = 1 }]) => ({
          ...{ aggregate, last, published, changedAt: '2026-01-01T00:00:00.000Z' },
          eventsFrom(sequence, most) {
            if (broken) throw new Error('it cannot be read')
            return Array.from({ length: Math.max(0, Math.min(most, last - sequence + 1)) }, (_, i) => ({
              ...{
                aggregate,
                sequence: sequence + i,
                type: 'thing.changed',
                time: '2026-01-01T00:00:00.000Z',
              },
              data: { text: 'x'.repeat(bytes) },
            }))
          },
        })),
    async markPublished(marked) {
      for (const { aggregate, last } of marked) {
        const thing = things.get(aggregate)!
        thing.published = Math.max(thing.published, last)
      }
    },
    async postpone(aggregates, until) {
      for (const aggregate of aggregates) things.get(aggregate)!.due = until
    },
    backlog: async () => {
      const count = [...things.values()].filter(({ last, published }) => last > published).length
      return { count, oldestAt: count === 0 ? undefined : '2025-12-31T23:59:00.000Z' }
    },
    lease: {
      async take(owner, now, until) {
        if (holder.owner !== owner && holder.until >= now.getTime()) return false
        holder = { owner, until: until.getTime() }
        return true
      },
      end: async () => new Date(holder.until),
    },
  }
  const accept: Publish = async (events) => {
    calls.push([...events])
    const expected = new Map<string, number>()
    for (const { aggregate, sequence } of events) {
      const head = heads.get(aggregate) ?? 0
      if (sequence === head + 1) {
        heads.set(aggregate, sequence)
        log.push(`${aggregate} ${sequence}`)
      }
      expected.set(aggregate, (heads.get(aggregate) ?? 0) + 1)
    }
    return [...expected].map(([aggregate, next]) => ({ aggregate, expected: next }))
  }
  const relay = (
    publish: Publish = accept,
    given: Partial<EventSource> = {},
    more: Pick<RelayOptions, 'batchesPerRound'> = {},
  ) => {
    const metrics = createMetrics('thing_service')
    const own = createRelayMetrics(metrics)
    const options = { source: { ...source, ...given }, publish, runtime, metrics: own, ...more }
    return { metrics, ...createRelay(options) }
  }
  return {
    ...{ runtime, things, heads, log, calls, accept, relay },
    add: (aggregate: string, last: number, more: Partial<Thing> = {}) =>
      things.set(aggregate, { last, published: 0, due: '', ...more }),
    unpublished: () => [...things].filter(([, each]) => each.last > each.published).map(([name]) => name),
    sweep: async () => ++sweeps % 3 !== 0,
    swept: () => sweeps,
  }
}

suite('publishing events', () => {
  test('1: what was sent is recorded only after it was answered; a lost answer doubles a call', async () => {
    const { add, relay, accept, log, unpublished } = createWorld()
    add('thing:a', 2)
    const lost = relay(async (events) => {
      await accept(events)
      throw new Error('the connection broke')
    })
    await assert.rejects(lost.round(), /broke/)
    assert.deepEqual([log, unpublished()], [['thing:a 1', 'thing:a 2'], ['thing:a']])
    await lost.stop()
    await relay().round()
    assert.deepEqual([log.length, unpublished()], [2, []])
  })

  test('2: after a gap it goes on from the number that the log expects', async () => {
    const { add, things, heads, relay, log, unpublished } = createWorld()
    add('thing:a', 5)
    things.get('thing:a')!.published = 4
    heads.set('thing:a', 1)
    add('thing:b', 1)
    await relay().round()
    assert.deepEqual(
      log.filter((each) => each.startsWith('thing:a')),
      ['thing:a 2', 'thing:a 3', 'thing:a 4', 'thing:a 5'],
    )
    assert.deepEqual(unpublished(), [])
  })

  test('a round has at most so many batches; the rest waits for the next one', async () => {
    const { add, relay, log, unpublished } = createWorld()
    for (let i = 0; i < 3 * THINGS_AT_ONCE; i++) add(`thing:a${i}`, 1)
    const limited = relay(undefined, {}, { batchesPerRound: 2 })
    await limited.round()
    assert.deepEqual([log.length, unpublished().length], [2 * THINGS_AT_ONCE, THINGS_AT_ONCE])
    await limited.round()
    assert.deepEqual([log.length, unpublished()], [3 * THINGS_AT_ONCE, []])
  })

  test('a call has at most so many events, and so many bytes, and a thing with more takes several', async () => {
    const { add, relay, calls, log, unpublished } = createWorld()
    add('thing:a', 2 * EVENTS_PER_CALL_MAX + 1)
    for (let i = 0; i < 40; i++) add(`thing:large_${i}`, 1, { bytes: 16_000 })
    await relay().round()
    assert.deepEqual(unpublished(), [])
    assert.equal(log.length, 2 * EVENTS_PER_CALL_MAX + 41)
    for (const events of calls) {
      assert.ok(events.length <= EVENTS_PER_CALL_MAX)
      assert.ok(JSON.stringify(events).length < 700_000)
    }
  })

  test('3: a thing that cannot be read, or whose events are refused, delays no other, and is tried again later', async () => {
    const { add, things, relay, accept, unpublished, runtime } = createWorld()
    add('thing:broken', 1, { broken: true })
    add('thing:refused', 1)
    for (const name of ['a', 'b', 'c']) add(`thing:${name}`, 2)
    const { round, metrics } = relay(async (events) => {
      if (events.some(({ aggregate }) => aggregate === 'thing:refused')) throw new EventsRefused('no')
      return accept(events)
    })
    await round()
    assert.deepEqual(unpublished(), ['thing:broken', 'thing:refused'])
    const until = new Date(runtime.now().getTime() + POSTPONED_MS).toISOString()
    assert.deepEqual([things.get('thing:broken')!.due, things.get('thing:refused')!.due], [until, until])
    assert.match(await metrics.registry.metrics(), /events_refused_total\{[^}]*\} 2\n/)
    things.get('thing:broken')!.broken = false
    await runtime.advance(POSTPONED_MS)
    await relay().round()
    assert.deepEqual(unpublished(), [])
  })

  test('3: a thing that the log never takes is postponed', async () => {
    const { add, relay, accept, unpublished, things } = createWorld()
    add('thing:a', 1)
    add('thing:b', 1)
    await relay(async (events) => {
      const receipts = await accept(events)
      return receipts.map((each) => (each.aggregate === 'thing:a' ? { ...each, expected: 1 } : each))
    }).round()
    assert.deepEqual(unpublished(), ['thing:a'])
    assert.notEqual(things.get('thing:a')!.due, '')
  })

  test('4: while the log cannot be reached, calls are made one at a time with growing pauses', async () => {
    const { add, relay, accept, runtime, unpublished } = createWorld()
    add('thing:a', 1)
    let away = true
    let attempts = 0
    const { start, stop } = relay(async (events) => {
      attempts += 1
      if (away) throw new Error('ECONNREFUSED')
      return accept(events)
    })
    start()
    await runtime.advance(60_000)
    assert.ok(attempts > 3 && attempts < 25, String(attempts))
    away = false
    await runtime.advance(31_000)
    assert.deepEqual(unpublished(), [])
    await stop()
  })

  test('5: another relay waits for the lease, and goes on when the first one ends or stops', async () => {
    const { add, relay, runtime, unpublished, things } = createWorld()
    const [one, two] = [relay(), relay()]
    add('thing:a', 1)
    assert.equal(await one.round(), true)
    add('thing:b', 1)
    assert.equal(await two.round(), false)
    await runtime.advance(LEASE_MS + 1)
    assert.equal(await two.round(), true)
    assert.deepEqual(unpublished(), [])
    await two.stop()
    things.get('thing:a')!.last = 2
    assert.equal(await one.round(), true)
  })

  test('a round without anything to publish takes no lease; a sweep is made in steps, and again after a while', async () => {
    const { relay, runtime, swept, sweep } = createWorld()
    let taken = 0
    const lease = {
      async take() {
        taken += 1
        return true
      },
      end: async () => undefined,
    }
    await relay(undefined, { lease }).round()
    assert.equal(taken, 0)
    const { start, stop } = relay(undefined, { lease, sweep })
    start()
    await runtime.advance(10 * ROUND_MS)
    assert.deepEqual([swept(), taken], [3, 3])
    await runtime.advance(SWEEP_EVERY_MS)
    assert.equal(swept(), 6)
    await stop()
  })

  test('the backlog and its age are measured', async () => {
    const { add, relay, runtime } = createWorld()
    add('thing:a', 1)
    const { start, stop, metrics } = relay(async () => Promise.reject(new Error('away')))
    start()
    await runtime.advance(20_000)
    const text = await metrics.registry.metrics()
    assert.match(text, /events_unpublished\{kind="thing"[^}]*\} 1\n/)
    assert.match(text, /events_oldest_seconds\{kind="thing"[^}]*\} [67]\d/)
    await stop()
  })

  test('whatever fails between two steps: each thing gets into the log in its order, complete', async () => {
    const fault = fc.constantFrom('none', 'lost_call', 'lost_answer', 'refused', 'lost_mark')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 4 }),
        async (faults, versions) => {
          const { add, relay, accept, log, unpublished, runtime } = createWorld()
          for (const [i, last] of versions.entries()) add(`thing:${i}`, last)
          const next = () => faults.shift() ?? 'none'
          const faulty: Publish = async (events) => {
            const what = next()
            if (what === 'lost_call') throw new Error('lost')
            if (what === 'refused') throw new EventsRefused('no')
            const receipts = await accept(events)
            if (what === 'lost_answer') throw new Error('lost')
            return receipts
          }
          for (let i = 0; i < 40 && unpublished().length > 0; i++) {
            const one = relay(faulty)
            await one.round().catch(() => {})
            await one.stop()
            await runtime.advance(POSTPONED_MS)
          }
          assert.deepEqual(unpublished(), [])
          for (const [i, last] of versions.entries())
            assert.deepEqual(
              log.filter((each) => each.startsWith(`thing:${i} `)),
              Array.from({ length: last }, (_, n) => `thing:${i} ${n + 1}`),
            )
        },
      ),
      { numRuns: 60 },
    )
  })
})
