/** Pages as crawlers and browsers without scripts read them, made by the gateway before the real product_service. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, type TestContext, test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { serve } from '@shop/service_kit/test_support/http_server'
import { request } from 'undici'
import { someMedia } from '../../../product_service/test/media_contract.ts'
import { openShop } from '../../../product_service/test/worlds.ts'
import { NOW_MS, READ_MS } from '../../src/pages/catalogue_reader.ts'
import { PAGE, type Raw, raw, storefront } from '../upstream.ts'

const HTML = { accept: 'text/html' }
const TEA = { name: 'Green tea', description: 'From Uji.', price: '3.00', stock: 10, slug: 'green-tea' }
const ATTACK = `</script><img src=x onerror="a()">'& שלום`

async function world(t: TestContext, publicUrl: string | null = 'https://shop.example') {
  const products = await openShop(t)
  const product = await products.app.listen({ host: '127.0.0.1', port: 0 })
  const origin = await storefront(t, { products: [product], ...(publicUrl === null ? {} : { publicUrl }) })
  const added = async (path: string, body: object) => {
    const answer = await products.admin('POST', path, body)
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json()
  }
  return {
    ...{ products, product, origin, added },
    get: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      raw(origin, path, { headers: { ...HTML, ...headers }, method }),
  }
}

const jsonIn = ({ text }: Raw, type: string) =>
  [...text.matchAll(new RegExp(`<script type="${type}"[^>]*>(.*?)</script>`, 'gs'))].map(([, json]) =>
    JSON.parse(json!),
  )
const linked = (answer: Raw) => jsonIn(answer, 'application/ld\\+json')
const dataIn = (answer: Raw) => jsonIn(answer, 'application/json')[0]

suite('a served page', () => {
  test('of a product: what search engines, previews and readers without scripts need', async (t) => {
    const { get, added } = await world(t)
    const tea = await added('/products', { ...TEA, sku: 'T-1', compare_at_price: '4.00' })
    const page = await get('/products/green-tea')
    assert.equal(page.status, 200)
    assert.match(page.text, /<title>Green tea · Fairhold<\/title>/)
    assert.match(page.text, /<meta name="description" content="From Uji." \/>/)
    assert.match(page.text, /<link rel="canonical" href="https:\/\/shop.example\/products\/green-tea" \/>/)
    assert.match(page.text, /<meta property="og:title" content="Green tea" \/>/)
    assert.match(
      page.text,
      /<h1 [^>]*><bdi dir="auto">Green tea<\/bdi><\/h1>.*\$3\.00.*\$4\.00.*From Uji\..*In stock/s,
    )
    const [product, path] = linked(page)
    const url = 'https://shop.example/products/green-tea'
    assert.partialDeepStrictEqual(product, {
      '@type': 'Product',
      sku: 'T-1',
      offers: {
        ...{ '@type': 'Offer', url, price: '3.00', priceCurrency: 'USD' },
        availability: 'https://schema.org/InStock',
      },
    })
    assert.deepEqual(
      path.itemListElement.map(({ item }: { item: string }) => item),
      ['https://shop.example/', url],
    )
    const { settings, answers } = dataIn(page)
    assert.equal(settings.name, 'Fairhold')
    const answer = answers.find(({ path: asked }: { path: string }) => asked === `/products/${tea.id}`)
    assert.equal(answer.body.version, 1)
  })

  test('has the settings of now, however long no page was asked for', async (t) => {
    const { get, products } = await world(t)
    assert.match((await get('/')).text, /Fairhold/)
    const changed = await products.admin('PATCH', '/shop', { name: 'Hare' })
    assert.equal(changed.statusCode, 200, changed.body)
    await new Promise((resolve) => setTimeout(resolve, NOW_MS + 50))
    const { text } = await get('/')
    assert.match(text, /Hare/)
    assert.doesNotMatch(text, /Fairhold/)
  })

  test('shows the logo with the name of the shop, and as the icon if it is nearly square', async (t) => {
    const { get, products } = await world(t)
    const icons = async () =>
      [...(await get('/')).text.matchAll(/<link rel="icon"[^>]*>/g)].map(([link]) => link)
    const later = async (settings: object) => {
      const changed = await products.admin('PATCH', '/shop', settings)
      assert.equal(changed.statusCode, 200, changed.body)
      await new Promise((resolve) => setTimeout(resolve, NOW_MS + 50))
    }
    assert.deepEqual(await icons(), ['<link rel="icon" type="image/svg+xml" href="/favicon.svg" />'])
    const [wide, square] = [someMedia({ width: 1200, height: 300 }), someMedia({ width: 500, height: 480 })]
    for (const each of [wide, square]) await products.stores.media.records.addOnce(each)

    await later({
      name: 'Hare & Hedgehog',
      logo_media_id: wide.id,
      colours: { light: { accent: '#4a1f63' } },
    })
    const { text } = await get('/')
    const picture = new RegExp(`<img [^>]*${wide.id}[^>]* alt="Hare &amp; Hedgehog" width="144" height="36"`)
    assert.match(text, picture)
    assert.deepEqual(dataIn(await get('/')).settings.logo, { width: 1200, height: 300 })
    const [mark] = await icons()
    assert.match(decodeURIComponent(mark!), /<rect [^>]*fill="#4a1f63"/)

    await later({ logo_media_id: square.id })
    assert.deepEqual(await icons(), [
      `<link rel="icon" type="image/webp" href="/api/media/${square.id}/320.webp" />`,
    ])
  })

  test('has the price and the stock of now', async (t) => {
    const { get, added, products } = await world(t)
    const tea = await added('/products', TEA)
    await get('/products/green-tea')
    await products.admin('PATCH', `/products/${tea.id}`, { price: '5.00', stock: 0 })
    // NOW_MS: an answer of the last second may be used again.
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    const [{ offers }] = linked(await get('/products/green-tea'))
    assert.deepEqual([offers.price, offers.availability], ['5.00', 'https://schema.org/OutOfStock'])
  })

  test('of a group and of a variant', async (t) => {
    const { get, added } = await world(t)
    const group = await added('/groups', {
      ...{ name: 'Shirt', description: 'Cotton', slug: 'shirt' },
      options: [{ name: 'Size', values: ['S', 'M'] }],
    })
    const { items } = await added(`/groups/${group.id}/variants`, {
      variants: [
        { option_values: ['S'], price: '5', stock: 0 },
        { option_values: ['M'], price: '7', stock: 2 },
      ],
    })
    const page = await get('/products/shirt')
    const [data] = linked(page)
    assert.equal(data['@type'], 'ProductGroup')
    assert.partialDeepStrictEqual(data.offers, {
      '@type': 'AggregateOffer',
      lowPrice: '5.00',
      highPrice: '7.00',
    })
    assert.equal(data.hasVariant.length, 2)
    assert.match(page.text, /from \$5\.00/)
    const variant = await get(`/products/shirt?variant=${items[1].id}`)
    const [offered] = linked(variant)
    assert.deepEqual([offered.offers.price, offered.isVariantOf.productGroupID], ['7.00', group.id])
    assert.match(variant.text, /rel="canonical" href="https:\/\/shop.example\/products\/shirt"/)
  })

  test('of a group whose variants alone have pictures: begins with that of the variant that the app suggests', async (t) => {
    const { get, added, products, product } = await world(t)
    const [red, blue] = [someMedia({ width: 900, height: 600 }), someMedia({ width: 800, height: 800 })]
    for (const each of [red, blue]) await products.stores.media.records.addOnce(each)
    const group = await added('/groups', {
      ...{ name: 'Shirt', description: 'Cotton', slug: 'shirt' },
      options: [
        { name: 'Colour', values: ['Red', 'Blue'] },
        { name: 'Fabric', values: ['Linen & wool'] },
      ],
    })
    const variant = (colour: string, stock: number, id: string) => ({
      ...{ option_values: [colour, 'Linen & wool'], price: '5', stock },
      media: [{ id, alt: `A ${colour} shirt` }],
    })
    const { items } = await added(`/groups/${group.id}/variants`, {
      variants: [variant('Red', 0, red.id), variant('Blue', 2, blue.id)],
    })
    const page = await get('/products/shirt')
    assert.match(
      page.text,
      new RegExp(`<img [^>]*${blue.id}[^>]* alt="A Blue shirt"[^>]* fetchpriority="high"`),
    )
    assert.ok(page.text.includes(`og:image" content="https://shop.example/api/media/${blue.id}/`))
    const choicesIn = (of: Raw) =>
      dataIn(of).answers.find(({ path }: { path: string }) => path.includes('/choices'))
    // One of the options has one value: the app asks with it.
    assert.equal(choicesIn(page).path, `/groups/${group.id}/choices?value2=Linen+%26+wool`)
    assert.equal(choicesIn(page).body.suggested.id, items[1].id)
    const named = await get(`/products/shirt?variant=${items[0].id}`)
    assert.match(named.text, new RegExp(`<img [^>]*${red.id}[^>]* fetchpriority="high"`))
    assert.equal(choicesIn(named).body.variant.id, items[0].id)

    // Where the choices cannot be read there is a page as well.
    const through = await serve(t, async ({ url = '' }, response) => {
      if (url.includes('/choices')) return void response.writeHead(503).end()
      const answer = await request(product + url)
      response.writeHead(answer.statusCode, { 'content-type': 'application/json' })
      response.end(await answer.body.text())
    })
    const page503 = await raw(await storefront(t, { products: [through] }), '/products/shirt', {
      headers: HTML,
    })
    assert.match(page503.text, new RegExp(`<img [^>]*${red.id}[^>]* alt="A Red shirt"`))
    assert.match(page503.text, /<h1 [^>]*><bdi dir="auto">Shirt/)
    assert.equal(choicesIn(page503), undefined)
  })

  test('of the catalogue: products with links, and a link to the next page', async (t) => {
    const { get, added } = await world(t)
    for (let i = 0; i < 25; i += 1) await added('/products', { ...TEA, name: `Tea ${i}`, slug: `tea-${i}` })
    const page = await get('/')
    assert.match(page.text, /<a href="\/products\/tea-24">/)
    const next = /<a href="(\/\?cursor=[^"]+)" rel="next">/.exec(page.text)?.[1]?.replaceAll('&amp;', '&')
    assert.ok(next, 'there is a next page')
    assert.match((await get(next)).text, /<a href="\/products\/tea-0">/)
    assert.equal(linked(page)[0]['@type'], 'OnlineStore')
    assert.match((await get('/?q=tea')).text, /<meta name="robots" content="noindex" \/>/)
  })

  test('of a category: its products, and no page of its own for a search in it', async (t) => {
    const { get, added } = await world(t)
    const drinks = await added('/categories', { name: 'Drinks' })
    const teas = await added('/categories', { name: 'Teas & more', parent_id: drinks.id })
    await added('/products', { ...TEA, categories: [teas.id] })
    await added('/products', { ...TEA, name: 'Mug', slug: 'mug' })
    const page = await get(`/categories/${teas.slug}`)
    assert.equal(page.status, 200)
    assert.match(page.text, /<title>Teas &amp; more · Fairhold<\/title>/)
    assert.ok(page.text.includes(`rel="canonical" href="https://shop.example/categories/${teas.slug}"`))
    assert.match(page.text, /<a href="\/products\/green-tea">/)
    assert.doesNotMatch(page.text, /<a href="\/products\/mug">/)
    const [above, here] = ['/categories/drinks', `/categories/${teas.slug}`]
    const pathIn = (answer: Raw) =>
      linked(answer)
        .find((each) => each['@type'] === 'BreadcrumbList')
        .itemListElement.map(({ name, item }: { name: string; item: string }) => [
          name,
          new URL(item).pathname,
        ])
    const toTeas = [
      ['Shop', '/'],
      ['Drinks', above],
      ['Teas & more', here],
    ]
    assert.deepEqual(pathIn(page), toTeas)
    const crumbsIn = ({ text }: Raw) =>
      [.../<nav aria-label="Where you are".*?<\/nav>/s.exec(text)![0].matchAll(/href="([^"]*)"/g)].map(
        ([, href]) => href,
      )
    assert.deepEqual(crumbsIn(page), ['/', above])
    const product = await get('/products/green-tea')
    assert.deepEqual(pathIn(product), [...toTeas, ['Green tea', '/products/green-tea']])
    assert.deepEqual(crumbsIn(product), [above, here])
    const narrowed = await get(`/categories/${teas.slug}?in_stock=true`)
    assert.equal(narrowed.headers['x-robots-tag'], 'noindex')
    assert.equal((await get('/categories/nothing')).status, 404)
  })

  test('a name is text everywhere: it ends no element, attribute or script, and turns nothing', async (t) => {
    const { get, added } = await world(t)
    await added('/products', {
      ...TEA,
      name: ATTACK,
      description: ATTACK,
      attributes: { [ATTACK]: [ATTACK] },
    })
    for (const path of ['/products/green-tea', '/']) {
      const page = await get(path)
      assert.equal(page.status, 200)
      assert.doesNotMatch(page.text, /<img src=x|onerror="/)
      const scripts = page.text.match(/<script/g)!.length
      assert.equal(page.text.match(/<\/script>/g)!.length, scripts)
      assert.ok(dataIn(page) && linked(page).length > 0)
      assert.match(page.text, /<bdi dir="auto">&lt;\/script&gt;/)
    }
  })

  test('in the language of the cookie, else of the browser', async (t) => {
    const { get, added } = await world(t)
    await added('/products', TEA)
    const german = await get('/products/green-tea', { 'accept-language': 'fr, de-AT;q=0.8, en;q=0.5' })
    assert.match(german.text, /<html lang="de" dir="ltr">/)
    assert.match(german.text, /Auf Lager/)
    assert.match(german.text, /3,00/)
    assert.equal(german.headers['content-language'], 'de')
    assert.match(String(german.headers.vary), /accept-language, cookie/)
    const chosen = await get('/products/green-tea', {
      'accept-language': 'de',
      cookie: 'a=b; shop_language=en',
    })
    assert.equal(chosen.headers['content-language'], 'en')
  })

  test('the footer has the link to the withdrawal, in the words of the law, before scripts run, also where only the app shows the page', async (t) => {
    const { get, added } = await world(t)
    await added('/products', TEA)
    for (const path of ['/', '/products/green-tea', '/cart', '/withdraw', '/orders/x', '/nowhere'])
      for (const [language, words] of [
        ['en', 'Withdraw from contract here'],
        ['de', 'Vertrag widerrufen'],
      ] as const) {
        const { text } = await get(path, { 'accept-language': language })
        const [footer = ''] = /<footer.*<\/footer>/s.exec(text) ?? []
        assert.ok(footer.includes(`<a href="/withdraw">${words}</a>`), `${path} ${language}`)
      }
  })

  test('moved addresses lead to the new one, with the query', async (t) => {
    const { get, added, products } = await world(t)
    const tea = await added('/products', TEA)
    await products.admin('PATCH', `/products/${tea.id}`, { slug: 'grüner-tee' })
    const moved = await get('/products/green-tea?a=1')
    assert.deepEqual([moved.status, moved.headers.location], [301, '/products/gr%C3%BCner-tee?a=1'])
    assert.equal((await get(moved.headers.location!)).status, 200)
  })

  for (const path of [
    '/products/nothing-here',
    '/products/01a21075-0a3e-763e-8fd2-4b6faf490acb',
    '/nowhere',
  ]) {
    test(`${path} is 404 and not for search engines, also for a browser that knows its ETag`, async (t) => {
      const { get } = await world(t)
      const page = await get(path)
      assert.equal(page.status, 404)
      assert.match(page.text, /<meta name="robots" content="noindex" \/>/)
      assert.equal(page.headers['x-robots-tag'], 'noindex')
      assert.equal((await get(path, { 'if-none-match': String(page.headers.etag) })).status, 404)
    })
  }

  test('an id leads to the slug, that of a variant to its group', async (t) => {
    const { get, added } = await world(t)
    const tea = await added('/products', TEA)
    const moved = await get(`/products/${tea.id}?a=1`)
    assert.deepEqual([moved.status, moved.headers.location], [301, '/products/green-tea?a=1'])
    const options = [{ name: 'Size', values: ['S'] }]
    const group = await added('/groups', { name: 'Shirt', description: '', options, slug: 'shirt' })
    const one = { option_values: ['S'], price: '5', stock: 0 }
    const { items } = await added(`/groups/${group.id}/variants`, { variants: [one] })
    assert.equal((await get(`/products/${group.id}`)).headers.location, '/products/shirt')
    const variant = await get(`/products/${items[0].id}`)
    assert.equal(variant.headers.location, `/products/shirt?variant=${items[0].id}`)
  })

  test('an address in any script is served again later', async (t) => {
    const { get, added } = await world(t)
    const { slug } = await added('/products', { name: 'גרבי צמר', description: '', price: '3.00', stock: 10 })
    const path = `/products/${encodeURIComponent(slug)}`
    assert.match((await get(path)).text, /<h1 /)
    await new Promise((resolve) => setTimeout(resolve, NOW_MS + 50))
    assert.match((await get(path)).text, /<h1 /)
  })

  test('a product that was removed is 404', async (t) => {
    const { get, added, products } = await world(t)
    const tea = await added('/products', TEA)
    await products.admin('DELETE', `/products/${tea.id}`)
    assert.equal((await get('/products/green-tea')).status, 404)
  })

  test('private pages have the settings, and are not for search engines', async (t) => {
    const { get } = await world(t)
    for (const [path, robots] of [
      ['/cart', 'noindex'],
      ['/admin/orders', 'noindex'],
      ['/pages/imprint', undefined],
    ] as const) {
      const page = await get(path)
      assert.deepEqual([page.status, page.headers['x-robots-tag']], [200, robots], path)
      assert.equal(dataIn(page).settings.name, 'Fairhold')
    }
  })

  test('is validated by its ETag; HEAD has the headers of GET; it is compressed', async (t) => {
    const { get, added, origin } = await world(t)
    await added('/products', TEA)
    const page = await get('/')
    assert.equal(page.headers['cache-control'], 'no-cache')
    const etag = String(page.headers.etag)
    assert.deepEqual(
      [await get('/', { 'if-none-match': etag })].map(({ status, text }) => [status, text]),
      [[304, '']],
    )
    const head = await get('/', {}, 'HEAD')
    assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', etag])
    assert.equal(head.headers['content-length'], page.headers['content-length'])
    const packed = await request(origin, { headers: { ...HTML, 'accept-encoding': 'gzip, br' } })
    assert.equal(packed.headers['content-encoding'], 'br')
    assert.equal(brotliDecompressSync(await packed.body.arrayBuffer()).toString(), page.text)
  })

  test('the colours of the shop come with it, named in its policy', async (t) => {
    const { get, products } = await world(t)
    await products.admin('PATCH', '/shop', { colours: { light: { accent: '#4a1f63' } } })
    const page = await get('/cart')
    const style = /<style id="shop-colours">(.*?)<\/style>/.exec(page.text)?.[1]
    assert.match(String(style), /--accent:light-dark\(#4a1f63, #86d3b3\)/)
    const policy = String(page.headers['content-security-policy'])
    assert.ok(policy.includes(`style-src 'self' 'sha256-${hash('sha256', style!, 'base64')}'`))
    assert.doesNotMatch(policy, /unsafe/)
  })

  test('without a public address its links are those of the visitor, who cannot break out', async (t) => {
    const { get, added } = await world(t, null)
    await added('/products', TEA)
    assert.match((await get('/', { host: 'tea.example:8080' })).text, /href="http:\/\/tea.example:8080\/"/)
    assert.doesNotMatch((await get('/', { host: '"><script>' })).text, /"><script>/)
  })

  test('while product_service fails or hangs, the app comes alone, and no cache keeps it', async (t) => {
    for (const listener of [
      (_: unknown, response: { writeHead(status: number): { end(): void } }) => response.writeHead(503).end(),
      () => {},
    ]) {
      const origin = await storefront(t, { products: [await serve(t, listener as never)] })
      const page = await raw(origin, '/products/green-tea', { headers: HTML })
      assert.deepEqual([page.status, page.text], [200, PAGE])
      assert.equal(page.headers['cache-control'], 'no-store')
    }
  })

  test('one page waits for a service that hangs; the next ones come at once', async (t) => {
    const origin = await storefront(t, { products: [await serve(t, () => {})] })
    await raw(origin, '/products/green-tea', { headers: HTML })
    const from = performance.now()
    assert.equal((await raw(origin, '/', { headers: HTML })).text, PAGE)
    assert.ok(performance.now() - from < READ_MS / 2)
  })
})
