/** robots.txt, the sitemap and the feed, before the real product_service; and a large catalogue of which little is kept. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { serve } from '@shop/service_kit/test_support/http_server'
import { request } from 'undici'
import { openShop } from '../../../product_service/test/worlds.ts'
import { FEEDS_MAX } from '../../src/http/seen_routes.ts'
import { DESCRIPTION_LENGTH_MAX, itemOf, MORE_PICTURES_MAX, TITLE_LENGTH_MAX } from '../../src/pages/feed.ts'
import { PART_URLS_MAX } from '../../src/pages/sitemap.ts'
import type { Group, Product } from '../../web/src/api/types.ts'
import { raw, storefront } from '../upstream.ts'

const publicUrl = 'https://shop.example'
const TEA = {
  name: 'Green <tea>',
  description: 'From Uji & more',
  price: '3.00',
  stock: 10,
  slug: 'green-tea',
}

async function world(t: TestContext) {
  const products = await openShop(t)
  const upstream = await products.app.listen({ host: '127.0.0.1', port: 0 })
  const added = async (path: string, body: object) => {
    const answer = await products.admin('POST', path, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  return { products, added, origin: await storefront(t, { products: [upstream], publicUrl }) }
}

/** A product_service of `count` products, which makes each page when it is asked for. */
async function manyProducts(t: TestContext, count: number) {
  const asked = { pages: 0 }
  const origin = await serve(t, (incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url!, 'http://x')
    response.setHeader('content-type', 'application/json')
    if (pathname === '/shop')
      return response.end(JSON.stringify({ name: 'Shop', tagline: { en: '' }, default_language: 'en' }))
    if (pathname !== '/products') return response.writeHead(404).end('{}')
    asked.pages += 1
    const from = Number(searchParams.get('cursor') ?? 0)
    const to = Math.min(count, from + Number(searchParams.get('limit')))
    const items = Array.from({ length: to - from }, (_, i) => ({
      ...PRODUCT,
      id: `${from + i}`,
      slug: `tea-${from + i}`,
    }))
    response.end(JSON.stringify({ items, next_cursor: to < count ? String(to) : null }))
  })
  const options = { products: [origin], publicUrl, trustedProxies: ['127.0.0.1'] }
  return { asked, origin: await storefront(t, options) }
}

const PICTURE = { id: 'a'.repeat(64), alt: 'Tea', focus: { x: 50, y: 50 }, width: 10, height: 10, blur: '' }
const PRODUCT = {
  ...{
    id: '1',
    name: 'Tea',
    description: 'Good',
    price: '3.00',
    currency: 'EUR',
    currency_digits: 2,
    stock: 1,
  },
  ...{
    sku: null,
    gtin: null,
    weight_grams: null,
    tax_class: 'standard' as const,
    compare_at_price: null,
    lowest_price_30_days: null,
  },
  ...{
    group_id: null,
    option_values: [],
    slug: 'tea',
    status: 'published',
    publish_at: null,
    categories: [],
  },
  ...{ reserved: 0, version: 1, created_at: '', updated_at: '2026-01-02T03:04:05.000Z', attributes: {} },
  media: [PICTURE],
} satisfies Product

const partOf = async (origin: string, part: number) => {
  const answer = await request(`${origin}/sitemap-${part}.xml.gz`)
  assert.equal(answer.statusCode, 200)
  return gunzipSync(await answer.body.arrayBuffer()).toString()
}

suite('robots.txt', () => {
  test('names the sitemap, and nothing private', async (t) => {
    const { text, status } = await raw(await storefront(t, { publicUrl }), '/robots.txt')
    assert.equal(status, 200)
    assert.match(text, /^Disallow: \/api\/$/m)
    assert.match(text, /^Sitemap: https:\/\/shop\.example\/sitemap\.xml$/m)
  })

  test('without a public address there is no sitemap and no feed', async (t) => {
    const shop = await storefront(t, {})
    assert.doesNotMatch((await raw(shop, '/robots.txt')).text, /Sitemap/)
    for (const path of ['/sitemap.xml', '/feed.xml'])
      assert.equal((await raw(shop, path, { headers: { accept: 'application/xml' } })).status, 404)
  })
})

suite('the sitemap', () => {
  test('has what is on sale, each address once, and no draft (1)', async (t) => {
    const { added, origin } = await world(t)
    await added('/products', TEA)
    await added('/products', { ...TEA, name: 'Secret', slug: 'secret', status: 'draft' })
    const options = [{ name: 'Size', values: ['S', 'M'] }]
    const group = await added('/groups', { name: 'Shirt', description: '', options, slug: 'shirt' })
    const variants = ['S', 'M'].map((size) => ({ option_values: [size], price: '5', stock: 0 }))
    await added(`/groups/${group.id}/variants`, { variants })
    const index = await raw(origin, '/sitemap.xml')
    assert.match(index.text, /<loc>https:\/\/shop\.example\/sitemap-1\.xml\.gz<\/loc><lastmod>2/)
    const found = [...(await partOf(origin, 1)).matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url)
    assert.deepEqual(found.toSorted(), [
      'https://shop.example/',
      'https://shop.example/products/green-tea',
      'https://shop.example/products/shirt',
    ])
    for (const path of ['/sitemap-2.xml.gz', '/sitemap-0.xml.gz', '/sitemap-x'])
      assert.equal((await raw(origin, path, { headers: { accept: '*/*' } })).status, 404)
    const again = await raw(origin, '/sitemap.xml', {
      headers: { 'if-none-match': String(index.headers.etag) },
    })
    assert.equal(again.status, 304)
  })

  test('of many products has parts, and is made once (2)', async (t) => {
    const { asked, origin } = await manyProducts(t, PART_URLS_MAX + 50)
    const ask = async () => {
      // The first request waits for a bounded time, which a busy machine may need more than once.
      for (;;) {
        const answer = await raw(origin, '/sitemap.xml')
        if (answer.status !== 503) return answer
      }
    }
    const both = await Promise.all([ask(), ask()])
    for (const { text } of both) assert.equal(text.match(/<sitemap>/g)?.length, 2)
    assert.equal((await partOf(origin, 1)).match(/<url>/g)?.length, PART_URLS_MAX)
    assert.equal((await partOf(origin, 2)).match(/<url>/g)?.length, 51)
    assert.equal(asked.pages, Math.ceil((PART_URLS_MAX + 50) / 100))
  })
})

