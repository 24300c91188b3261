/** Fields as people type them. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Field } from '../../web/src/admin/products/conflict.ts'
import { readField } from '../../web/src/admin/products/field_text.ts'

const TAKEN: readonly [Field, text: string, currency: string, value: string | number][] = [
  ['name', '  Kettle ', 'USD', 'Kettle'],
  ['price', '7', 'USD', '7.00'],
  ['price', '7,5', 'EUR', '7.50'],
  ['price', '007.25', 'USD', '7.25'],
  ['price', '1200', 'JPY', '1200'],
  ['price', '1.234', 'KWD', '1.234'],
  ['stock', '0', 'USD', 0],
  ['stock', ' 12 ', 'USD', 12],
]
const REFUSED: readonly [Field, text: string, currency: string][] = [
  ['name', '   ', 'USD'],
  ['price', '', 'USD'],
  ['price', '1.999', 'USD'],
  ['price', '1.5', 'JPY'],
  ['price', '-1', 'USD'],
  ['price', '1e3', 'USD'],
  ['price', '1,000.00', 'USD'],
  ['stock', '1.5', 'USD'],
  ['stock', '-1', 'USD'],
  ['stock', '', 'USD'],
  ['stock', '1000000001', 'USD'],
]

suite('a field as it is typed', () => {
  for (const [field, text, currency, value] of TAKEN) {
    test(`${field} "${text}" (${currency}) is ${value}`, () =>
      assert.deepEqual(readField(field, text, currency), { value }))
  }
  for (const [field, text, currency] of REFUSED) {
    test(`${field} "${text}" (${currency}) is refused with a reason`, () => {
      const read = readField(field, text, currency)
      assert.ok('fault' in read && read.fault.length > 10)
    })
  }
})
