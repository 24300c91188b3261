import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  chosenSort,
  filtersOf,
  isChosen,
  SORTS,
  searchOf,
  shownSort,
  viewIn,
  withFacet,
} from '../../web/src/shop/view_address.ts'

const viewOf = (search: string) => viewIn(new URLSearchParams(search))

suite('the address of the catalogue', () => {
  for (const search of [
    '',
    'q=lamp',
    'q=lamp&sort=newest',
    'q=l%26mp&sort=-price&in_stock=true&cursor=abc',
    'facet=Size%3AL&facet=Ratio%3A16%3A9&price_min=5&price_max=19.99&page=3&cursor=abc',
  ]) {
    test(`"${search}" is parsed and written again unchanged`, () =>
      assert.equal(searchOf(viewOf(search)), search))
  }

  test('invalid values are ignored', () => {
    const nothing = {
      q: '',
      sort: undefined,
      inStock: false,
      cursor: undefined,
      facets: [],
      priceMin: undefined,
      priceMax: undefined,
      page: 1,
    }
    assert.deepEqual(viewOf('q=%20&sort=relevance&in_stock=yes'), nothing)
    assert.deepEqual(viewOf('sort=stock'), nothing)
    assert.deepEqual(viewOf('facet=Size&facet=:L&facet=Size:&price_min=-1&price_max=1e3&page=7'), nothing)
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

  test('a value of a facet is chosen once, and can be taken back', () => {
    const large = { name: 'Size', value: 'L' }
    const { facets } = viewOf('facet=Size:L&facet=Size:L&facet=Size:M')
    assert.deepEqual(facets, [large, { name: 'Size', value: 'M' }])
    assert.deepEqual(withFacet(facets, large, true), [{ name: 'Size', value: 'M' }, large])
    assert.deepEqual(withFacet(facets, large, false), [{ name: 'Size', value: 'M' }])
    assert.equal(isChosen({ facets }, large), true)
    assert.equal(isChosen({ facets }, { name: 'Size', value: 'S' }), false)
  })

  test('more facets than the service takes are not sent', () => {
    const many = Array.from({ length: 30 }, (_, i) => `facet=Size:${i}`).join('&')
    assert.equal(filtersOf(viewOf(many)).facet?.length, 20)
  })
})
