/** Fields as people type them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Field } from '../../web/src/admin/products/conflict.ts'
import { type Money, readField, readFields } from '../../web/src/admin/products/field_text.ts'

const DOLLARS = { currency: 'USD', currency_digits: 2 }
const EUROS = { currency: 'EUR', currency_digits: 2 }
const YEN = { currency: 'JPY', currency_digits: 0 }
const DINARS = { currency: 'KWD', currency_digits: 3 }
/** Forints with the digits of the shop, which are not those of the browser. */
const FORINTS = { currency: 'HUF', currency_digits: 2 }
const WHOLE_FORINTS = { currency: 'HUF', currency_digits: 0 }

const TAKEN: readonly [Field, text: string, money: Money, value: unknown][] = [
  ['name', '  Kettle ', DOLLARS, 'Kettle'],
  ['price', '7', DOLLARS, '7.00'],
  ['price', '7,5', EUROS, '7.50'],
  ['price', '007.25', DOLLARS, '7.25'],
  ['price', '1200', YEN, '1200'],
  ['price', '1.234', DINARS, '1.234'],
  ['price', '1990,5', FORINTS, '1990.50'],
  ['price', '1990', WHOLE_FORINTS, '1990'],
  ['stock', '0', DOLLARS, 0],
  ['stock', ' 12 ', DOLLARS, 12],
  ['compare_at_price', '', DOLLARS, null],
  ['compare_at_price', '9,9', EUROS, '9.90'],
  ['sku', ' A-1 ', DOLLARS, 'A-1'],
  ['sku', ' ', DOLLARS, null],
  ['gtin', '4006381 333931', DOLLARS, '4006381333931'],
  ['weight_grams', '250', DOLLARS, 250],
  ['publish_at', '', DOLLARS, null],
  ['attributes', '[["Material",["cotton"]],["",[]]]', DOLLARS, { Material: ['cotton'] }],
  ['options', '[[" Size ",["S","M"]]]', DOLLARS, [{ name: 'Size', values: ['S', 'M'] }]],
]
const REFUSED: readonly [Field, text: string, money: Money][] = [
  ['name', '   ', DOLLARS],
  ['price', '', DOLLARS],
  ['price', '1.999', DOLLARS],
  ['price', '1.5', YEN],
  ['price', '1990.5', WHOLE_FORINTS],
  ['price', '-1', DOLLARS],
  ['price', '1e3', DOLLARS],
  ['price', '1,000.00', DOLLARS],
  ['stock', '1.5', DOLLARS],
  ['stock', '-1', DOLLARS],
  ['stock', '', DOLLARS],
  ['stock', '1000000001', DOLLARS],
  ['weight_grams', '1.5', DOLLARS],
  ['media', '[{"id":"a","alt":" ","focus":{"x":50,"y":50}}]', DOLLARS],
  ['attributes', '[["Material",[]]]', DOLLARS],
  ['attributes', '[["Material",["cotton"]],["Material",["wool"]]]', DOLLARS],
  ['options', '[]', DOLLARS],
]

test('the message names the maximum', () => {
  for (const text of ['1000000001', '9'.repeat(400)]) {
    assert.deepEqual(readField('stock', text, DOLLARS), {
      fault: `Stock is at most ${(10 ** 9).toLocaleString()}.`,
    })
  }
})

suite('a typed field', () => {
  for (const [field, text, money, value] of TAKEN) {
    test(`${field} "${text}" (${money.currency}) is ${value}`, () =>
      assert.deepEqual(readField(field, text, money), { value }))
  }
  for (const [field, text, money] of REFUSED) {
    test(`${field} "${text.slice(0, 20)}" (${money.currency}) is rejected with a reason`, () => {
      const read = readField(field, text, money)
      assert.ok('fault' in read && read.fault.length > 10)
    })
  }
})

test('an address that was emptied stays as it was', () => {
  assert.deepEqual(readFields({ slug: ' ', sku: '' }, DOLLARS), { edit: { sku: null }, faults: {} })
})
