import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { reductionOf } from '../../web/src/shop/reduction.ts'

const reduction = (price: string, before: string | null, lowest: string | null = null) =>
  reductionOf({ price, compare_at_price: before, lowest_price_30_days: lowest })

suite('a reduced price', () => {
  for (const before of [null, '8.00', '8', '7.99', '8.0000']) {
    test(`8.00 is none after ${before}`, () => assert.equal(reduction('8.00', before, '9.00'), undefined))
  }

  test('the percentage is of the lowest price of 30 days, not of a higher one before it', () =>
    assert.deepEqual(reduction('90.00', '200.00', '100.00'), {
      before: '200.00',
      lowest: '100.00',
      share: 0.1,
    }))

  for (const [price, lowest] of [
    ['80.00', null],
    ['80.00', '80.00'],
    ['80.00', '70.00'],
    ['80.00', '80.01'],
  ] as const) {
    test(`${price} with ${lowest} as the lowest has no percentage`, () =>
      assert.deepEqual(reduction(price, '100.00', lowest), {
        before: '100.00',
        lowest: lowest ?? undefined,
        share: undefined,
      }))
  }

  test('percent are rounded down, and exact where a binary fraction is not', () => {
    assert.equal(reduction('0.71', '1.00', '1.00')?.share, 0.29)
    assert.equal(reduction('2', '3', '3')?.share, 0.33)
  })
})
