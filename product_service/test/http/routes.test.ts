/** The HTTP contract of product_service: who may call what, right and wrong inputs, and every code. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { encodeCursor } from '@shop/service_kit/http/paging'
import { KIT_PROBLEMS } from '@shop/service_kit/http/problems'
import { PROBLEMS } from '../../src/http/problems.ts'
import { AT, CALLERS, type Caller, nextId, openShop } from '../worlds.ts'

const cursorOf = (name: string, ...key: (string | number)[]) => encodeCursor(key, { name, key: [] })

const TEA = { name: 'Tea', description: 'Green', price: '3.00', stock: 10 }
type Shop = Awaited<ReturnType<typeof openShop>>
const addTea = async ({ admin }: Shop, more: object = {}) =>
  (await admin('POST', '/products', { ...TEA, ...more })).json()
const reserveTea = ({ service }: Shop, product_id: string, quantity = 1, order_id = nextId()) =>
  service('POST', '/internal/reservations', {
    reservations: [{ order_id, lines: [{ product_id, quantity }], total_price: (quantity * 3).toFixed(2) }],
  })

const SHIRT = { name: 'Shirt', description: '', options: [{ name: 'Colour', values: ['red', 'blue'] }] }
const ADMIN_READS = { anonymous: 401, user: 403, admin: 200, service: 401 }

suite('every route and every caller (invariant 10)', () => {
  type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  const routes: [Method, string, unknown, Record<Caller, number>][] = [
    ['GET', '/products', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['GET', '/products/currency', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['GET', '/products/:id', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['POST', '/products', TEA, { anonymous: 401, user: 403, admin: 201, service: 401 }],
    ['PUT', '/products/:id', { ...TEA, name: 'x' }, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    ['PATCH', '/products/:id', { name: 'x' }, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    ['DELETE', '/products/:id', undefined, { anonymous: 401, user: 403, admin: 204, service: 401 }],
    [
      'POST',
      '/products/:id/stock_adjustments',
      { delta: 1, reason: 'x' },
      { anonymous: 401, user: 403, admin: 201, service: 401 },
    ],
    [
      'GET',
      '/products/:id/stock_movements',
      undefined,
      { anonymous: 401, user: 403, admin: 200, service: 401 },
    ],
    ['GET', '/media', undefined, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    ['POST', '/media', {}, { anonymous: 401, user: 403, admin: 415, service: 401 }],
    ['GET', '/media/:id', undefined, { anonymous: 404, user: 404, admin: 404, service: 404 }],
    ['GET', '/media/:id/:file', undefined, { anonymous: 404, user: 404, admin: 404, service: 404 }],
    ['GET', '/products/any?status=draft', undefined, ADMIN_READS],
    ['GET', '/products/any/:id', undefined, ADMIN_READS],
    ['GET', '/slugs/:slug', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['GET', '/catalogue', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['GET', '/catalogue/facets', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['GET', '/groups', undefined, ADMIN_READS],
    ['POST', '/groups', SHIRT, { anonymous: 401, user: 403, admin: 201, service: 401 }],
    ['GET', '/groups/any/:id', undefined, ADMIN_READS],
    ['GET', '/groups/:id', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['PATCH', '/groups/:id', { name: 'x' }, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    ['DELETE', '/groups/:id', undefined, { anonymous: 401, user: 403, admin: 204, service: 401 }],
    ['GET', '/groups/:id/variants', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['GET', '/groups/:id/choices', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    [
      'POST',
      '/groups/:id/variants',
      { variants: [{ option_values: ['red'], price: '3', stock: 1 }] },
      { anonymous: 401, user: 403, admin: 201, service: 401 },
    ],
    ['GET', '/categories', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['POST', '/categories', { name: 'Mugs' }, { anonymous: 401, user: 403, admin: 201, service: 401 }],
    ['PATCH', '/categories/:id', { name: 'x' }, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    ['DELETE', '/categories/:id', undefined, { anonymous: 401, user: 403, admin: 204, service: 401 }],
    ['GET', '/imports', undefined, ADMIN_READS],
    ['POST', '/imports', { name: 'a.csv' }, { anonymous: 401, user: 403, admin: 201, service: 401 }],
    ['GET', '/imports/:id', undefined, { anonymous: 401, user: 403, admin: 404, service: 401 }],
    [
      'PATCH',
      '/imports/:id',
      { state: 'cancelled' },
      { anonymous: 401, user: 403, admin: 404, service: 401 },
    ],
    ['PUT', '/imports/:id/parts/:number', {}, { anonymous: 401, user: 403, admin: 400, service: 401 }],
    ['GET', '/imports/:id/notes', undefined, { anonymous: 401, user: 403, admin: 404, service: 401 }],
    ['GET', '/imports/:id/result', undefined, { anonymous: 401, user: 403, admin: 404, service: 401 }],
    ['GET', '/exports/catalogue.csv', undefined, ADMIN_READS],
    ['GET', '/shop', undefined, { anonymous: 200, user: 200, admin: 200, service: 200 }],
    ['PATCH', '/shop', { name: 'Hare' }, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    ['GET', '/audit/products', undefined, { anonymous: 401, user: 403, admin: 200, service: 401 }],
    [
      'POST',
      '/internal/reservations',
      {
        reservations: [
          { order_id: nextId(), lines: [{ product_id: nextId(), quantity: 1 }], total_price: '1' },
        ],
      },
      { anonymous: 401, user: 401, admin: 401, service: 200 },
    ],
    [
      'POST',
      '/internal/offers',
      { product_ids: [nextId()] },
      { anonymous: 401, user: 401, admin: 401, service: 200 },
    ],
    [
      'POST',
      '/internal/restocks',
      {
        restocks: [
          {
            receipt_id: nextId(),
            order_id: nextId(),
            lines: [{ product_id: nextId(), quantity: 1 }],
          },
        ],
      },
      { anonymous: 401, user: 401, admin: 401, service: 200 },
    ],
    [
      'POST',
      '/internal/releases',
      { order_ids: [nextId()] },
      { anonymous: 401, user: 401, admin: 401, service: 200 },
    ],
    [
      'POST',
      '/internal/shipments',
      { order_ids: [nextId()] },
      { anonymous: 401, user: 401, admin: 401, service: 200 },
    ],
  ]
  for (const [method, path, body, expected] of routes) {
    for (const caller of CALLERS) {
      test(`${caller} calling ${method} ${path} gets ${expected[caller]}`, async (t) => {
        const shop = await openShop(t)
        const { id, slug } = await addTea(shop)
        const group = (await shop.admin('POST', '/groups', SHIRT)).json()
        const before = (await shop.anonymous('GET', `/products/${id}`)).body
        const category = (await shop.admin('POST', '/categories', { name: 'Cups' })).json()
        const ids = { groups: group.id, categories: category.id } as Record<string, string>
        const url = path.replace(':id', ids[path.split('/')[1]!] ?? id).replace(':slug', slug)
        const answer = await shop.as(caller)(method, url, body)
        assert.equal(answer.statusCode, expected[caller])
        if (answer.statusCode > 400) {
          assert.equal((await shop.anonymous('GET', `/products/${id}`)).body, before)
        }
      })
    }
  }

  test('the table has every route of the service', async (t) => {
    const { app } = await openShop(t)
    const { paths } = (await app.operations().inject('/openapi.json')).json()
    const documented = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/{(\w+)}/g, ':$1')}`),
    )
    const operations = ['GET /healthz', 'GET /readyz']
    assert.deepEqual(
      documented.filter((route) => !operations.includes(route)).sort(),
      routes.map(([method, path]) => `${method} ${path.split('?')[0]}`).sort(),
    )
  })
})

test('no public answer names what is not on sale: a draft, what was hidden or removed, a variant of a hidden group', async (t) => {
  const shop = await openShop(t)
  const post = async (path: string, body: object) => {
    const answer = await shop.admin('POST', path, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  const { id: category } = await post('/categories', { name: 'Cups' })
  const secret = (name: string, more: object = {}) => ({
    ...{ ...TEA, name: `Zq${name}`, description: 'Zqtext', price: '77.77', sku: `Zq-${name}` },
    ...{ categories: [category], attributes: { Brand: ['Zqbrand'] }, ...more },
  })
  await addTea(shop, { categories: [category] })
  const draft = await post('/products', secret('draft', { status: 'draft' }))
  const planned = { status: 'draft', publish_at: '2026-12-01T08:00:00Z' }
  const scheduled = await post('/products', secret('scheduled', planned))
  const hidden = await post('/products', secret('hidden'))
  const removed = await post('/products', secret('removed'))
  const fields = { name: 'Zqgroup', description: '', options: [{ name: 'Zqcolour', values: ['Zqred'] }] }
  const group = await post('/groups', { ...fields, categories: [category] })
  const variant = { option_values: ['Zqred'], price: '77.77', stock: 3, sku: 'Zq-variant' }
  const { items } = await post(`/groups/${group.id}/variants`, { variants: [variant] })
  const products: { id: string; slug: string | null }[] = [draft, scheduled, hidden, removed, ...items]

  const { paths } = (await shop.app.operations().inject('/openapi.json')).json()
  const isPublic = (operation: { security?: unknown[] } | undefined) =>
    operation && !operation.security?.length
  const reads = Object.entries(paths as Record<string, { get?: { security?: unknown[] } }>).flatMap(
    ([path, { get }]) => (isPublic(get) && path !== '/healthz' && path !== '/readyz' ? [path] : []),
  )
  assert.ok(reads.includes('/catalogue') && !reads.includes('/products/any'), reads.join())
  const words = ['Zq', 'Zqdraft', 'Zqhiden', 'zqremovd', 'Zqtext', 'zqred']
  const queries: Record<string, string[]> = {
    '/products': [
      ...words.map((word) => `q=${word}`),
      'sort=price',
      'sort=-price',
      'sort=name',
      'in_stock=true',
    ],
    '/catalogue': [...words.map((word) => `q=${word}`), `category=${category}`, 'price_min=70', 'sort=name'],
    '/catalogue/facets': [...words.map((word) => `q=${word}`), `category=${category}`],
  }
  queries['/products']!.push(`ids=${products.map(({ id }) => id).join()}`)
  const ids = [...products.map(({ id }) => id), group.id]
  const slugs = [...products.flatMap(({ slug }) => slug ?? []), group.slug]
  const addresses = reads.flatMap((path) => {
    if (path.includes('{slug}')) return slugs.map((slug) => path.replace('{slug}', slug))
    const filled = path.includes('{id}') ? ids.map((id) => path.replace('{id}', id)) : [path]
    return filled.flatMap((each) => [each, ...(queries[path] ?? []).map((query) => `${each}?${query}`)])
  })
  const shown = async () => {
    const leaks: string[] = []
    for (const address of addresses) {
      for (const tag of [undefined, '*']) {
        const answer = await shop.anonymous('GET', address, undefined, tag ? { 'if-none-match': tag } : {})
        const isThere =
          ids.some((id) => address.includes(id)) && answer.statusCode < 400 && !address.includes('?')
        // A problem names the address that was asked for.
        if (isThere || (answer.statusCode < 400 && /zq|77\.77/i.test(answer.body))) leaks.push(address)
      }
    }
    return leaks
  }
  const before = await shown()
  assert.ok(
    [`/products/${hidden.id}`, `/groups/${group.id}`, '/catalogue'].every((each) => before.includes(each)),
  )
  await shop.admin('PATCH', `/products/${hidden.id}`, { status: 'draft' })
  await shop.admin('DELETE', `/products/${removed.id}`)
  await shop.admin('PATCH', `/groups/${group.id}`, { status: 'draft' })
  assert.deepEqual(await shown(), [])
})

suite('reading', () => {
  test('a product has its version as ETag, and is 304 if the client has it', async (t) => {
    const shop = await openShop(t)
    const created = await shop.admin('POST', '/products', TEA)
    const product = created.json()
    assert.deepEqual(product, {
      ...TEA,
      id: product.id,
      currency: 'USD',
      currency_digits: 2,
      reserved: 0,
      version: 1,
      created_at: AT,
      updated_at: AT,
      ...{ slug: 'tea', status: 'published', publish_at: null, media: [], categories: [], attributes: {} },
      ...{ sku: null, gtin: null, weight_grams: null, compare_at_price: null, lowest_price_30_days: null },
      ...{ tax_class: 'standard' },
      ...{ group_id: null, option_values: [] },
    })
    assert.deepEqual(
      [created.statusCode, created.headers.etag, created.headers.location],
      [201, '"1"', `/products/${product.id}`],
    )
    const read = await shop.anonymous('GET', `/products/${product.id}`)
    assert.deepEqual([read.headers.etag, read.json()], ['"1"', product])
    assert.match(String(read.headers['content-type']), /^application\/json/)
    for (const [tag, status] of [
      ['"1"', 304],
      ['W/"1"', 304],
      ['"7", W/"1"', 304],
      ['*', 304],
      ['"2"', 200],
      ['1', 200],
      ['"x', 200],
    ] as const) {
      const answer = await shop.anonymous('GET', `/products/${product.id}`, undefined, {
        'if-none-match': tag,
      })
      assert.equal(answer.statusCode, status, tag)
      if (status === 304) {
        assert.equal(answer.body, '')
        // A length without bytes would break the client's connection.
        assert.equal(answer.headers['content-length'], undefined)
      }
    }
  })

  test('the list matches its schema, page by page', async (t) => {
    const shop = await openShop(t)
    for (const [name, stock] of [
      ['Green tea', 0],
      ['Black tea', 5],
      ['Coffee', 5],
      ['Teapot', 1],
    ] as const) {
      await addTea(shop, { name, stock, description: 'drink "it"\n' })
    }
    const names = async (query: string) =>
      (await shop.anonymous('GET', `/products?${query}`))
        .json()
        .items.map((item: { name: string }) => item.name)
    assert.deepEqual(await names(''), ['Teapot', 'Coffee', 'Black tea', 'Green tea'])
    assert.deepEqual(await names('q=TEA'), ['Teapot', 'Black tea', 'Green tea'])
    assert.deepEqual(await names('q=te+dri&in_stock=true&sort=name'), ['Black tea', 'Teapot'])
    assert.deepEqual(await names('q=%22'), [])
    assert.deepEqual(await names('q=+&limit=1'), ['Teapot'])
    const first = (await shop.anonymous('GET', '/products?limit=3&sort=name')).json()
    const second = (
      await shop.anonymous('GET', `/products?limit=3&sort=name&cursor=${first.next_cursor}`)
    ).json()
    assert.deepEqual([first.items.length, second.items.length, second.next_cursor], [3, 1, null])
    const { id } = first.items[0]
    assert.deepEqual(first.items[0], (await shop.anonymous('GET', `/products/${id}`)).json())
    const wrongSort = await shop.anonymous('GET', `/products?sort=price&cursor=${first.next_cursor}`)
    assert.deepEqual([wrongSort.statusCode, wrongSort.json().code], [400, 'malformed_cursor'])
  })

  test('a cursor continues its own list and sort, with any filter, and no other', async (t) => {
    const shop = await openShop(t)
    const made: string[] = []
    for (const [name, price] of [
      ['Green tea', '1.00'],
      ['Tea', '2.00'],
      ['Cup', '2.00'],
      ['Pot', '3.00'],
    ]) {
      const { id } = await addTea(shop, { name, price, description: 'for green tea' })
      await shop.admin('POST', `/products/${id}/stock_adjustments`, { delta: 1, reason: 'found' })
      made.push(id)
    }
    const products = [
      '/products?sort=newest',
      '/products?sort=price',
      '/products?sort=-price',
      '/products?sort=name',
      '/products?q=tea',
      '/products?q=green%20tea',
      ...made.slice(0, 2).map((id) => `/products/${id}/stock_movements`),
    ]
    const read = async (list: string, cursor = '') => {
      const joined = `${list}${list.includes('?') ? '&' : '?'}limit=1${cursor && `&cursor=${cursor}`}`
      const answer = await shop.admin('GET', joined)
      return { status: answer.statusCode, ...answer.json() }
    }
    for (const giver of products) {
      const { next_cursor, items } = await read(giver)
      assert.equal(typeof next_cursor, 'string', giver)
      for (const taker of products) {
        const { status, code, items: more } = await read(taker, next_cursor)
        if (taker === giver)
          assert.deepEqual([status, more?.length, isDeepStrictEqual(more, items)], [200, 1, false])
        else assert.deepEqual([status, code], [400, 'malformed_cursor'], `${giver} at ${taker}`)
      }
      for (const junk of ['!!!!', '==', '%20', 'A']) {
        assert.equal((await read(giver, next_cursor + junk)).code, 'malformed_cursor', giver + junk)
      }
    }
    const { next_cursor } = await read('/products?sort=price')
    for (const filter of ['&in_stock=true', '&q=tea']) {
      assert.equal((await read(`/products?sort=price${filter}`, next_cursor)).items[0].name, 'Tea')
    }
    // The same words in another spelling.
    assert.equal(
      (await read('/products?q=%20TEA%20', (await read('/products?q=tea')).next_cursor)).status,
      200,
    )
    // A rank that a query of one word does not have.
    const { next_cursor: ranked } = await read('/products?q=tea')
    const [name, , id] = JSON.parse(Buffer.from(ranked, 'base64url').toString())
    assert.equal((await read('/products?q=tea', cursorOf(name, 1, id))).status, 200)
    for (const rank of [2, 2 ** 53]) {
      assert.equal((await read('/products?q=tea', cursorOf(name, rank, id))).code, 'malformed_cursor')
    }
  })

  test('a search that finds nothing is corrected, and each page says so', async (t) => {
    const shop = await openShop(t)
    await addTea(shop, { name: 'Candle holder', description: '' })
    await addTea(shop, { name: 'Vase', description: 'no candle' })
    const read = async (query: string) => (await shop.anonymous('GET', `/products?${query}`)).json()
    const first = await read('q=Candels&limit=1')
    assert.deepEqual([first.items[0].name, first.searched_for], ['Candle holder', 'candle'])
    const second = await read(`q=Candels&limit=1&cursor=${first.next_cursor}`)
    assert.deepEqual(
      [second.items[0].name, second.searched_for, second.next_cursor],
      ['Vase', 'candle', null],
    )
    assert.equal('searched_for' in (await read('q=candles')), false)
    const relevant = await read('q=candles&sort=relevance')
    assert.deepEqual(relevant.items, (await read('q=candles')).items)
    assert.deepEqual((await read('sort=relevance')).items, (await read('')).items)
  })

  const wrong: [string, string][] = [
    ['x=1', 'validation_failed'],
    ['limit=0', 'validation_failed'],
    ['limit=101', 'validation_failed'],
    ['limit=x', 'validation_failed'],
    ['sort=stock', 'validation_failed'],
    ['in_stock=maybe', 'validation_failed'],
    [`q=${'a'.repeat(101)}`, 'validation_failed'],
    ['cursor=!', 'malformed_cursor'],
    [`cursor=${Buffer.from('[1]').toString('base64url')}`, 'malformed_cursor'],
    [`cursor=${Buffer.from('{}').toString('base64url')}`, 'malformed_cursor'],
    [`cursor=${cursorOf('products by newest', 'newest')}`, 'malformed_cursor'],
    [`sort=price&cursor=${cursorOf('products by price', 1.5, nextId())}`, 'malformed_cursor'],
    [`sort=price&cursor=${cursorOf('products by price', 2 ** 53, nextId())}`, 'malformed_cursor'],
    [`cursor=${cursorOf('users', nextId())}`, 'malformed_cursor'],
    // The format before cursors contained the name of their list.
    [`cursor=${Buffer.from(JSON.stringify([nextId()])).toString('base64url')}`, 'malformed_cursor'],
    ['q=-&cursor=!', 'malformed_cursor'],
  ]
  for (const [query, code] of wrong) {
    test(`?${query.slice(0, 30)} answers 400 ${code}`, async (t) => {
      const shop = await openShop(t)
      const answer = await shop.anonymous('GET', `/products?${query}`)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, code])
    })
  }

  test('an id that is not a UUID answers 400, an unknown one 404', async (t) => {
    const shop = await openShop(t)
    assert.equal((await shop.anonymous('GET', '/products/1')).statusCode, 400)
    const unknown = await shop.anonymous('GET', `/products/${nextId()}`)
    assert.deepEqual([unknown.statusCode, unknown.json().code], [404, 'product_not_found'])
  })
})

suite('writing', () => {
  test('numbers and strings of digits are both accepted for price and stock', async (t) => {
    const shop = await openShop(t)
    const product = await addTea(shop, { price: 4.5, stock: '7' })
    assert.deepEqual([product.price, product.stock], ['4.50', 7])
  })

  test('a SKU is stored in NFC, and its length is that of this form', async (t) => {
    const shop = await openShop(t)
    assert.equal((await addTea(shop, { sku: 'e\u0301' })).sku, '\u00e9')
    const longer = await shop.admin('POST', '/products', { ...TEA, sku: '\u0958'.repeat(40) })
    assert.deepEqual([longer.statusCode, longer.json().errors[0].path], [400, '/sku'])
  })

  const monies: [currency: string, digits: number, right: string, wrong: string][] = [
    ['JPY', 0, '300', '3.00'],
    ['HUF', 2, '1990.50', '1990.505'],
    ['IQD', 3, '1.005', '1.0055'],
    ['CLF', 4, '1.0055', '1.00555'],
  ]
  for (const [currency, digits, right, wrong] of monies) {
    test(`prices in ${currency} have ${digits} digits, and the API reports it`, async (t) => {
      const shop = await openShop(t, { currency })
      const expected = { currency, currency_digits: digits }
      assert.deepEqual((await shop.anonymous('GET', '/products/currency')).json(), expected)
      const { price, currency_digits } = await addTea(shop, { price: right })
      assert.deepEqual([price, currency_digits], [right, digits])
      assert.equal((await shop.admin('POST', '/products', { ...TEA, price: wrong })).statusCode, 400)
    })
  }

  test('what a product has is limited: one too many is refused, and names the field', async (t) => {
    const shop = await openShop(t)
    const hex = (i: number) => i.toString(16).padStart(64, '0')
    const many = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`)
    const picture = (id: string, alt = 'A cup') => ({ id, alt, focus: { x: 100, y: 0 } })
    const attributes = (count: number) => Object.fromEntries(many(count).map((name) => [name, ['x']]))
    const table: [path: string, good: object, wrong: object][] = [
      ['/sku', { sku: 's'.repeat(64) }, { sku: 's'.repeat(65) }],
      ['/slug', { slug: 's'.repeat(80) }, { slug: 's'.repeat(81) }],
      ['/weight_grams', { weight_grams: 100_000_000 }, { weight_grams: 100_000_001 }],
      ['/attributes', { attributes: attributes(40) }, { attributes: attributes(41) }],
      ['/attributes/a', { attributes: { a: many(20) } }, { attributes: { a: many(21) } }],
      ['/attributes/a/0', { attributes: { a: ['v'.repeat(100)] } }, { attributes: { a: ['v'.repeat(101)] } }],
      ['/categories', {}, { categories: Array.from({ length: 21 }, () => nextId()) }],
      ['/media', {}, { media: many(21).map((_, i) => picture(hex(i))) }],
      ['/media/0/alt', {}, { media: [picture(hex(1), 'a'.repeat(301))] }],
      ['/media/0/focus/x', {}, { media: [{ ...picture(hex(1)), focus: { x: 101, y: 0 } }] }],
    ]
    for (const [path, good, wrong] of table) {
      const made = await shop.admin('POST', '/products', { ...TEA, ...good })
      assert.equal(made.statusCode, 201, path + made.body)
      const refused = await shop.admin('POST', '/products', { ...TEA, ...wrong })
      assert.deepEqual([refused.statusCode, refused.json().errors[0].path], [400, path])
    }
    const ids = (count: number) => Array.from({ length: count }, () => nextId()).join()
    const listed = async (count: number) =>
      (await shop.anonymous('GET', `/products?ids=${ids(count)}`)).statusCode
    assert.deepEqual([await listed(100), await listed(101)], [200, 400])
    for (const [wrong, path] of [
      [{ options: many(4).map((name) => ({ name, values: ['x'] })) }, '/options'],
      [{ options: [{ name: 'Size', values: many(201) }] }, '/options/0/values'],
      [{ options: [{ name: 'n'.repeat(41), values: ['x'] }] }, '/options/0/name'],
      [{ options: [{ name: 'Size', values: ['v'.repeat(61)] }] }, '/options/0/values/0'],
    ] as const) {
      const refused = await shop.admin('POST', '/groups', { ...SHIRT, ...wrong })
      assert.deepEqual([refused.statusCode, refused.json().errors[0].path], [400, path])
    }
  })

  test('a total written with more digits is compared by its value (8)', async (t) => {
    const shop = await openShop(t, { currency: 'JPY' })
    const { id } = await addTea(shop, { price: '3' })
    const [held] = (await reserveTea(shop, id, 2)).json().results
    assert.deepEqual([held.status, held.total_price], ['held', '6'])
  })

  const wrong: [string, unknown][] = [
    ['no name', { ...TEA, name: undefined }],
    ['an empty name', { ...TEA, name: '' }],
    ['a blank name', { ...TEA, name: '   ' }],
    ['a name of two lines', { ...TEA, name: 'a\nb' }],
    ['a name of nothing visible', { ...TEA, name: '\u200b\u3164\u00ad' }],
    ['a name that turns the text round', { ...TEA, name: 'tea \u202eetalocohc' }],
    ['a name with a C1 control', { ...TEA, name: 'tea \u009b31m' }],
    ['a name with an annotation', { ...TEA, name: 'te\ufff9a' }],
    ['a name with a byte order mark', { ...TEA, name: '\ufefftea' }],
    ['a name with a tower of marks', { ...TEA, name: `te${'\u0335'.repeat(9)}a` }],
    ['a description with an invisible operator', { ...TEA, description: 'tea\u2063tea' }],
    ['a description with NUL', { ...TEA, description: 'nul \u0000 here' }],
    ['a description that turns the text round', { ...TEA, description: 'tea \u2067etalocohc' }],
    ['a long name', { ...TEA, name: 'x'.repeat(201) }],
    ['a name that is a number', { ...TEA, name: 5 }],
    ['a long description', { ...TEA, description: 'x'.repeat(5001) }],
    ['a null description', { ...TEA, description: null }],
    ['a negative price', { ...TEA, price: -1 }],
    ['a price of three digits', { ...TEA, price: '1.005' }],
    ['a price in words', { ...TEA, price: 'one' }],
    ['a price above the limit', { ...TEA, price: '1000000000.01' }],
    ['a price above any limit', { ...TEA, price: '9999999999999999' }],
    ['a null price', { ...TEA, price: null }],
    ['a negative stock', { ...TEA, stock: -1 }],
    ['a stock of a half', { ...TEA, stock: 1.5 }],
    ['a stock above the limit', { ...TEA, stock: 1_000_000_001 }],
    ['a stock above the limit in digits', { ...TEA, stock: '9999999999' }],
    ['no stock', { ...TEA, stock: undefined }],
    ['an unknown field', { ...TEA, reserved: 5 }],
    ['a version', { ...TEA, version: 5 }],
    ['a list', [TEA]],
  ]
  for (const [what, body] of wrong) {
    test(`a product with ${what} answers 400 and is not created`, async (t) => {
      const shop = await openShop(t)
      const answer = await shop.admin('POST', '/products', body)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
      assert.ok(answer.json().errors.length > 0)
      assert.deepEqual((await shop.anonymous('GET', '/products')).json().items, [])
    })
  }

  test('malformed Unicode is answered as it is stored', async (t) => {
    const shop = await openShop(t)
    const product = await addTea(shop, { name: 'a\ud800b', description: 'c\udfffd' })
    assert.deepEqual((await shop.anonymous('GET', `/products/${product.id}`)).json(), product)
    assert.deepEqual([product.name, product.description], ['a\ufffdb', 'c\ufffdd'])
    const adjusted = await shop.admin('POST', `/products/${product.id}/stock_adjustments`, {
      delta: 1,
      reason: 'e\ud800f',
    })
    assert.equal(adjusted.json().note, 'e\ufffdf')
    const [kept] = (await shop.admin('GET', `/products/${product.id}/stock_movements`)).json().items
    assert.deepEqual(kept, adjusted.json())
  })

  test('PUT without stock keeps the stock; with stock the difference is a movement', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    const kept = await shop.admin('PUT', `/products/${id}`, { ...TEA, stock: undefined, name: 'Coffee' })
    assert.deepEqual([kept.json().stock, kept.headers.etag], [10, '"2"'])
    const set = await shop.admin('PUT', `/products/${id}`, { ...TEA, name: 'Coffee', stock: 4 })
    assert.deepEqual([set.json().stock, set.json().version], [4, 3])
    const ledger = (await shop.admin('GET', `/products/${id}/stock_movements`)).json()
    assert.deepEqual(ledger, {
      items: [
        {
          product_id: id,
          version: 3,
          delta: -6,
          stock_after: 4,
          reason: 'edit',
          note: null,
          order_id: null,
          by: 'admin',
          at: AT,
        },
        {
          product_id: id,
          version: 1,
          delta: 10,
          stock_after: 10,
          reason: 'initial',
          note: null,
          order_id: null,
          by: 'admin',
          at: AT,
        },
      ],
      next_cursor: null,
    })
  })

  test('PATCH changes the given fields, as merge patch or plain JSON; null and other types are refused', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    const path = `/products/${id}`
    const merge = { 'content-type': 'application/merge-patch+json' }
    const patched = await shop.admin('PATCH', path, JSON.stringify({ price: '5' }), merge)
    assert.deepEqual([patched.json().price, patched.json().name], ['5.00', 'Tea'])
    assert.equal((await shop.admin('PATCH', path, {})).json().version, 2)
    for (const body of [{ name: null }, { stock: null }, { id: nextId() }, [], 'x']) {
      const answer = await shop.admin('PATCH', path, JSON.stringify(body), merge)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    }
    assert.equal((await shop.admin('PATCH', path, '{', merge)).json().code, 'malformed_body')
    assert.equal((await shop.admin('PUT', path, JSON.stringify(TEA), merge)).statusCode, 415)
  })

  test('DELETE removes it from the catalogue, unless it was edited since', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    await shop.admin('PATCH', `/products/${id}`, { name: 'Coffee' })
    const stale = await shop.admin('DELETE', `/products/${id}?version=1`)
    assert.deepEqual([stale.statusCode, stale.json().current.name], [409, 'Coffee'])
    const header = await shop.admin('DELETE', `/products/${id}`, undefined, { 'if-match': '"1"' })
    assert.equal(header.statusCode, 412)
    const misspelt = await shop.admin('DELETE', `/products/${id}?verison=1`)
    assert.deepEqual([misspelt.statusCode, misspelt.json().errors[0].path], [400, '/verison'])
    const gone = await shop.admin('DELETE', `/products/${id}?version=2`)
    assert.deepEqual([gone.statusCode, gone.body], [204, ''])
    assert.equal((await shop.anonymous('GET', `/products/${id}`)).statusCode, 404)
    assert.equal((await shop.admin('DELETE', `/products/${id}`)).statusCode, 404)
    assert.equal((await shop.admin('GET', `/products/${id}/stock_movements`)).json().items.length, 1)
  })
})

suite('what a writer has seen (invariant 7)', () => {
  /** The product was edited at 2 and sold at 3. */
  const sold = async (shop: Shop) => {
    const { id } = await addTea(shop)
    await shop.admin('PATCH', `/products/${id}`, { description: 'Black' })
    await reserveTea(shop, id)
    return `/products/${id}`
  }
  const cases: [object, string | undefined, number, string?][] = [
    [{ name: 'x' }, undefined, 200],
    [{ name: 'x', version: 3 }, undefined, 200],
    [{ name: 'x', version: 2 }, undefined, 200],
    [{ name: 'x', version: 1 }, undefined, 409, 'version_conflict'],
    [{ name: 'x', version: 4 }, undefined, 409, 'version_conflict'],
    [{ stock: 5, version: 3 }, undefined, 200],
    [{ stock: 5, version: 2 }, undefined, 409, 'version_conflict'],
    [{ name: 'x' }, '"3"', 200],
    [{ name: 'x' }, '"2"', 200],
    [{ name: 'x' }, '"1"', 412, 'precondition_failed'],
    [{ stock: 5 }, '"2"', 412, 'precondition_failed'],
    [{ name: 'x' }, '"1", "3"', 200],
    [{ name: 'x' }, 'W/"3"', 412, 'precondition_failed'],
    [{ name: 'x' }, '"abc"', 412, 'precondition_failed'],
    [{ name: 'x' }, '*', 200],
    [{ name: 'x', version: 1 }, '*', 409, 'version_conflict'],
    [{ name: 'x', version: 3 }, '"3"', 200],
    [{ name: 'x', version: 1 }, '"1"', 412, 'precondition_failed'],
    [{ name: 'x', version: 3 }, '"2"', 400, 'version_contradiction'],
    [{ name: 'x' }, '3', 400, 'validation_failed'],
    [{ name: 'x', version: 0 }, undefined, 400, 'validation_failed'],
    [{ name: 'x', version: '3' }, undefined, 400, 'validation_failed'],
  ]
  for (const [body, ifMatch, status, code] of cases) {
    test(`${JSON.stringify(body)} with If-Match ${ifMatch ?? 'absent'}: ${code ?? status}`, async (t) => {
      const shop = await openShop(t)
      const path = await sold(shop)
      const before = (await shop.anonymous('GET', path)).json()
      const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch }
      const answer = await shop.admin('PATCH', path, body, headers)
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
      const after = (await shop.anonymous('GET', path)).json()
      if (status === 200) assert.deepEqual([answer.json(), answer.headers.etag], [after, '"4"'])
      else assert.deepEqual(after, before)
      if (status === 409 || status === 412) assert.deepEqual(answer.json().current, before)
    })
  }

  test('REQUIRE_VERSION answers 428 to a write without a version', async (t) => {
    const shop = await openShop(t, { requireVersion: true })
    const { id } = await addTea(shop)
    for (const [method, body] of [
      ['PUT', TEA],
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await shop.admin(method, `/products/${id}`, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [428, 'version_required'])
    }
    assert.equal((await shop.admin('PATCH', `/products/${id}`, { name: 'x', version: 1 })).statusCode, 200)
    assert.equal(
      (await shop.admin('DELETE', `/products/${id}`, undefined, { 'if-match': '*' })).statusCode,
      204,
    )
  })
})

