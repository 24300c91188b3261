import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { chosenSort, SORTS, searchOf, shownSort, viewIn } from '../../web/src/shop/view_address.ts'

const viewOf = (search: string) => viewIn(new URLSearchParams(search))

suite('the address of the catalogue', () => {
  for (const search of [
    '',
    'q=lamp',
    'q=lamp&sort=newest',
    'q=l%26mp&sort=-price&in_stock=true&cursor=abc',
  ]) {
    test(`"${search}" is parsed and written again unchanged`, () =>
      assert.equal(searchOf(viewOf(search)), search))
  }

  test('invalid values are ignored', () => {
    const nothing = { q: '', sort: undefined, inStock: false, cursor: undefined }
    assert.deepEqual(viewOf('q=%20&sort=relevance&in_stock=yes'), nothing)
    assert.deepEqual(viewOf('sort=stock'), nothing)
  })

  test('of a search that is too long the beginning is used', () => {
    assert.equal(viewOf(`q=${'a'.repeat(99)}%20b`).q, 'a'.repeat(99))
    assert.equal(viewOf(`q=${encodeURIComponent('😀'.repeat(200))}`).q, '😀'.repeat(100))
  })

  test('the default is newest first, and best match for a search', () => {
    assert.equal(shownSort(viewOf('')), 'newest')
    assert.equal(shownSort(viewOf('q=lamp')), 'relevance')
  })

  test('a chosen order stays in a search', () => {
    for (const sort of SORTS) {
      assert.equal(shownSort(viewOf(`sort=${sort}`)), sort)
      assert.equal(shownSort(viewOf(`q=lamp&sort=${sort}`)), sort)
    }
  })

  test('choosing the default is no choice', () => {
    assert.equal(chosenSort('', 'newest'), undefined)
    assert.equal(chosenSort('lamp', 'relevance'), undefined)
    assert.equal(chosenSort('lamp', 'newest'), 'newest')
    assert.equal(chosenSort('', 'price'), 'price')
  })
})