/** 160 MiB: more than connections buffer. */
const PRODUCTS = 200_000

suite('the feed', () => {
  const element = (item: string, name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(item)?.[1]

  test('has what Google requires of a product', () => {
    const item = itemOf(
      { ...PRODUCT, gtin: '4006381333931', compare_at_price: '4.00', name: 'A & B' },
      undefined,
      publicUrl,
    )
    const fields = [
      'g:id',
      'title',
      'description',
      'link',
      'g:image_link',
      'g:availability',
      'g:price',
      'g:sale_price',
      'g:gtin',
    ]
    assert.deepEqual(
      fields.map((name) => element(item, name)),
      [
        ...['1', 'A &amp; B', 'Good', 'https://shop.example/products/tea'],
        ...[
          `https://shop.example/api/media/${PICTURE.id}/1280.jpg`,
          'in_stock',
          '4.00 EUR',
          '3.00 EUR',
          '4006381333931',
        ],
      ],
    )
    assert.equal(element(item, 'g:identifier_exists'), undefined)
  })

  test('has the group and the options of a variant', () => {
    const group = {
      ...{ id: 'g7', name: 'Shirt', description: 'Cotton', slug: 'shirt', media: [PICTURE], attributes: {} },
      options: [
        { name: 'Farbe', values: [] },
        { name: 'Cut', values: [] },
      ],
    } as unknown as Group
    const item = itemOf(
      { ...PRODUCT, description: '', media: [], stock: 0, sku: 'S-1', option_values: ['red', 'slim'] },
      group,
      publicUrl,
    )
    const fields = [
      'g:id',
      'link',
      'description',
      'g:availability',
      'g:item_group_id',
      'g:color',
      'g:identifier_exists',
    ]
    assert.deepEqual(
      fields.map((name) => element(item, name)),
      [
        ...[
          'S-1',
          'https://shop.example/products/shirt?variant=1',
          'Cotton',
          'out_of_stock',
          'g7',
          'red',
          'no',
        ],
      ],
    )
    assert.match(item, /<g:attribute_name>Cut<\/g:attribute_name><g:attribute_value>slim</)
  })

  test('has texts and pictures up to the limits of Google', () => {
    const media = Array.from({ length: MORE_PICTURES_MAX + 3 }, (_, i) => ({
      ...PICTURE,
      id: `${i}`.padStart(64, 'a'),
    }))
    const long = { ...PRODUCT, name: 'x'.repeat(500), description: 'y'.repeat(9_000), media }
    const item = itemOf(long, undefined, publicUrl)
    const textOf = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(item)![1]!
    assert.equal(textOf('title').length, TITLE_LENGTH_MAX)
    assert.equal(textOf('description').length, DESCRIPTION_LENGTH_MAX)
    assert.equal(item.match(/<g:additional_image_link>/g)!.length, MORE_PICTURES_MAX)
  })

  test('leaves out what has no picture, and no character breaks it', () => {
    assert.equal(itemOf({ ...PRODUCT, media: [] }, undefined, publicUrl), '')
    const item = itemOf({ ...PRODUCT, description: 'a\u0000b]]>\ud800<' }, undefined, publicUrl)
    assert.match(item, /<description>a b\]\]&gt;\ufffd&lt;<\/description>/)
  })

  test('is sent as it is made: a reader that stops stops it, and one too many is refused', async (t) => {
    const { asked, origin } = await manyProducts(t, PRODUCTS)
    const ask = (reader: number) =>
      request(`${origin}/feed.xml`, { headers: { 'x-forwarded-for': `203.0.113.${reader}` } })
    const readers = [await ask(0)]
    const refused = async (reader: number) => {
      const { statusCode, body } = await ask(reader)
      assert.deepEqual([statusCode, ((await body.json()) as { code: string }).code], [503, 'overloaded'])
    }
    await refused(0)
    for (let i = 1; i < FEEDS_MAX; i++) readers.push(await ask(i))
    await refused(FEEDS_MAX)
    // What the connections buffer is read; then nothing more, far from the end.
    for (let before = -1; before !== asked.pages; ) {
      before = asked.pages
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    assert.ok(asked.pages < FEEDS_MAX * (PRODUCTS / 100) - 100, `${asked.pages} pages`)
    for (const { body } of readers) body.destroy()
    await new Promise((resolve) => setTimeout(resolve, 200))
    const next = await request(`${origin}/feed.xml`, { headers: { 'accept-encoding': 'gzip' } })
    assert.deepEqual([next.statusCode, next.headers['content-encoding']], [200, 'gzip'])
    next.body.destroy()
  })

  test('comes from the real service', async (t) => {
    const { origin } = await world(t)
    const { text } = await raw(origin, '/feed.xml')
    assert.match(
      text,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<rss .*<title>Fairhold<\/title>.*<\/channel><\/rss>\n$/s,
    )
  })
})
