import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { serve } from '@shop/service_kit/test_support/http_server'
import { request } from 'undici'
import { openShop } from '../../../product_service/test/worlds.ts'
import { COMPRESSED_FROM_BYTES } from '../../src/http/compress.ts'
import { storefront } from '../upstream.ts'

const LONG = JSON.stringify({ items: Array.from({ length: 100 }, (_, i) => `item ${i}`.repeat(3)) })
const SHORT = '{"items":[]}'

/** The answer of the gateway to such an answer of a service, as bytes: `fetch` would decompress it. */
async function answer(
  t: TestContext,
  { body = LONG, headers = {}, accept = 'gzip, deflate, br', method = 'GET', path = '/api/products' } = {},
) {
  const service = await serve(t, (_request, response) => {
    const length = String(Buffer.byteLength(body))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': length, ...headers })
    response.end(body)
  })
  const shop = await storefront(t, { auth: [service], products: [service] })
  const got = await request(shop + path, {
    method: method as 'GET',
    headers: accept === '' ? {} : { 'accept-encoding': accept },
  })
  return { headers: got.headers, body: Buffer.from(await got.body.arrayBuffer()) }
}

suite('compression of answers', () => {
  test('a long list is sent as gzip to a client that accepts it', async (t) => {
    assert.ok(LONG.length > COMPRESSED_FROM_BYTES)
    const { headers, body } = await answer(t)
    assert.equal(headers['content-encoding'], 'gzip')
    assert.equal(headers.vary, 'accept-encoding')
    assert.ok(body.length < LONG.length / 2)
    assert.equal(gunzipSync(body).toString(), LONG)
  })

  for (const accept of ['', 'br', 'gzip;q=0', 'gzip;q=0.000, br', 'xgzip']) {
    test(`uncompressed to a client that does not accept gzip: ${JSON.stringify(accept)}`, async (t) => {
      const { headers, body } = await answer(t, { accept })
      assert.equal(headers['content-encoding'], undefined)
      assert.equal(headers.vary, 'accept-encoding', 'for caches on the way')
      assert.equal(body.toString(), LONG)
    })
  }

  test('so is one with a weak ETag, and `vary` keeps the value of the service', async (t) => {
    const { headers } = await answer(t, { headers: { etag: 'W/"7"', vary: 'origin' } })
    assert.equal(headers['content-encoding'], 'gzip')
    assert.equal(headers.etag, 'W/"7"')
    assert.equal(headers.vary, 'origin, accept-encoding')
  })

  test('so is the catalogue, which has a weak ETag', async (t) => {
    const products = await openShop(t)
    for (let i = 0; i < 20; i += 1) {
      await products.admin('POST', '/products', { name: `Tea ${i}`, description: '', price: '3', stock: 1 })
    }
    const shop = await storefront(t, {
      products: [await products.app.listen({ host: '127.0.0.1', port: 0 })],
    })
    const gzip = { 'accept-encoding': 'gzip' }
    const first = await request(`${shop}/api/products`, { headers: gzip })
    assert.equal(first.headers['content-encoding'], 'gzip')
    assert.equal(first.headers.vary, 'accept-encoding')
    assert.equal(JSON.parse(gunzipSync(await first.body.arrayBuffer()).toString()).items.length, 20)
    const again = await request(`${shop}/api/products`, {
      headers: { ...gzip, 'if-none-match': String(first.headers.etag) },
    })
    assert.deepEqual([again.statusCode, await again.body.text()], [304, ''])
    assert.equal(again.headers.etag, first.headers.etag)
    assert.equal(again.headers.vary, 'accept-encoding', 'or a cache would send the gzip to every client')
  })

  test('gzip;q=0.5 accepts it', async (t) => {
    assert.equal((await answer(t, { accept: 'br;q=1, GZIP;q=0.5' })).headers['content-encoding'], 'gzip')
  })

  const untouched: Record<string, Parameters<typeof answer>[1]> = {
    'a short one': { body: SHORT },
    'one with an ETag, which names these bytes': { headers: { etag: '"7"' } },
    'one that is compressed already': { headers: { 'content-encoding': 'br' } },
    'one of auth_service': { path: '/api/auth/users' },
    'what is no text': { headers: { 'content-type': 'image/webp' } },
  }
  for (const [what, upstream] of Object.entries(untouched)) {
    test(`not compressed: ${what}`, async (t) => {
      const { headers, body } = await answer(t, upstream)
      assert.notEqual(headers['content-encoding'], 'gzip')
      assert.equal(headers['content-length'], String(body.length))
      assert.equal(body.toString(), upstream?.body ?? LONG)
    })
  }

  test('HEAD has the length of the uncompressed GET', async (t) => {
    const { headers, body } = await answer(t, { method: 'HEAD' })
    assert.deepEqual([headers['content-length'], body.length], [String(LONG.length), 0])
  })

  for (const accept of ['gzip', 'identity']) {
    test(`a table that breaks off is an incomplete table, with ${accept}`, async (t) => {
      const service = await serve(t, (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' })
        response.write('sku,name\r\n'.repeat(1_000))
        setTimeout(() => response.destroy(), 50)
      })
      const shop = await storefront(t, { products: [service] })
      const table = await fetch(`${shop}/api/exports/catalogue.csv`, {
        headers: { 'accept-encoding': accept },
      })
      assert.equal(table.headers.get('content-encoding'), accept === 'gzip' ? 'gzip' : null)
      await assert.rejects(table.text())
    })
  }

  test('an answer that breaks off is an incomplete answer', async (t) => {
    const service = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write(LONG.slice(0, 2_000))
      setTimeout(() => response.destroy(), 50)
    })
    const shop = await storefront(t, { products: [service] })
    await assert.rejects(async () => (await fetch(`${shop}/api/products`)).text())
  })
})
