import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  atFirst,
  hasValues,
  isComplete,
  nextToChoose,
  untested,
  withValue,
} from '../../web/src/shop/variant_choice.ts'

const OPTIONS = [
  { name: 'Colour', values: ['Red', 'Blue'] },
  { name: 'Size', values: ['S', 'L'] },
  { name: 'Cloth', values: ['Linen'] },
]

suite('choosing a variant', () => {
  test('only where there is no choice a value is chosen at first', () => {
    assert.deepEqual(atFirst(OPTIONS), [undefined, undefined, 'Linen'])
    assert.equal(nextToChoose(OPTIONS, atFirst(OPTIONS))?.name, 'Colour')
  })

  test('it is complete with a value of each option, and another value replaces one', () => {
    const red = withValue(atFirst(OPTIONS), 0, 'Red')
    assert.equal(isComplete(red), false)
    assert.equal(nextToChoose(OPTIONS, red)?.name, 'Size')
    const large = withValue(red, 1, 'L')
    assert.equal(isComplete(large), true)
    assert.equal(nextToChoose(OPTIONS, large), undefined)
    assert.deepEqual(withValue(large, 0, 'Blue'), ['Blue', 'L', 'Linen'])
  })

  test('a variant fits only with exactly the chosen values', () => {
    const variant = { option_values: ['Red', 'L', 'Linen'] }
    assert.equal(hasValues(variant, ['Red', 'L', 'Linen']), true)
    assert.equal(hasValues(variant, ['Red', 'S', 'Linen']), false)
    assert.equal(hasValues(variant, ['Red', 'L', undefined]), false)
    assert.equal(hasValues(variant, ['Red', 'L']), false)
  })

  test('while the answer is not there, nothing is said to be sold out', () =>
    assert.deepEqual(untested(OPTIONS)[2], {
      name: 'Cloth',
      values: [{ value: 'Linen', exists: true, in_stock: true }],
    }))
})
