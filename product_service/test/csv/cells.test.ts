/** Invariants 1 and 2 of cells.ts: what is written is read again, and is no formula. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import {
  amountOf,
  gramsOf,
  guarded,
  joinList,
  joinNamed,
  splitList,
  splitNamed,
  unguarded,
} from '../../src/csv/cells.ts'

/** Signs that mean something in a cell, and some that do not. */
const signs = fc.constantFrom(...'\\;: =+-@\'",\u00a0\u3000＝aé漢🦊\ufeff'.split(/(?:)/u))
const anyText = fc.oneof(fc.string({ unit: signs }), fc.string({ unit: 'grapheme' }))
const line = anyText.filter((text) => text.trim() !== '' && !/[\r\n]/.test(text))

suite('cells', () => {
  test('1: lists are read as they were written', () => {
    fc.assert(fc.property(fc.array(line), (values) => assert.deepEqual(splitList(joinList(values)), values)))
    assert.equal(joinList(['a; b', 'c']), 'a\\; b; c')
    assert.deepEqual(splitList('cotton;linen ;  ; silk'), ['cotton', 'linen', 'silk'])
  })

  test('1: named lists are read as they were written', () => {
    const entries = fc.array(fc.tuple(line, fc.array(line, { minLength: 1 })))
    fc.assert(fc.property(entries, (named) => assert.deepEqual(splitNamed(joinNamed(named)), named)))
    assert.deepEqual(splitNamed('Material: cotton; linen\r\nFit: slim'), [
      ['Material', ['cotton', 'linen']],
      ['Fit', ['slim']],
    ])
    for (const wrong of ['cotton', ': cotton', 'Material:', 'Material: ;'])
      assert.equal(splitNamed(wrong), undefined)
  })

  test('2: no cell begins as a formula, and the guard is removed again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.doesNotMatch(guarded(text), /^[=+\-@\t\r＝＋－＠]/)
        assert.equal(unguarded(guarded(text)), text)
      }),
    )
    assert.equal(guarded('=HYPERLINK("http://x")'), '\'=HYPERLINK("http://x")')
    assert.equal(guarded("'=1"), "''=1")
    assert.equal(unguarded("'tis"), "'tis")
  })

  test('amounts', () => {
    const read = (text: string, digits = 2) => amountOf(text, 'EUR', digits)
    for (const [text, amount] of [
      ['19.99', '19.99'],
      ['19,99', '19.99'],
      [' 19.99 EUR', '19.99'],
      ['EUR 5', '5'],
      ['007.50', '7.50'],
      ['5.000', '5.00'],
      ['5.001', '5.001'],
    ] as const) {
      assert.equal(read(text), amount)
    }
    assert.equal(read('1990.00', 0), '1990')
    for (const wrong of ['', 'free', '1,234.50', '1.234,50', '1,000', '-5', '19.99 USD', '1e3', '.5']) {
      assert.equal(read(wrong), undefined, wrong)
    }
  })

  test('weights', () => {
    assert.deepEqual(
      ['500', '500 g', '0.5 kg', '0,5kg', '1 lb', '8 oz'].map(gramsOf),
      [500, 500, 500, 500, 454, 227],
    )
    for (const wrong of ['', 'heavy', '-1', '1 t']) assert.equal(gramsOf(wrong), undefined)
  })
})
