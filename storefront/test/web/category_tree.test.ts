import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Category, Product } from '../../web/src/api/types.ts'
import { below, categoryAddress, pathTo, picturesFor } from '../../web/src/shop/category_tree.ts'
import { listingOf } from '../../web/src/shop/listing.ts'
import { formatTotal, pagesOf } from '../../web/src/shop/totals.ts'

const category = (id: string, path: string[]): Category => ({
  id,
  name: id,
  slug: `the ${id}`,
  description: '',
  parent_id: path.at(-2) ?? null,
  path,
  position: 0,
  version: 1,
})
const ALL = [
  category('kitchen', ['kitchen']),
  category('mugs', ['kitchen', 'mugs']),
  category('garden', ['garden']),
]
const product = (id: string, categories: string[], pictures: string[]) =>
  listingOf({ id, categories, media: pictures.map((media) => ({ id: media })) } as Product)

suite('the tree of categories', () => {
  test('the path to a category begins at the top and ends with it', () => {
    assert.deepEqual(
      pathTo(ALL, 'mugs').map(({ id }) => id),
      ['kitchen', 'mugs'],
    )
    assert.deepEqual(pathTo(ALL, 'gone'), [])
    assert.deepEqual(pathTo(ALL, undefined), [])
  })

  test('below a category are its own alone, below nothing those at the top', () => {
    assert.deepEqual(below(ALL, 'kitchen'), [ALL[1]])
    assert.deepEqual(below(ALL, null), [ALL[0], ALL[2]])
    assert.equal(categoryAddress(ALL[0]!), '/categories/the%20kitchen')
  })

  test('a category has the first picture of what is in it, or below it, and no two have the same if they can', () => {
    const listings = [
      product('seeds', ['garden'], []),
      product('mug', ['mugs', 'garden'], ['blue', 'red']),
      product('pan', ['kitchen'], ['iron']),
    ]
    const shown = (...ids: string[]) =>
      [...picturesFor(ALL, ids, listings)].map(([id, media]) => [id, media.id])
    assert.deepEqual(shown('kitchen', 'garden'), [
      ['kitchen', 'blue'],
      ['garden', 'blue'],
    ])
    assert.deepEqual(shown('garden', 'kitchen'), [
      ['garden', 'blue'],
      ['kitchen', 'iron'],
    ])
    assert.deepEqual(shown('gone'), [])
  })
})

suite('how many there are', () => {
  test('pages are counted only where the total is exact', () => {
    assert.equal(pagesOf({ count: 24, more: false }), 1)
    assert.equal(pagesOf({ count: 25, more: false }), 2)
    assert.equal(pagesOf({ count: 0, more: false }), 1)
    assert.equal(pagesOf({ count: 10_000, more: true }), undefined)
    assert.equal(formatTotal({ count: 10_000, more: true }), '10,000+')
  })
})
