import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { isPageAddress, PAGE } from '../../src/http/page_addresses.ts'

suite('which address is a page', () => {
  for (const pattern of Object.values(PAGE)) {
    test(`${pattern} is`, () => assert.ok(isPageAddress(pattern.replace(/:\w+/, '01a21075-0a3e'))))
  }
  for (const path of ['/Cart', '/cart/', '/products/%E2%82%AC', '/categories/kitchen']) {
    test(`${path} is, as the pages read it`, () => assert.ok(isPageAddress(path)))
  }
  for (const path of [
    '/nowhere',
    '/products',
    '/products/',
    '/categories',
    '/categories/a/b',
    '/products/a/b',
    '/admin/x',
    '//cart',
    '/cart.html',
  ]) {
    test(`${JSON.stringify(path)} is not`, () => assert.equal(isPageAddress(path), false))
  }
})

test('the pages render every address of the list, and no other', () => {
  const routes = ['routes.tsx', 'admin/routes.tsx'].map((file) =>
    readFileSync(join(import.meta.dirname, '../../web/src', file), 'utf8'),
  )
  const drawn = routes.flatMap((text) =>
    [...text.matchAll(/PAGE\.(\w+)\)?\}\s+element/g)].map(([, name]) => name),
  )
  // The catalogue is the index.
  assert.deepEqual(
    drawn.sort(),
    Object.keys(PAGE)
      .filter((name) => name !== 'catalogue')
      .sort(),
  )
  const written = routes.flatMap((text) =>
    [...text.matchAll(/<Route path="([^"]*)"/g)].map(([, path]) => path),
  )
  assert.deepEqual([...new Set(written)], ['*'])
})
