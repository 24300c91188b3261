import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decide, eventIdOf, validateStoredEvent } from '../../src/domain/event.ts'
import { AT, event } from '../samples.ts'

const results = (...args: Parameters<typeof decide>) =>
  decide(...args).receipts.map(({ result, expected }) => `${result} ${expected}`)

suite('which events are recorded (E1)', () => {
  test('the next one is, one of before is known, one after a gap is not', () => {
    const last = new Map([['order:a', 2]])
    const events = [2, 3, 3, 5, 4, 5].map((sequence) => event('order:a', sequence))
    assert.deepEqual(results(events, last), [
      ...['known 3', 'accepted 4', 'known 4', 'gap 4', 'accepted 5', 'accepted 6'],
    ])
    assert.deepEqual(results([event('order:b', 2)], last), ['gap 1'])
  })

  test('of coalesced ones any later one is', () => {
    const events = [4, 2, 9].map((sequence) => event('stock:a', sequence, { coalesced: true }))
    assert.deepEqual(results(events, new Map()), ['accepted 5', 'known 5', 'accepted 10'])
  })

  test('whatever comes in whatever order, doubled or cut: each aggregate is recorded in order, each once', () => {
    const calls = fc.array(
      fc.array(fc.record({ id: fc.constantFrom('a', 'b'), sequence: fc.integer({ min: 1, max: 5 }) }), {
        maxLength: 8,
      }),
    )
    fc.assert(
      fc.property(calls, (all) => {
        const recorded = new Map<string, number[]>()
        let heads: ReadonlyMap<string, number> = new Map()
        for (const call of all) {
          const { accepted, heads: changed } = decide(
            call.map(({ id, sequence }) => event(`order:${id}`, sequence)),
            heads,
          )
          for (const { aggregate, sequence } of accepted)
            recorded.set(aggregate, [...(recorded.get(aggregate) ?? []), sequence])
          heads = new Map([...heads, ...changed])
        }
        for (const [aggregate, sequences] of recorded) {
          assert.deepEqual(
            sequences,
            sequences.map((_, i) => i + 1),
          )
          assert.equal(heads.get(aggregate), sequences.length)
        }
      }),
    )
  })

  test('an id names the aggregate and the number, so no two kinds share one', () => {
    assert.equal(eventIdOf(event('payment:a', 3)), 'payment:a:3')
  })

  test('a stored record with other fields than an event is none', () => {
    const good = { ...event('order:a', 1), position: 1, recordedAt: AT }
    assert.equal(validateStoredEvent(good), good)
    for (const wrong of [
      ...[{ position: 0 }, { position: 1.5 }, { aggregate: 'order' }, { sequence: 0 }, { type: 'order' }],
      ...[{ time: 'soon' }, { recordedAt: '' }, { coalesced: 1 }, { data: [] }, { data: null }],
    ])
      assert.throws(() => validateStoredEvent({ ...good, ...(wrong as object) }), /not those of an event/)
  })
})
