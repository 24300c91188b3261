import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { currencyDigits, formatMoney, MONEY_MINOR_MAX, parseMoney } from '../src/money.ts'

suite('9: money is exact', () => {
  test('what is written is what is read, for every amount and every number of digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MONEY_MINOR_MAX }), fc.constantFrom(0, 2, 3), (minor, digits) => {
        assert.equal(parseMoney(formatMoney(minor, digits), digits), minor)
      }),
    )
  })

  const read: [string | number, number, number][] = [
    ['19.99', 2, 1999],
    [19.99, 2, 1999],
    ['20', 2, 2000],
    [0.1, 2, 10],
    ['0', 2, 0],
    ['1.005', 3, 1005],
    ['500', 0, 500],
    [String(MONEY_MINOR_MAX), 0, MONEY_MINOR_MAX],
    [MONEY_MINOR_MAX, 0, MONEY_MINOR_MAX],
    [1.1, 2, 110],
  ]
  for (const [text, digits, minor] of read) {
    test(`${JSON.stringify(text)} with ${digits} digits is ${minor}`, () =>
      assert.equal(parseMoney(text, digits), minor))
  }

  const refused: [string | number, number][] = [
    ['19.999', 2],
    [0.1 + 0.2, 2],
    ['1.5', 0],
    ['-1', 2],
    [-0.01, 2],
    ['1e3', 2],
    [1e21, 2],
    [Number.NaN, 2],
    [Number.POSITIVE_INFINITY, 2],
    ['', 2],
    [' 1', 2],
    ['01', 2],
    ['1.', 2],
    ['.5', 2],
    ['1,00', 2],
    ['99999999999999.99', 2],
    ['1000000000000001', 0],
    ['9999999999999999.999', 3],
  ]
  for (const [text, digits] of refused) {
    test(`${JSON.stringify(text)} with ${digits} digits is no amount`, () => {
      assert.equal(parseMoney(text, digits), undefined)
    })
  }

  test('digits follow ISO 4217; an unknown currency is refused', () => {
    assert.deepEqual(['USD', 'JPY', 'KWD'].map(currencyDigits), [2, 0, 3])
    assert.throws(() => currencyDigits('XQX'), RangeError)
  })
})
