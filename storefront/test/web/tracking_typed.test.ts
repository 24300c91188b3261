/** What an admin types about a parcel: an order ships without, a correction needs a number. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trackingTyped } from '../../web/src/admin/orders/tracking_typed.ts'

const LONG = 'x'.repeat(61)

test('without a number an order ships without tracking, whatever the carrier', () => {
  for (const carrier of ['', 'Post', LONG])
    assert.deepEqual(trackingTyped(carrier, ' ', false), { faults: {} })
})

test('a correction needs a number', () => {
  const { tracking, faults } = trackingTyped('Post', ' ', true)
  assert.equal(tracking, undefined)
  assert.notEqual(faults.number, undefined)
})

test('the carrier may be missing; blanks around are left out', () => {
  assert.deepEqual(trackingTyped(' ', ' JD1 ', false).tracking, { number: 'JD1' })
  assert.deepEqual(trackingTyped(' Post ', 'JD1', true).tracking, { number: 'JD1', carrier: 'Post' })
})

test('what is too long is refused where it was typed', () => {
  const { faults } = trackingTyped(LONG, LONG, false)
  assert.deepEqual([typeof faults.carrier, typeof faults.number], ['string', 'string'])
  assert.equal(trackingTyped('', 'JD1', false).faults.number, undefined)
})