suite('adjusting stock', () => {
  test('the same key and body give the same movement; another body is refused', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    const adjust = (delta: unknown, key?: string, reason = 'counted') =>
      shop.admin(
        'POST',
        `/products/${id}/stock_adjustments`,
        { delta, reason },
        key === undefined ? {} : { 'idempotency-key': key },
      )
    const first = await adjust(-3, 'k')
    const again = await adjust('-3', 'k')
    assert.deepEqual([first.statusCode, again.statusCode], [201, 201])
    assert.deepEqual(again.json(), first.json())
    assert.deepEqual(
      [first.headers['idempotent-replayed'], again.headers['idempotent-replayed']],
      [undefined, 'true'],
    )
    assert.deepEqual([first.json().stock_after, first.json().note, first.json().by], [7, 'counted', 'admin'])
    for (const other of [await adjust(-4, 'k'), await adjust(-3, 'k', 'other')]) {
      assert.deepEqual([other.statusCode, other.json().code], [422, 'idempotency_key_reused'])
    }
    const short = await adjust(-8)
    assert.deepEqual(
      [short.statusCode, short.json().code, short.json().current.stock],
      [409, 'insufficient_stock', 7],
    )
    const much = await adjust(1_000_000_000)
    assert.deepEqual([much.statusCode, much.json().code], [409, 'stock_limit_exceeded'])
    const misspelt = await shop.admin('GET', `/products/${id}/stock_movements?lmit=5`)
    assert.deepEqual([misspelt.statusCode, misspelt.json().code], [400, 'validation_failed'])
    assert.equal((await shop.anonymous('GET', `/products/${id}`)).json().stock, 7)
  })

  const wrong = [
    { delta: 0, reason: 'x' },
    { delta: '0', reason: 'x' },
    { delta: 1.5, reason: 'x' },
    { delta: '9999999999', reason: 'x' },
    { delta: null, reason: 'x' },
    { delta: 1 },
    { delta: 1, reason: ' ' },
    { delta: 1, reason: 'found\u206a' },
    { delta: 1, reason: ' \ufe0f found' },
    { delta: 1, reason: `found${'\u0301'.repeat(9)}` },
    { delta: 1, reason: 'x'.repeat(201) },
    { delta: 1, reason: 'x', stock: 5 },
  ]
  for (const body of wrong) {
    test(`${JSON.stringify(body).slice(0, 40)} answers 400`, async (t) => {
      const shop = await openShop(t)
      const { id } = await addTea(shop)
      const answer = await shop.admin('POST', `/products/${id}/stock_adjustments`, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    })
  }
})

