/** The HTTP contract of the lists of the shop: filters, counts, cursors, caching, and wrong inputs. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { READS_OF_CLIENT_MAX } from '@shop/service_kit/runtime/reader_thread'
import { CHOICES_MAX } from '../../src/domain/listings.ts'
import { folder, openShop } from '../worlds.ts'

type Shop = Awaited<ReturnType<typeof openShop>>
type Item = { kind: string; product?: { id: string }; group?: { id: string; name: string } }
type Page = { items: Item[]; next_cursor: string | null; total: object; searched_for?: string }

async function fill(shop: Shop) {
  const made = async (path: string, body: object) => {
    const answer = await shop.admin('POST', path, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  const cups = await made('/categories', { name: 'Cups' })
  const attributes = { Material: ['clay', 'glass'] }
  const cup = await made('/products', { name: 'Cup', description: '', price: '3.50', stock: 2, attributes })
  await made('/products', { name: 'Vase', description: '', price: '9', stock: 0, categories: [cups.id] })
  const options = [{ name: 'Colour', values: ['red', 'blue'] }]
  const shirt = await made('/groups', {
    name: 'Shirt',
    description: '',
    options,
    attributes: { 'Size: of all': ['one'] },
  })
  const variants = [
    { option_values: ['red'], price: '5', stock: 1 },
    { option_values: ['blue'], price: '7', stock: 0 },
  ]
  await made(`/groups/${shirt.id}/variants`, { variants })
  return { cups, cup, shirt }
}
const names = ({ items }: Page) =>
  items.map((item) =>
    item.kind === 'group' ? item.group!.name : (item.product as unknown as { name: string }).name,
  )

suite('GET /catalogue', () => {
  test('a group that is hidden after the list was made is not shown, nor is what an admin wrote meanwhile', async (t) => {
    const shop = await openShop(t)
    const { shirt } = await fill(shop)
    const { list } = shop.stores.listings
    const hidden = { status: 'draft', name: 'Secret' }
    Object.assign(shop.stores.listings, {
      async list(query: Parameters<typeof list>[0]) {
        const page = await list(query)
        await shop.admin('PATCH', `/groups/${shirt.id}`, hidden)
        return page
      },
    })
    assert.deepEqual(names((await shop.anonymous('GET', '/catalogue')).json()), ['Vase', 'Cup'])
  })

  test('lists groups and products without a group, with filters and the number of results', async (t) => {
    const shop = await openShop(t)
    const { cups, cup } = await fill(shop)
    const list = async (query: string): Promise<Page> => {
      const answer = await shop.anonymous('GET', `/catalogue?${query}`)
      assert.equal(answer.statusCode, 200, answer.body)
      return answer.json()
    }
    const all = await list('')
    assert.deepEqual(names(all), ['Shirt', 'Vase', 'Cup'])
    assert.deepEqual(all.total, { count: 3, more: false })
    assert.equal(all.next_cursor, null)
    assert.deepEqual(all.items[2], {
      kind: 'product',
      product: (await shop.anonymous('GET', `/products/${cup.id}`)).json(),
    })
    for (const [query, wanted] of [
      ['in_stock=true', ['Shirt', 'Cup']],
      [`category=${cups.id}`, ['Vase']],
      [`category=${cups.id.toUpperCase()}`, ['Vase']],
      ['price_min=3.51&price_max=6', ['Shirt']],
      ['facet=Colour:red', ['Shirt']],
      ['facet=Colour:blue&in_stock=true', []],
      ['facet=Material:clay&facet=Material:none', ['Cup']],
      ['facet=Material:clay&facet=Colour:red', []],
      ['facet=Size%3A%20of%20all%3Aone', ['Shirt']],
      ['facet=Unknown:x', []],
      ['sort=price', ['Cup', 'Shirt', 'Vase']],
      ['q=vas', ['Vase']],
      ['q=-', []],
    ] as const) {
      const page = await list(query)
      assert.deepEqual(names(page), wanted, query)
      assert.deepEqual(page.total, { count: wanted.length, more: false }, query)
    }
    // One typing error: the corrected words are filtered too.
    const corrected = await list('q=shirrt&facet=Colour:red')
    assert.deepEqual([names(corrected), corrected.searched_for], [['Shirt'], 'shirt'])
  })

  test('continues by a cursor of the same order', async (t) => {
    const shop = await openShop(t)
    await fill(shop)
    const first: Page = (await shop.anonymous('GET', '/catalogue?sort=-price&limit=2')).json()
    assert.deepEqual(names(first), ['Vase', 'Shirt'])
    const next: Page = (
      await shop.anonymous('GET', `/catalogue?sort=-price&limit=2&cursor=${first.next_cursor}`)
    ).json()
    assert.deepEqual([names(next), next.next_cursor], [['Cup'], null])
    const other = await shop.anonymous('GET', `/catalogue?sort=price&cursor=${first.next_cursor}`)
    assert.deepEqual([other.statusCode, other.json().code], [400, 'malformed_cursor'])
  })

  test('is not sent again while it is the same', async (t) => {
    const shop = await openShop(t)
    await fill(shop)
    for (const url of ['/catalogue?in_stock=true', '/catalogue/facets?in_stock=true']) {
      const { etag } = (await shop.anonymous('GET', url)).headers
      const again = await shop.app.inject({ url, headers: { 'if-none-match': String(etag) } })
      assert.equal(again.statusCode, 304)
    }
  })

  test('a visitor who asks for many lists at once is answered some, and others are answered soon', async (t) => {
    const path = join(folder(t), 'products.db')
    const shop = await openShop(t, { path, trustedProxies: ['127.0.0.1'] })
    await fill(shop)
    const ended: string[] = []
    const ask = async (visitor: string, url: string) => {
      const answer = await shop.anonymous('GET', url, undefined, { 'x-forwarded-for': visitor })
      if (answer.statusCode === 200) ended.push(visitor)
      return answer
    }
    const [flood, other] = ['203.0.113.1', '203.0.113.2'] as const
    assert.equal((await ask(flood, '/catalogue')).statusCode, 200)
    // Everything that a thread answers, of what none has asked before.
    for (const url of ['/catalogue?price_max=1', '/catalogue/facets?price_max=1', '/products?q=a']) {
      ended.length = 0
      const many = Array.from({ length: 2 * READS_OF_CLIENT_MAX }, (_, i) => ask(flood, `${url}${i}`))
      const answer = await ask(other, `${url}other`.replace('=1other', '=77'))
      assert.equal(answer.statusCode, 200, `${url}: ${answer.body}`)
      assert.ok(ended.indexOf(other) <= 2, `${url}: after ${ended.indexOf(other)} of the others`)
      const refused = (await Promise.all(many)).filter(({ statusCode }) => statusCode !== 200)
      assert.equal(refused.length, READS_OF_CLIENT_MAX - 1, url)
      for (const { statusCode, headers, body } of refused) {
        assert.deepEqual([statusCode, headers['retry-after']], [503, '1'])
        assert.match(body, /from your address.*"overloaded"/su)
      }
    }
  })

  test('refuses wrong filters, and names them', async (t) => {
    const shop = await openShop(t)
    const many = Array.from({ length: CHOICES_MAX + 1 }, (_, i) => `facet=a:${i}`).join('&')
    for (const [query, path] of [
      ['category=x', '/category'],
      ['price_min=-1', '/price_min'],
      ['price_max=1.234', '/price_max'],
      ['price_max=99999999999999', '/price_max'],
      ['in_stock=maybe', '/in_stock'],
      ['facet=red', '/facet/0'],
      ['facet=:red', '/facet/0'],
      ['facet=Colour:red&facet=Colour:', '/facet/1'],
      [many, '/facet'],
      ['sort=size', '/sort'],
      ['colour=red', '/colour'],
    ] as const) {
      for (const route of query.startsWith('sort') ? ['/catalogue'] : ['/catalogue', '/catalogue/facets']) {
        const answer = await shop.anonymous('GET', `${route}?${query}`)
        assert.equal(answer.statusCode, 400, `${route}?${query} ${answer.body}`)
        const { code, errors } = answer.json()
        assert.equal(code, 'validation_failed')
        assert.deepEqual(
          [errors[0].in, errors[0].path],
          ['querystring', path],
          `${route}?${query} ${answer.body}`,
        )
      }
    }
    assert.equal(
      (await shop.anonymous('GET', `/catalogue?${many.slice(0, many.lastIndexOf('&'))}`)).statusCode,
      200,
    )
  })
})

test('GET /catalogue/facets counts by category, attribute, option, stock and price', async (t) => {
  const shop = await openShop(t)
  const { cups } = await fill(shop)
  const facets = async (query: string) => (await shop.anonymous('GET', `/catalogue/facets?${query}`)).json()
  const one = { count: 1, more: false }
  assert.deepEqual(await facets(''), {
    total: { count: 3, more: false },
    categories: [{ id: cups.id, ...one }],
    facets: [
      { name: 'Colour', values: ['blue', 'red'].map((value) => ({ value, ...one })) },
      { name: 'Material', values: ['clay', 'glass'].map((value) => ({ value, ...one })) },
      { name: 'Size: of all', values: [{ value: 'one', ...one }] },
    ],
    in_stock: { count: 2, more: false },
    prices: { min: '3.50', max: '9.00' },
  })
  const red = await facets('facet=Colour:red')
  assert.deepEqual([red.total, red.prices], [one, { min: '5.00', max: '5.00' }])
  assert.deepEqual(
    red.facets.map(({ name, values }: { name: string; values: { value: string }[] }) => [
      name,
      ...values.map(({ value }) => value),
    ]),
    [
      ['Colour', 'red', 'blue'],
      ['Size: of all', 'one'],
    ],
  )
  const nothing = {
    total: { count: 0, more: false },
    categories: [],
    facets: [],
    in_stock: { count: 0, more: false },
  }
  assert.deepEqual(await facets('q=-'), { ...nothing, prices: { min: null, max: null } })
  assert.deepEqual((await facets('q=shirrt')).searched_for, 'shirt')
})
