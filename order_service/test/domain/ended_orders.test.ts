import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { firstIdAt, hasEndedBefore } from '../../src/domain/ended_orders.ts'
import { STORED } from '../stored_orders.ts'

const FAR_AHEAD = '9000-01-01T00:00:00.000Z'

suite('orders that may be removed', () => {
  test('3: are those that were rejected or cancelled, and no others', () => {
    for (const [sample, stored] of Object.entries(STORED)) {
      const { status } = stored.order
      assert.equal(hasEndedBefore(stored, FAR_AHEAD), status === 'rejected' || status === 'cancelled', sample)
    }
  })

  test('changed before the limit, not at it', () => {
    const stored = STORED.rejected!
    assert.equal(hasEndedBefore(stored, stored.order.updatedAt), false)
    assert.equal(hasEndedBefore(stored, `${stored.order.updatedAt}+`), true)
  })

  test('the first id of a time sorts between older and younger ids', () => {
    const time = '2026-03-01T12:00:00.000Z'
    const first = firstIdAt(time)
    assert.equal(first, '019ca945-0a00')
    assert.ok(firstIdAt('2026-03-01T11:59:59.999Z') < first)
    assert.ok(`${firstIdAt('2026-03-01T11:59:59.999Z')}-7fff-bfff-ffffffffffff` < first)
    assert.ok(first < `${first}-7000-8000-000000000000`)
    assert.equal(firstIdAt('1970-01-01T00:00:00.000Z'), '00000000-0000')
  })
})