suite('the operations for order_service', () => {
  test('reservations are answered in order, with the details that an order needs', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    const [held, short, changed, unknown, odd] = Array.from({ length: 5 }, nextId)
    const missing = nextId()
    const line = (product_id: string, quantity: number) => [{ product_id, quantity }]
    const body = {
      reservations: [
        { order_id: held, lines: line(id, 2), total_price: '6.00' },
        { order_id: short, lines: line(id, 9), total_price: '27' },
        { order_id: changed, lines: line(id, 1), total_price: '2.99' },
        { order_id: unknown, lines: line(missing, 1), total_price: '1' },
        { order_id: odd, lines: line(id, 1), total_price: '3.0001' },
      ],
    }
    const common = { currency: 'USD', shortages: [], unknown_products: [] }
    const expected = [
      {
        ...common,
        order_id: held,
        status: 'held',
        lines: [{ product_id: id, name: 'Tea', unit_price: '3.00', quantity: 2 }],
        total_price: '6.00',
      },
      {
        ...common,
        order_id: short,
        status: 'rejected',
        total_price: '27.00',
        reason: 'insufficient_stock',
        shortages: [{ product_id: id, requested: 9, available: 8 }],
      },
      { ...common, order_id: changed, status: 'rejected', total_price: '3.00', reason: 'price_changed' },
      {
        ...common,
        order_id: unknown,
        status: 'rejected',
        reason: 'product_not_found',
        unknown_products: [missing],
      },
      { ...common, order_id: odd, status: 'rejected', total_price: '3.00', reason: 'price_changed' },
    ]
    for (const _ of ['first', 'again']) {
      const answer = await shop.service('POST', '/internal/reservations', body)
      assert.deepEqual(answer.json(), { results: expected })
    }
    const released = await shop.service('POST', '/internal/releases', { order_ids: [held, short, missing] })
    assert.deepEqual(released.json(), {
      results: [
        { order_id: held, status: 'released' },
        { order_id: short, status: 'rejected' },
        { order_id: missing, status: 'released' },
      ],
    })
    const late = await reserveTea(shop, id, 1, missing)
    assert.deepEqual(late.json().results, [{ ...common, order_id: missing, status: 'released' }])
    const again = nextId()
    await reserveTea(shop, id, 1, again)
    const shipped = await shop.service('POST', '/internal/shipments', { order_ids: [again, held, odd, id] })
    assert.deepEqual(
      shipped.json().results.map(({ status }: { status: string }) => status),
      ['shipped', 'released', 'rejected', 'unknown'],
    )
    assert.equal(
      (await shop.service('POST', '/internal/releases', { order_ids: [again] })).json().results[0].status,
      'shipped',
    )
    const metrics = await shop.metrics.registry.metrics()
    for (const outcome of ['held', 'insufficient_stock', 'price_changed', 'product_not_found', 'released']) {
      assert.match(metrics, new RegExp(`reservation_outcomes_total\\{outcome="${outcome}"`))
    }
    assert.match(metrics, /reservation_batch_size_count\{[^}]*\} 4/)
  })

  test('an order that names its prices is held only at these: also where the changes cancel out (invariant 8)', async (t) => {
    const shop = await openShop(t)
    const [tea, mug] = [await addTea(shop), await addTea(shop)]
    const reserve = async (prices: readonly string[]) => {
      const lines = [tea, mug].map(({ id }, i) => ({ product_id: id, quantity: 1, unit_price: prices[i] }))
      const order = { order_id: nextId(), lines, total_price: '6' }
      const answer = await shop.service('POST', '/internal/reservations', { reservations: [order] })
      return answer.json().results[0]
    }
    assert.equal((await reserve(['3', '3.00'])).status, 'held')
    const changed = await reserve(['2', '4'])
    assert.deepEqual([changed.reason, changed.total_price], ['price_changed', '6.00'])
    assert.equal((await reserve(['3', '3.001'])).reason, 'price_changed')
  })

  test('offers are of products on sale, each once', async (t) => {
    const shop = await openShop(t)
    const [tea, gone] = [await addTea(shop), await addTea(shop)]
    await shop.admin('PATCH', `/products/${tea.id}`, { tax_class: 'reduced', weight_grams: 250 })
    await shop.admin('PATCH', `/products/${gone.id}`, { status: 'draft' })
    const product_ids = [tea.id, gone.id, nextId(), tea.id]
    const answer = await shop.service('POST', '/internal/offers', { product_ids })
    const offer = { product_id: tea.id, name: 'Tea', unit_price: '3.00', tax_class: 'reduced' }
    assert.deepEqual(answer.json(), {
      currency: 'USD',
      offers: [{ ...offer, weight_grams: 250, available: tea.stock }],
    })
    const many = Array.from({ length: 51 }, () => nextId())
    assert.equal((await shop.service('POST', '/internal/offers', { product_ids: many })).statusCode, 400)
  })

  test('a batch of more than 2 MiB is not read', async (t) => {
    const shop = await openShop(t)
    const statusOf = async (bytes: number) => {
      const body = `{"reservations":[]${' '.repeat(bytes - 19)}}`
      const headers = { 'content-type': 'application/json' }
      return (await shop.service('POST', '/internal/reservations', body, headers)).statusCode
    }
    assert.deepEqual([await statusOf(2 * 1024 * 1024), await statusOf(2 * 1024 * 1024 + 1)], [400, 413])
  })

  test('a full batch of full orders fits', async (t) => {
    const shop = await openShop(t)
    const lines = Array.from({ length: 50 }, () => ({
      ...{ product_id: nextId(), quantity: 10_000, unit_price: '1000000000.00' },
    }))
    const reservations = Array.from({ length: 256 }, () => ({
      order_id: nextId(),
      lines,
      total_price: '5000000000000.00',
    }))
    const answer = await shop.service('POST', '/internal/reservations', { reservations })
    assert.deepEqual([answer.statusCode, answer.json().results.length], [200, 256])
  })

  const order_id = nextId()
  const line = { product_id: nextId(), quantity: 1 }
  const good = { order_id, lines: [line], total_price: '1' }
  const wrong: [string, string, unknown][] = [
    ['no reservation', 'reservations', { reservations: [] }],
    ['257 reservations', 'reservations', { reservations: Array(257).fill(good) }],
    ['no line', 'reservations', { reservations: [{ ...good, lines: [] }] }],
    ['51 lines', 'reservations', { reservations: [{ ...good, lines: Array(51).fill(line) }] }],
    ['a quantity of 0', 'reservations', { reservations: [{ ...good, lines: [{ ...line, quantity: 0 }] }] }],
    [
      'a quantity too large',
      'reservations',
      { reservations: [{ ...good, lines: [{ ...line, quantity: 10_001 }] }] },
    ],
    ['an order id that is no UUID', 'reservations', { reservations: [{ ...good, order_id: '1' }] }],
    ['no total', 'reservations', { reservations: [{ ...good, total_price: undefined }] }],
    ['an unknown field', 'reservations', { reservations: [{ ...good, price: 1 }] }],
    ['no order id', 'releases', { order_ids: [] }],
    ['257 order ids', 'releases', { order_ids: Array(257).fill(order_id) }],
    ['no list', 'shipments', { order_ids: order_id }],
  ]
  for (const [what, path, body] of wrong) {
    test(`${path} with ${what} answer 400`, async (t) => {
      const shop = await openShop(t)
      const answer = await shop.service('POST', `/internal/${path}`, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'validation_failed'])
    })
  }
})

