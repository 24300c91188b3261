/** Ids sort by the time of their creation, within a millisecond too. */
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { suite, test } from 'node:test'
import { CLOCK_BACK_MAX_MS, createIds } from '../../src/runtime/ids.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
/** As Node makes it, at that time. */
const at = (ms: number) => {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`
}

suite('ids', () => {
  test('1: sort after the ones before, more of them than a millisecond has numbers', () => {
    const next = createIds(() => at(1_000))
    const ids = Array.from({ length: 10_000 }, next)
    assert.deepEqual(ids.toSorted(), ids)
    assert.equal(new Set(ids).size, ids.length)
    assert.ok(ids.every((id) => UUID_V7.test(id)))
    assert.ok(timeOf(ids.at(-1)!) <= 1_003)
  })

  test('1: while the clock stands, goes on, or is set back a little; one that is set back far is followed', () => {
    const times = [5_000, 5_001, 5_001, 4_000, 5_002, 9_000_000, 9_000_000 - CLOCK_BACK_MAX_MS]
    const next = createIds(() => at(times.shift()!))
    const ids = Array.from({ length: times.length }, next)
    assert.deepEqual(ids.toSorted(), ids)
    times.push(9_000_000 - CLOCK_BACK_MAX_MS - 1)
    assert.equal(timeOf(next()), 9_000_000 - CLOCK_BACK_MAX_MS - 1)
  })

  test('2: what follows the counter is random', () => {
    const next = createIds(() => at(1_000))
    assert.equal(new Set(Array.from({ length: 1_000 }, () => next().slice(19))).size, 1_000)
  })
})
