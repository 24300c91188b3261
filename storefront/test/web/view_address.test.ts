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
    test(`"${search}" is read and written again as it was`, () =>
      assert.equal(searchOf(viewOf(search)), search))
  }

  test('what no visitor can choose there is passed over', () => {
    const nothing = { q: '', sort: undefined, inStock: false, cursor: undefined }
    assert.deepEqual(viewOf('q=%20&sort=relevance&in_stock=yes'), nothing)
    assert.deepEqual(viewOf('sort=stock'), nothing)
  })

  test('of words longer than a search may be, the beginning is searched for', () => {
    assert.equal(viewOf(`q=${'a'.repeat(99)}%20b`).q, 'a'.repeat(99))
    assert.equal(viewOf(`q=${encodeURIComponent('😀'.repeat(200))}`).q, '😀'.repeat(100))
  })

  test('nobody chose an order: the newest first, and of a search the best match', () => {
    assert.equal(shownSort(viewOf('')), 'newest')
    assert.equal(shownSort(viewOf('q=lamp')), 'relevance')
  })

  test('a chosen order stays through a search, whatever is usual there', () => {
    for (const sort of SORTS) {
      assert.equal(shownSort(viewOf(`sort=${sort}`)), sort)
      assert.equal(shownSort(viewOf(`q=lamp&sort=${sort}`)), sort)
    }
  })

  test('choosing what is usual is no choice', () => {
    assert.equal(chosenSort('', 'newest'), undefined)
    assert.equal(chosenSort('lamp', 'relevance'), undefined)
    assert.equal(chosenSort('lamp', 'newest'), 'newest')
    assert.equal(chosenSort('', 'price'), 'price')
  })
})
