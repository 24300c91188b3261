import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isOpeningBalance, OPENING_NOTE, openingBalance, runsToCompact } from '../../src/domain/compaction.ts'
import type { Movement } from '../../src/domain/product.ts'

const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`
const NOBODY = () => false

/** One movement a day, with these changes; every `skip` of the version is one that had no movement. */
function ledger(...deltas: (number | [delta: number, orderId: string])[]): Movement[] {
  let stockAfter = 0
  return deltas.map((each, i) => {
    const [delta, orderId] = Array.isArray(each) ? each : [each, null]
    stockAfter += delta
    const made = { productId: 'tea', version: 2 * i + 1, delta, stockAfter, at: at(i + 1) }
    return orderId === null
      ? { ...made, reason: 'adjustment', note: 'counted', orderId, by: 'root' }
      : { ...made, reason: delta < 0 ? 'sale' : 'release', note: null, orderId, by: null }
  })
}

const versions = (runs: readonly (readonly Movement[])[]) =>
  runs.map((run) => run.map(({ version }) => version))

suite('compacting movements', () => {
  test('an opening balance has the sum of its run, and version, stock and time of the last one (2)', () => {
    const run = ledger(10, -3, [-2, 'order'])
    assert.deepEqual(openingBalance(run), {
      productId: 'tea',
      version: 5,
      delta: 5,
      stockAfter: 5,
      reason: 'adjustment',
      note: OPENING_NOTE,
      orderId: null,
      by: null,
      at: at(3),
    })
    assert.deepEqual([openingBalance(run), ...run].map(isOpeningBalance), [true, false, false, false])
  })

  test('what is older than the limit is one run; the rest stays', () => {
    const movements = ledger(10, -1, -1, -1, -1)
    assert.deepEqual(versions(runsToCompact(movements, at(4), NOBODY)), [[1, 3, 5]])
    assert.deepEqual(versions(runsToCompact(movements, at(5), NOBODY)), [[1, 3, 5, 7]])
    for (const day of [1, 2]) assert.deepEqual(runsToCompact(movements, at(day), NOBODY), [])
  })

  test('a movement after a younger one stays too, whatever its time says', () => {
    const movements = ledger(10, -1, -1, -1).map((each, i) => (i === 2 ? { ...each, at: at(30) } : each))
    assert.deepEqual(versions(runsToCompact(movements, at(20), NOBODY)), [[1, 3]])
  })

  test('a: the sale of an order that still holds stays, and divides the movements', () => {
    const movements = ledger(10, [-1, 'a'], [-1, 'held'], [-1, 'b'], [1, 'b'], 5, [-1, 'held'])
    const runs = runsToCompact(movements, at(30), (orderId) => orderId === 'held')
    assert.deepEqual(versions(runs), [
      [1, 3],
      [7, 9, 11],
    ])
    const { delta, stockAfter } = openingBalance(runs[1]!)
    assert.deepEqual({ delta, stockAfter }, { delta: 5, stockAfter: 13 })
  })

  test('b: a movement that does not start from the stock before it is never hidden', () => {
    const movements = ledger(10, -1, -1, -1, -1).filter((_, i) => i !== 2)
    assert.deepEqual(versions(runsToCompact(movements, at(30), NOBODY)), [
      [1, 3],
      [7, 9],
    ])
  })

  test('c: a run whose sum is zero keeps its last movement', () => {
    assert.deepEqual(versions(runsToCompact(ledger(10, -4, -6), at(30), NOBODY)), [[1, 3]])
    assert.deepEqual(runsToCompact(ledger(10, -10), at(30), NOBODY), [])
  })

  test('an opening balance is compacted again with those after it, to the same sum', () => {
    const movements = ledger(10, -1, -2, -3, 20)
    const once = openingBalance(movements.slice(0, 3))
    const [run] = runsToCompact([once, ...movements.slice(3)], at(30), NOBODY)
    assert.deepEqual(openingBalance(run!), openingBalance(movements))
    assert.deepEqual(runsToCompact([once], at(30), NOBODY), [])
  })
})
