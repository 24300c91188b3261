import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CURRENCY_DIGITS, digitsOfOldStore } from '../../src/money/currencies.ts'
import {
  currencyDigits,
  formatMoney,
  MONEY_MINOR_MAX,
  parseMoney,
  parsePaddedMoney,
} from '../../src/money/money.ts'

suite('money is exact (invariant 9)', () => {
  test('a formatted amount is parsed to the same amount, for every amount and number of digits', () => {
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
    test(`${JSON.stringify(text)} with ${digits} digits is refused`, () => {
      assert.equal(parseMoney(text, digits), undefined)
    })
  }

  const written: [string, number, number | undefined][] = [
    ['1990.00', 0, 1990],
    ['1990', 2, 199000],
    ['19.90', 1, 199],
    ['0.00', 0, 0],
    ['100', 0, 100],
    ['19.90', 0, undefined],
    ['0.001', 2, undefined],
  ]
  for (const [text, digits, minor] of written) {
    test(`"${text}" with padded zeros is ${minor} with ${digits} digits`, () =>
      assert.equal(parsePaddedMoney(text, digits), minor))
  }
})

suite('digits of currencies', () => {
  const digits: Readonly<Record<number, string>> = {
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    2: 'USD EUR GBP CHF HUF IDR COP PKR MGA MRU LAK LBP MMK AFN ALL IRR SYP YER SOS KPW TWD CZK UZS ZWG XCG',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }
  for (const [count, codes] of Object.entries(digits)) {
    test(`${count}: ${codes}`, () => {
      for (const code of codes.split(' ')) assert.equal(currencyDigits(code), Number(count), code)
    })
  }

  test('the list has all currencies of ISO 4217, whatever this runtime knows', () => {
    assert.equal(CURRENCY_DIGITS.size, 17 + 139 + 7 + 2 + 6)
    assert.ok([...CURRENCY_DIGITS.keys()].every((code) => /^[A-Z]{3}$/.test(code)))
  })

  for (const code of 'XAU XAG XPT XPD XXX XTS XDR XSU XUA XBA XBB XBC XBD XQX usd'.split(' ').concat('')) {
    test(`"${code}" is refused`, () => assert.throws(() => currencyDigits(code), RangeError))
  }

  test('a store from before digits were stored has the digits of its time', () => {
    assert.deepEqual(['HUF', 'IQD', 'SLL', 'MGA', 'USD', 'JPY', 'KWD', 'XQX'].map(digitsOfOldStore), [
      0,
      0,
      0,
      0,
      2,
      0,
      3,
      undefined,
    ])
  })
})
