import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createStripeAmounts } from '../src/clients/stripe_amounts.ts'

suite('amounts at Stripe', () => {
  for (const [currency, digits, minor, amount] of [
    ['EUR', 2, 1_999, 1_999],
    ['USD', 0, 19, 1_900],
    ['USD', 3, 19_990, 1_999],
    ['JPY', 0, 500, 500],
    ['JPY', 2, 50_000, 500],
    ['MGA', 2, 1_900, 19],
    ['ISK', 0, 1_000, 100_000],
    ['UGX', 2, 100_000, 100_000],
    ['KWD', 3, 1_230, 1_230],
    ['KWD', 2, 123, 1_230],
    ['HUF', 2, 17_550, 17_550],
    ['TWD', 2, 1_950, 1_950],
  ] as const) {
    test(`${currency} with ${digits} digits: ${minor} is ${amount}, and back`, () => {
      const { toStripe, fromStripe } = createStripeAmounts(currency, digits)
      assert.deepEqual([toStripe(minor), fromStripe(amount)], [amount, minor])
    })
  }

  for (const [currency, digits, minor] of [
    ['MGA', 2, 1_950],
    ['ISK', 2, 150],
    ['KWD', 3, 1_234],
    ['USD', 3, 19_995],
  ] as const) {
    test(`${currency} with ${digits} digits: ${minor} is refused, not rounded`, () => {
      assert.throws(() => createStripeAmounts(currency, digits).toStripe(minor), {
        name: 'Refused',
        code: 'amount_too_exact',
      })
    })
  }

  test('limits are in our minor units, and unknown ones let amounts pass', () => {
    const limits = (currency: string, digits: number) => {
      const { leastMinor, mostMinor, stepMinor } = createStripeAmounts(currency, digits).limits()
      return [leastMinor, mostMinor, stepMinor]
    }
    assert.deepEqual(limits('EUR', 2), [50, 99_999_999, 1])
    assert.deepEqual(limits('USD', 0), [1, 999_999, 1])
    assert.deepEqual(limits('HUF', 0), [175, 9_999_999_999, 1])
    assert.deepEqual(limits('ISK', 0), [1, 999_999, 1])
    assert.deepEqual(limits('KWD', 3), [10, 99_999_990, 10])
    assert.deepEqual(limits('MGA', 2), [100, 9_999_999_900, 100])
  })
})
