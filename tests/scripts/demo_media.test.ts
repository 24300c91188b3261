/** The sample catalogue and its pictures at the real services; drawn small, to be quick. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { serve } from '@shop/service_kit/test_support/http_server'
import { openShop } from '../../product_service/test/worlds.ts'
import { demoPictures } from '../../scripts/demo_pictures/demo_pictures.ts'
import { PICTURES } from '../../scripts/demo_pictures/pictures.ts'
import { addCategories, addSample, loadDemo } from '../../scripts/start/demo_catalogue.ts'
import { addPictures, type Draw } from '../../scripts/start/demo_media.ts'
import { SAMPLES } from '../../scripts/start/demo_samples.ts'
import { createWorld } from '../system/world.ts'

const SMALL = 64
/** Four products, three of them with several pictures, one a group: the others would only take time. */
const SOME = ['Merino travel scarf', 'Stoneware mug', 'Beeswax candles', 'Chef’s knife']

type Found = { items: { id: string; name: string; group_id: string | null }[] }
type Shown = { media: { alt: string; focus: object }[]; version: number; categories: string[] }

suite('the sample catalogue at the services', () => {
  test('it has its products in their categories; categories of an interrupted load are taken', async (t) => {
    const { app } = await openShop(t)
    const productUrl = await app.listen({ port: 0, host: '127.0.0.1' })
    const authUrl = await serve(t, (_request, response) => response.end('{"access_token":"admin"}'))
    const shop = { authUrl, productUrl }
    const get = async <T>(path: string) => (await (await fetch(`${productUrl}${path}`)).json()) as T
    const first = await addCategories(shop, 'admin')
    assert.match(await loadDemo(shop, 'admin', 'secret'), /was loaded: 12 products/)
    assert.match(await loadDemo(shop, 'admin', 'secret'), /already has products/)
    const { items: categories } = await get<{ items: { id: string; name: string }[] }>('/categories')
    assert.deepEqual(new Map(categories.map(({ id, name }) => [name, id])), first)
    const { items } = await get<Found>('/products?limit=100')
    const groups = new Set(items.flatMap(({ group_id }) => group_id ?? []))
    const shown = await Promise.all([
      ...items.filter(({ group_id }) => group_id === null).map(({ id }) => get<Shown>(`/products/${id}`)),
      ...[...groups].map((id) => get<Shown>(`/groups/${id}`)),
    ])
    assert.deepEqual([shown.length, groups.size], [SAMPLES.length, 2])
    for (const { categories } of shown) assert.ok(categories.length > 0)
    const named = new Set(SAMPLES.flatMap(({ categories }) => categories))
    assert.deepEqual(
      [...named].filter((name) => !first.has(name)),
      [],
    )
  })

  test('1, 2: after an interruption each product gets its pictures once, and a change of the keeper stays', async (t) => {
    const world = await createWorld(t)
    const shop = { authUrl: world.auth.url, productUrl: world.products.url }
    const { token } = world.admin
    for (const sample of SAMPLES.filter(({ name }) => SOME.includes(name)))
      await addSample(shop, sample, { token, digits: 2, categories: new Map() })
    const { items } = (await world.call<Found>('GET', `${shop.productUrl}/products?limit=100`)).body
    const single = (name: string) => items.find((item) => item.name === name)!.id
    const edited = single('Chef’s knife')
    await world.call('PATCH', `${shop.productUrl}/products/${edited}`, {
      token,
      body: { description: 'Sharpened by hand.', version: 1 },
    })

    const drawn: string[] = []
    const draw = (most: number): Draw =>
      async function* (names) {
        for await (const picture of demoPictures(
          PICTURES.filter(({ product }) => names.includes(product)),
          SMALL,
        )) {
          if (drawn.length === most) throw new Error('The power failed.')
          drawn.push(`${picture.product}, ${picture.view}`)
          yield picture
        }
      }
    const add = (most: number) => addPictures(shop, async () => token, draw(most))
    assert.match(
      (await add(3))!,
      /added to 1 products only: The power failed\. `npm start -- --demo` goes on/,
    )
    assert.match((await add(99))!, /were added: 2 products/)
    assert.equal(await add(99), undefined)
    // The scarf was finished the first time, and the mug was not.
    assert.deepEqual(drawn.slice(3), [
      'Stoneware mug, side',
      'Stoneware mug, above',
      'Stoneware mug, white',
      'Stoneware mug, blue',
      'Beeswax candles, lit',
      'Beeswax candles, lying',
    ])

    const planned = (name: string, value?: string) =>
      PICTURES.filter((each) => each.product === name && (value === undefined || each.value === value)).map(
        ({ alt, focus }) => ({ alt: alt.en, focus }),
      )
    const shown = async (path: string) => {
      const { media, version } = (await world.call<Shown>('GET', `${shop.productUrl}${path}`)).body
      return { media: media.map(({ alt, focus }) => ({ alt, focus })), version }
    }
    // Each by one change.
    for (const name of ['Merino travel scarf', 'Beeswax candles'])
      assert.deepEqual(await shown(`/products/${single(name)}`), { media: planned(name), version: 2 })
    assert.deepEqual(await shown(`/products/${edited}`), { media: [], version: 2 })
    const variants = items.filter(({ group_id }) => group_id !== null)
    assert.equal(variants.length, 5)
    assert.deepEqual((await shown(`/groups/${variants[0]!.group_id}`)).media, planned('Stoneware mug'))
    for (const { id, name } of variants) {
      const value = ['Sea green', 'Oat white', 'Ink blue'].find((each) => name.includes(each))!
      assert.deepEqual(await shown(`/products/${id}`), { media: planned('Stoneware mug', value), version: 2 })
    }
    const { body } = await world.call<{ items: unknown[] }>('GET', `${shop.productUrl}/media`, { token })
    assert.equal(
      body.items.length,
      8,
      'the picture that was stored before the interruption is not stored again',
    )
  })
})
