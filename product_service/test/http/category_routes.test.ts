/** Categories over HTTP: what is sent and answered, and what products show of them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import {
  CATEGORIES_MAX,
  CATEGORY_DESCRIPTION_LENGTH_MAX,
  CATEGORY_NAME_LENGTH_MAX,
} from '../../src/domain/category.ts'
import { folder, nextId, openShop } from '../worlds.ts'

const TEA = { name: 'Tea', description: '', price: '3.00', stock: 10 }
type Shop = Awaited<ReturnType<typeof openShop>>
const added = async ({ admin }: Shop, name: string, more: object = {}) => {
  const answer = await admin('POST', '/categories', { name, ...more })
  assert.equal(answer.statusCode, 201)
  return answer.json()
}

suite('categories over HTTP', () => {
  test('one that was added is in the list, below its parent, and its version is its ETag', async (t) => {
    const shop = await openShop(t)
    const home = await added(shop, 'Home')
    const office = await added(shop, 'Büro')
    const answer = await shop.admin('POST', '/categories', {
      ...{ name: 'Mugs', parent_id: home.id, description: 'For tea', slug: 'cups' },
    })
    const mugs = answer.json()
    assert.equal(answer.headers.etag, '"1"')
    assert.deepEqual(mugs, {
      ...{ id: mugs.id, name: 'Mugs', slug: 'cups', description: 'For tea', parent_id: home.id },
      ...{ path: [home.id, mugs.id], position: 0, version: 1 },
    })
    assert.deepEqual(home, {
      ...{ id: home.id, name: 'Home', slug: 'home', description: '', parent_id: null },
      ...{ path: [home.id], position: 0, version: 1 },
    })
    assert.equal(office.slug, 'buro')
    assert.deepEqual((await shop.anonymous('GET', '/categories')).json(), { items: [home, mugs, office] })
  })

  test('the list is answered from memory until a category changes, and 304 to who has it', async (t) => {
    const shop = await openShop(t)
    await added(shop, 'Home')
    const first = await shop.anonymous('GET', '/categories')
    const ask = () =>
      shop.anonymous('GET', '/categories', undefined, { 'if-none-match': String(first.headers.etag) })
    assert.match(String(first.headers['cache-control']), /^public, max-age=/)
    assert.equal((await ask()).statusCode, 304)
    await shop.admin('POST', '/products', TEA)
    assert.equal((await ask()).statusCode, 304)
    const { tree } = shop.stores.categories
    shop.stores.categories.tree = () => assert.fail('it was read again')
    assert.equal((await ask()).statusCode, 304)
    shop.stores.categories.tree = tree
    await added(shop, 'Office')
    assert.equal((await ask()).statusCode, 200)
  })

  test('a patch moves, renames and describes; a version of before is refused with the category as it is', async (t) => {
    const shop = await openShop(t)
    const [home, mugs] = [await added(shop, 'Home'), await added(shop, 'Mugs')]
    const patch = (body: object, headers = {}) => shop.admin('PATCH', `/categories/${mugs.id}`, body, headers)
    const moved = await patch({ version: 1, parent_id: home.id })
    assert.equal(moved.headers.etag, '"2"')
    assert.deepEqual(moved.json(), {
      ...{ ...mugs, parent_id: home.id, path: [home.id, mugs.id], position: 0, version: 2 },
    })
    const conflict = await patch({ version: 1, name: 'Cups' })
    assert.deepEqual(
      [conflict.statusCode, conflict.json().code, conflict.json().current],
      [409, 'category_conflict', moved.json()],
    )
    const failed = await patch({ name: 'Cups' }, { 'if-match': '"1"' })
    assert.deepEqual([failed.statusCode, failed.json().code], [412, 'category_precondition_failed'])
    assert.equal((await patch({ version: 2 }, { 'if-match': '"3"' })).json().code, 'version_contradiction')
    const merged = await patch({ name: 'Cups' }, { 'content-type': 'application/merge-patch+json' })
    assert.deepEqual([merged.json().name, merged.json().slug], ['Cups', 'mugs'])
    assert.equal((await patch({ parent_id: null, position: 0 })).json().position, 0)
    assert.equal((await shop.anonymous('GET', '/categories')).json().items[0].name, 'Cups')
  })

  test('a shop that requires versions requires them here too', async (t) => {
    const shop = await openShop(t, { requireVersion: true })
    const { id } = await added(shop, 'Home')
    for (const [method, body] of [
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await shop.admin(method, `/categories/${id}`, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [428, 'version_required'])
    }
    assert.equal((await shop.admin('DELETE', `/categories/${id}?version=1`)).statusCode, 204)
  })

  test('what cannot be is refused by a code of its own', async (t) => {
    const shop = await openShop(t)
    const path = [await added(shop, 'a')]
    for (const name of ['b', 'c', 'd', 'e'])
      path.push(await added(shop, name, { parent_id: path.at(-1)!.id }))
    const [top, , , , last] = path
    const one = (id: string) => `/categories/${id}`
    for (const [method, url, body, status, code] of [
      ['POST', '/categories', { name: 'f', parent_id: last!.id }, 409, 'category_too_deep'],
      ['POST', '/categories', { name: 'f', parent_id: nextId() }, 409, 'category_unknown'],
      ['POST', '/categories', { name: 'f', slug: 'a' }, 409, 'slug_taken'],
      ['PATCH', one(top!.id), { parent_id: last!.id }, 409, 'category_below_itself'],
      ['PATCH', one(nextId()), { name: 'x' }, 404, 'category_not_found'],
      ['DELETE', one(top!.id), undefined, 409, 'category_not_empty'],
      ['DELETE', `${one(last!.id)}?version=7`, undefined, 409, 'category_conflict'],
    ] as const) {
      const answer = await shop.admin(method, url, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code], `${method} ${url}`)
    }
  })

  test('one more than the limit is refused', async (t) => {
    const path = join(folder(t), 'products.db')
    const shop = await openShop(t, { path })
    await added(shop, 'Home')
    const db = new DatabaseSync(path)
    db.exec(`WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${CATEGORIES_MAX - 2})
      INSERT INTO categories (id, path, slug, position, version, name)
      SELECT 'c' || i, '/c' || i || '/', 'c' || i, i, 1, 'c' FROM n`)
    db.close()
    await added(shop, 'The last')
    const answer = await shop.admin('POST', '/categories', { name: 'One more' })
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'categories_full'])
    assert.equal((await shop.anonymous('GET', '/categories')).json().items.length, CATEGORIES_MAX)
  })

  test('fields of a wrong shape are refused', async (t) => {
    const shop = await openShop(t)
    for (const wrong of [
      {},
      { name: '' },
      { name: 'x'.repeat(CATEGORY_NAME_LENGTH_MAX + 1) },
      { name: 'a\nb' },
      { name: 'x', description: 'x'.repeat(CATEGORY_DESCRIPTION_LENGTH_MAX + 1) },
      { name: 'x', slug: 'Not A Slug' },
      { name: 'x', slug: null },
      { name: 'x', parent_id: 'top' },
      { name: 'x', position: -1 },
      { name: 'x', position: 1.5 },
      { name: 'x', position: CATEGORIES_MAX + 1 },
      { name: 'x', more: 1 },
    ]) {
      const answer = await shop.admin('POST', '/categories', wrong)
      assert.deepEqual(
        [answer.statusCode, answer.json().code],
        [400, 'validation_failed'],
        JSON.stringify(wrong),
      )
    }
  })

  test('a product shows its categories, but none that was removed', async (t) => {
    const shop = await openShop(t)
    const [mugs, cups] = [await added(shop, 'Mugs'), await added(shop, 'Cups')]
    const categories = [mugs.id, cups.id]
    const tea = (await shop.admin('POST', '/products', { ...TEA, categories })).json()
    const group = { name: 'Shirt', description: '', options: [{ name: 'Size', values: ['S'] }], categories }
    const shirt = (await shop.admin('POST', '/groups', group)).json()
    const shown = async () => [
      (await shop.anonymous('GET', `/products/${tea.id}`)).json().categories,
      (await shop.anonymous('GET', '/products')).json().items[0].categories,
      (await shop.admin('GET', `/products/any/${tea.id}`)).json().categories,
      (await shop.anonymous('GET', `/groups/${shirt.id}`)).json().categories,
    ]
    assert.deepEqual(
      await shown(),
      Array.from({ length: 4 }, () => categories),
    )
    await shop.admin('DELETE', `/categories/${mugs.id}`)
    assert.deepEqual(
      await shown(),
      Array.from({ length: 4 }, () => [cups.id]),
    )
    const edited = await shop.admin('PATCH', `/products/${tea.id}`, { stock: 3 })
    assert.deepEqual(edited.json().categories, [cups.id])
    const refused = await shop.admin('PATCH', `/products/${tea.id}`, { stock: 4, version: 9 })
    assert.deepEqual(refused.json().current.categories, [cups.id])
  })

  test('an address leads to its category, also one from before', async (t) => {
    const shop = await openShop(t)
    const { id } = await added(shop, 'Mugs')
    await shop.admin('PATCH', `/categories/${id}`, { slug: 'cups' })
    for (const slug of ['mugs', 'cups']) {
      const answer = await shop.anonymous('GET', `/slugs/${slug}`)
      assert.deepEqual(answer.json(), { kind: 'category', id, slug: 'cups' })
    }
    await shop.admin('DELETE', `/categories/${id}`)
    assert.equal((await shop.anonymous('GET', '/slugs/cups')).statusCode, 404)
  })
})