suite('the settings of the shop', () => {
  const cases: [object, string | undefined, number, string?][] = [
    [{ name: 'Hare' }, undefined, 200],
    [{ name: 'Hare', version: 2 }, undefined, 200],
    [{ name: 'Hare' }, '"2"', 200],
    [{ name: 'Hare', version: 1 }, undefined, 409, 'settings_changed'],
    [{ name: 'Hare' }, '"1"', 412, 'settings_precondition_failed'],
    [{ name: 'Hare', version: 1 }, '"2"', 400, 'version_contradiction'],
    [{ languages: ['de'] }, undefined, 422, 'settings_refused'],
    [{ name: ' ' }, undefined, 400, 'validation_failed'],
    [{ name: 'x'.repeat(61) }, undefined, 400, 'validation_failed'],
    [{ tagline: { en: 'x'.repeat(121) } }, undefined, 400, 'validation_failed'],
    [{ announcement: { de: 'x'.repeat(201) } }, undefined, 400, 'validation_failed'],
    [{ tagline: { fr: 'x' } }, undefined, 400, 'validation_failed'],
    [{ contact: { email: 'not an address' } }, undefined, 400, 'validation_failed'],
    [{ contact: { email: `${'x'.repeat(250)}@x.de` } }, undefined, 400, 'validation_failed'],
    [{ contact: { phone: 'call me' } }, undefined, 400, 'validation_failed'],
    [{ contact: { phone: '1'.repeat(41) } }, undefined, 400, 'validation_failed'],
    [{ contact: { address: Array.from({ length: 9 }, () => 'x') } }, undefined, 400, 'validation_failed'],
    [{ contact: { address: ['x'.repeat(121)] } }, undefined, 400, 'validation_failed'],
    [{ legal: { terms: { slug: '../x' } } }, undefined, 400, 'validation_failed'],
    [{ legal: { terms: { slug: 'x'.repeat(61) } } }, undefined, 400, 'validation_failed'],
    [{ legal: { terms: { title: { en: 'x'.repeat(101) } } } }, undefined, 400, 'validation_failed'],
    [{ legal: { terms: { text: { en: 'x'.repeat(20_000), de: 'ä'.repeat(20_000) } } } }, undefined, 200],
    [{ legal: { terms: { text: { en: 'x'.repeat(20_001) } } } }, undefined, 400, 'validation_failed'],
    [{ colours: { light: { accent: 'red' } } }, undefined, 400, 'validation_failed'],
    [{ logo_media_id: 'a/b' }, undefined, 400, 'validation_failed'],
    [{ logo_media_id: 'f'.repeat(64) }, undefined, 409, 'media_unknown'],
    [{ languages: [] }, undefined, 400, 'validation_failed'],
    [{ currency_display: 'name' }, undefined, 400, 'validation_failed'],
  ]
  for (const [body, ifMatch, status, code] of cases) {
    const sent = JSON.stringify(body)
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch }
    test(`at version 2, ${sent.slice(0, 60)} ${ifMatch ?? ''} gets ${code ?? status}`, async (t) => {
      const shop = await openShop(t)
      await shop.admin('PATCH', '/shop', { name: 'Fox' })
      const before = (await shop.anonymous('GET', '/shop')).json()
      const answer = await shop.admin('PATCH', '/shop', body, headers)
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
      if (status === 200) assert.equal(answer.headers.etag, '"3"')
      else assert.deepEqual((await shop.anonymous('GET', '/shop')).json(), before)
      if (code?.startsWith('settings_') && status !== 422) assert.deepEqual(answer.json().current, before)
    })
  }

  test('an answer is cached like those of products, and a change is seen at once', async (t) => {
    const shop = await openShop(t)
    const first = await shop.anonymous('GET', '/shop')
    assert.deepEqual(
      [first.headers.etag, first.headers['cache-control']],
      ['"1"', 'public, max-age=5, stale-while-revalidate=30'],
    )
    const again = await shop.anonymous('GET', '/shop', undefined, { 'if-none-match': '"1"' })
    assert.equal(again.statusCode, 304)
    await shop.admin('PATCH', '/shop', { tagline: { de: 'Neu' } })
    const { tagline, version } = (await shop.anonymous('GET', '/shop')).json()
    assert.deepEqual([tagline, version], [{ en: 'Good things, honestly counted', de: 'Neu' }, 2])
  })
})

