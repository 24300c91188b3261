/** The pictures of the sample catalogue at the real services; drawn small, to be quick. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { demoPictures } from '../../scripts/demo_pictures/demo_pictures.ts'
import { PICTURES } from '../../scripts/demo_pictures/pictures.ts'
import { SAMPLES } from '../../scripts/start/demo_catalogue.ts'
import { addPictures, type Draw } from '../../scripts/start/demo_media.ts'
import { createWorld } from '../system/world.ts'

const SMALL = 64
/** Four products, two of them with two pictures: the others would only take time. */
const SOME = ['Merino travel scarf', 'Stoneware mug', 'Beeswax candles', 'Chef’s knife']

suite('the pictures of the sample catalogue at the services', () => {
  test('1, 2: after an interruption each product gets its pictures once, and a change of the keeper stays', async (t) => {
    const world = await createWorld(t)
    const products = new Map<string, string>()
    for (const [name, description, , stock] of SAMPLES.filter(([name]) => SOME.includes(name)))
      products.set(name, (await world.addProduct({ name, description, price: '18.00', stock })).id)
    const edited = products.get('Chef’s knife')!
    await world.call('PATCH', `${world.products.url}/products/${edited}`, {
      token: world.admin.token,
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
    const shop = { authUrl: world.auth.url, productUrl: world.products.url }
    const add = (most: number) => addPictures(shop, async () => world.admin.token, draw(most))
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
      'Beeswax candles, lit',
      'Beeswax candles, lying',
    ])

    for (const [name, id] of products) {
      const { media, version } = (await world.product(id)) as unknown as {
        media: { alt: string; focus: object }[]
        version: number
      }
      const planned = id === edited ? [] : PICTURES.filter(({ product }) => product === name)
      assert.deepEqual(
        media.map(({ alt, focus }) => ({ alt, focus })),
        planned.map(({ alt, focus }) => ({ alt: alt.en, focus })),
      )
      assert.equal(version, 2, 'one change')
    }
    const { body } = await world.call<{ items: unknown[] }>('GET', `${world.products.url}/media`, {
      token: world.admin.token,
    })
    assert.equal(
      body.items.length,
      6,
      'the picture that was stored before the interruption is not stored again',
    )
  })
})
