/** GET /audit/products: what admins changed. The route is the kit's, and the same in every service. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openShop } from '../worlds.ts'

const TEA = { name: 'Tea', description: 'Hot', price: '19.99', stock: 5 }

suite('the audit log of products', () => {
  test('an entry names the admin, the request, and what differs; prices are decimal strings', async (t) => {
    const { admin } = await openShop(t)
    const { id } = (await admin('POST', '/products', TEA)).json()
    const edited = await admin(
      'PUT',
      `/products/${id}`,
      { ...TEA, price: '25' },
      { 'x-request-id': 'my-request' },
    )
    assert.equal(edited.statusCode, 200)
    const { items, next_cursor } = (await admin('GET', '/audit/products')).json()
    assert.equal(next_cursor, null)
    const [first, created] = items
    assert.deepEqual(first, {
      id: first.id,
      at: '2026-01-01T00:00:00.000Z',
      by: 'admin',
      action: 'product.price_changed',
      subject: { type: 'product', id, name: 'Tea' },
      changes: [{ field: 'price', before: '19.99', after: '25.00' }],
      note: null,
      request_id: 'my-request',
    })
    assert.deepEqual(created.changes, [
      { field: 'name', before: null, after: 'Tea' },
      { field: 'description', before: null, after: 'Hot' },
      { field: 'price', before: null, after: '19.99' },
      { field: 'stock', before: null, after: 5 },
    ])
  })

  test('pages continue where they ended, under each filter', async (t) => {
    const { admin } = await openShop(t)
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.push((await admin('POST', '/products', TEA)).json().id)
    await admin('POST', `/products/${ids[0]}/stock_adjustments`, { delta: 1, reason: 'found' })
    const read = async (query: string) => {
      const found: string[] = []
      for (let cursor = '', pages = 0; pages < 9; pages++) {
        const { items, next_cursor } = (await admin('GET', `/audit/products?limit=2${query}${cursor}`)).json()
        assert.ok(items.length <= 2)
        for (const { action, subject } of items) found.push(`${action} ${ids.indexOf(subject.id)}`)
        if (next_cursor === null) return found
        cursor = `&cursor=${next_cursor}`
      }
      return found
    }
    const adjusted = 'stock.adjusted 0'
    const created = [2, 1, 0].map((i) => `product.created ${i}`)
    assert.deepEqual(await read(''), [adjusted, ...created])
    assert.deepEqual(await read('&by=admin'), [adjusted, ...created])
    assert.deepEqual(await read('&by=operator'), [])
    assert.deepEqual(await read('&action=product.created'), created)
    assert.deepEqual(await read(`&subject=${ids[0]}`), [adjusted, 'product.created 0'])
  })

  for (const [what, query, code] of [
    [
      'a cursor of another list',
      `cursor=${Buffer.from('["products"]').toString('base64url')}`,
      'malformed_cursor',
    ],
    ['a cursor that is none', 'cursor=x', 'malformed_cursor'],
    ['two filters', 'by=admin&action=stock.set', 'validation_failed'],
    ['an action that does not exist', 'action=product.sold', 'validation_failed'],
    ['an id that is none', 'subject=a%20b', 'validation_failed'],
    ['an unknown filter', 'actor=admin', 'validation_failed'],
    ['a page that is too large', 'limit=101', 'validation_failed'],
  ] as const) {
    test(`${what} is refused as ${code}`, async (t) => {
      const { admin } = await openShop(t)
      const answer = await admin('GET', `/audit/products?${query}`)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, code], answer.body)
    })
  }

  test('two filters: the answer names the second', async (t) => {
    const { admin } = await openShop(t)
    const { errors } = (await admin('GET', '/audit/products?by=admin&action=stock.set')).json()
    assert.deepEqual(errors, [
      { in: 'querystring', path: '/action', message: 'must be left out, because by is a filter already' },
    ])
  })

  test('an entry cannot be written, changed or removed by a request', async (t) => {
    const { admin } = await openShop(t)
    await admin('POST', '/products', TEA)
    const [{ id }] = (await admin('GET', '/audit/products')).json().items
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      for (const url of ['/audit/products', `/audit/products/${id}`]) {
        const { statusCode } = await admin(method, url, method === 'DELETE' ? undefined : {})
        assert.ok([404, 405].includes(statusCode), `${method} ${url}: ${statusCode}`)
      }
    }
    assert.equal((await admin('GET', '/audit/products')).json().items.length, 1)
  })
})