test('every code of this service is reached by a test of its routes and documented on a route', async (t) => {
  const { app } = await openShop(t)
  const { paths } = (await app.operations().inject('/openapi.json')).json()
  const described = JSON.stringify(paths)
  const files = readdirSync(import.meta.dirname)
    .map((file) => join(import.meta.dirname, file))
    .concat(join(import.meta.dirname, '..', 'pictures.test.ts'))
  const source = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  for (const code of Object.keys(PROBLEMS).filter((code) => !(code in KIT_PROBLEMS))) {
    assert.ok(described.includes(`\`${code}\``), `${code} is on no route`)
    assert.ok(source.includes(`'${code}'`), `${code} is in no test`)
  }
})

test('the message about the largest price has it as an amount', async (t) => {
  for (const [currency, most, more] of [
    ['USD', '1000000000.00', '1000000000.01'],
    ['IDR', '1000000000.00', '1000000000.01'],
    ['JPY', '100000000000', '100000000001'],
    ['KWD', '100000000.000', '100000000.001'],
  ] as const) {
    const { admin } = await openShop(t, { currency })
    assert.equal((await admin('POST', '/products', { ...TEA, price: most })).json().price, most)
    const refused = await admin('POST', '/products', { ...TEA, price: more })
    assert.deepEqual(refused.json().errors, [
      { in: 'body', path: '/price', message: `must be at most ${most}` },
    ])
  }
})

test('a price that is no amount is called that, and one that is too large is not', async (t) => {
  const { anonymous } = await openShop(t)
  const said = async (amount: string) =>
    (await anonymous('GET', `/catalogue?price_min=${amount}`)).json().errors[0].message
  for (const none of ['abc', '-1', '1e3', '1,50', ''])
    assert.equal(await said(none), 'must be an amount such as "19.99"', none)
  for (const [amount, message] of [
    ['1000000001', 'must be at most 1000000000.00'],
    ['9'.repeat(20), /^must be an amount of at most 1000000000.00/],
    ['1.999', /at most 2 digits after the point$/],
  ] as const) {
    if (typeof message === 'string') assert.equal(await said(amount), message)
    else assert.match(await said(amount), message)
  }
})

suite('cacheable responses', () => {
  test('the catalogue, for a few seconds, then revalidated by ETag', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    for (const path of ['/products', `/products/${id}`, '/products?q=-', '/products?sort=price&limit=1']) {
      const first = await shop.anonymous('GET', path)
      assert.equal(first.headers['cache-control'], 'public, max-age=5, stale-while-revalidate=30', path)
      const etag = String(first.headers.etag)
      const again = await shop.anonymous('GET', path, undefined, { 'if-none-match': etag })
      assert.deepEqual([again.statusCode, again.body], [304, ''], path)
      assert.equal(again.headers.etag, etag)
    }
  })

  test('a list with any change has another ETag', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    const tagOf = async () => (await shop.anonymous('GET', '/products')).headers.etag
    const before = await tagOf()
    await shop.admin('PATCH', `/products/${id}`, { name: 'Another name' })
    assert.notEqual(await tagOf(), before)
  })

  test('nothing else', async (t) => {
    const shop = await openShop(t)
    const { id } = await addTea(shop)
    const answers = [
      await shop.admin('GET', `/products/${id}/stock_movements`),
      await shop.admin('PATCH', `/products/${id}`, { name: 'A name' }),
      await shop.anonymous('GET', `/products/${id.replaceAll('0', 'f')}`),
      await shop.anonymous('GET', '/products?limit=0'),
      await shop.anonymous('DELETE', `/products/${id}`),
    ]
    for (const { headers, body } of answers) assert.equal(headers['cache-control'], 'no-store', body)
  })
})
