/** The HTTP contract of details, drafts, addresses and groups: right and wrong inputs, and every code. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VARIANTS_MAX } from '../../src/domain/group.ts'
import { VARIANTS_AT_ONCE_MAX } from '../../src/http/group_schemas.ts'
import { AT, nextId, openShop } from '../worlds.ts'

const TEA = { name: 'Tea', description: 'Green', price: '3.00', stock: 10 }
const SHIRT = {
  name: 'Shirt',
  description: 'Cotton',
  options: [
    { name: 'Colour', values: ['red', 'blue'] },
    { name: 'Size', values: ['S', 'M'] },
  ],
}
type Shop = Awaited<ReturnType<typeof openShop>>

const variant = (option_values: readonly string[], more: object = {}) => ({
  option_values,
  price: '5',
  stock: 1,
  ...more,
})

async function shirt(shop: Shop, more: object = {}, variants: readonly object[] = [variant(['red', 'S'])]) {
  const made = await shop.admin('POST', '/groups', { ...SHIRT, ...more })
  assert.equal(made.statusCode, 201, made.body)
  const group = made.json()
  if (variants.length === 0) return { group, items: [] }
  const added = await shop.admin('POST', `/groups/${group.id}/variants`, { variants })
  assert.equal(added.statusCode, 201, added.body)
  return { group, items: added.json().items }
}

const codeOf = (answer: { statusCode: number; json(): { code?: string } }) => [
  answer.statusCode,
  answer.json().code,
]

suite('details of a product', () => {
  test('are set with it, changed alone, and removed by null', async (t) => {
    const shop = await openShop(t)
    const details = {
      ...{ sku: 'T-1', gtin: '4006381333931', weight_grams: 250, compare_at_price: '4.50', slug: 'the-tea' },
      ...{ attributes: { Taste: ['malty'] }, status: 'published' },
    }
    const made = (await shop.admin('POST', '/products', { ...TEA, ...details })).json()
    assert.deepEqual({ ...made, ...details }, made)
    const nothing = { sku: null, gtin: null, weight_grams: null, compare_at_price: null, attributes: {} }
    const changed = (await shop.admin('PATCH', `/products/${made.id}`, nothing)).json()
    assert.deepEqual({ ...changed, ...nothing, slug: 'the-tea', price: '3.00', version: 2 }, changed)
    // The fields of the first contract alone replace only themselves.
    const replaced = await shop.admin('PUT', `/products/${made.id}`, { ...TEA, name: 'Black tea' })
    assert.deepEqual([replaced.json().slug, replaced.json().version], ['the-tea', 3])
  })

  const wrong: [field: string, value: unknown][] = [
    ['sku', ''],
    ['sku', 'a'.repeat(65)],
    ['sku', 'a\nb'],
    ['gtin', '4006381333932'],
    ['gtin', '123'],
    ['weight_grams', -1],
    ['weight_grams', 1.5],
    ['weight_grams', 100_000_001],
    ['compare_at_price', '1.234'],
    ['slug', 'With Space'],
    ['slug', '-a'],
    ['slug', 'a--b'],
    ['slug', 'Ä'],
    ['slug', 'a'.repeat(81)],
    ['status', 'secret'],
    ['publish_at', 'tomorrow'],
    ['publish_at', '2026-12-31T23:59:60Z'],
    ['publish_at', '2027-02-29T12:00:00Z'],
    ['publish_at', '9999-12-31T23:59:59-12:00'],
    ['publish_at', '2026-13-01T12:00:00Z'],
    ['categories', Array.from({ length: 21 }, () => nextId())],
    ['attributes', { Taste: [] }],
    ['attributes', { Taste: 'malty' }],
    ['attributes', { '': ['x'] }],
    ['attributes', { Taste: ['x', 'x'] }],
    ['attributes', { Taste: Array.from({ length: 21 }, (_, i) => `${i}`) }],
    ['attributes', { Taste: ['a'.repeat(101)] }],
    ['attributes', { ['a'.repeat(61)]: ['x'] }],
    ['attributes', Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`a${i}`, ['x']]))],
    ['option_values', ['a', 'b', 'c', 'd']],
    ['group_id', 'x'],
    ['media', [{ id: 'x', alt: 'y' }]],
    ['nonsense', 1],
  ]
  for (const [field, value] of wrong) {
    test(`${field} ${JSON.stringify(value).slice(0, 40)} is refused by name, and nothing is stored`, async (t) => {
      const shop = await openShop(t)
      const answer = await shop.admin('POST', '/products', { ...TEA, [field]: value })
      assert.deepEqual(codeOf(answer), [400, 'validation_failed'])
      assert.match(answer.body, new RegExp(field))
      assert.deepEqual((await shop.anonymous('GET', '/products')).json().items, [])
    })
  }

  test('what another product has is refused with its id', async (t) => {
    const shop = await openShop(t)
    const first = (await shop.admin('POST', '/products', { ...TEA, sku: 'A', slug: 'tea' })).json()
    for (const [field, value, code] of [
      ['sku', 'A', 'sku_taken'],
      ['slug', 'tea', 'slug_taken'],
    ] as const) {
      const answer = await shop.admin('POST', '/products', { ...TEA, [field]: value })
      assert.deepEqual([...codeOf(answer), answer.json().owner], [409, code, first.id])
    }
  })

  test('a draft is for admins alone, and cannot be ordered', async (t) => {
    const shop = await openShop(t)
    const draft = { ...TEA, status: 'draft', publish_at: '2027-01-01T01:00:00+01:00' }
    const { id, slug, publish_at } = (await shop.admin('POST', '/products', draft)).json()
    assert.equal(publish_at, '2027-01-01T00:00:00.000Z')
    assert.deepEqual(codeOf(await shop.anonymous('GET', `/products/${id}`)), [404, 'product_not_found'])
    assert.equal((await shop.anonymous('GET', `/slugs/${slug}`)).statusCode, 404)
    assert.deepEqual((await shop.anonymous('GET', `/products?ids=${id}`)).json().items, [])
    assert.equal((await shop.admin('GET', `/products/any/${id}`)).json().status, 'draft')
    assert.equal((await shop.admin('GET', '/products/any?status=draft')).json().items[0].id, id)
    const lines = [{ product_id: id, quantity: 1 }]
    const wanted = { reservations: [{ order_id: nextId(), lines, total_price: '3.00' }] }
    assert.match((await shop.service('POST', '/internal/reservations', wanted)).body, /"product_not_found"/)
    assert.equal(
      (await shop.admin('PATCH', `/products/${id}`, { status: 'published' })).json().publish_at,
      null,
    )
    assert.equal((await shop.anonymous('GET', `/products/${id}`)).statusCode, 200)
    const late = await shop.admin('PATCH', `/products/${id}`, { publish_at: AT })
    assert.deepEqual(codeOf(late), [409, 'not_a_draft'])
  })
})

suite('several products', () => {
  test('by their ids, without other parameters', async (t) => {
    const shop = await openShop(t)
    const made = [
      (await shop.admin('POST', '/products', TEA)).json(),
      (await shop.admin('POST', '/products', TEA)).json(),
    ]
    const url = `/products?ids=${made[1].id.toUpperCase()},${nextId()},${made[0].id},${made[0].id}`
    const answer = await shop.anonymous('GET', url)
    assert.deepEqual(answer.json(), { items: [made[1], made[0]], next_cursor: null })
    assert.equal(
      (await shop.as('anonymous')('GET', url, undefined, { 'if-none-match': String(answer.headers.etag) }))
        .statusCode,
      304,
    )
    for (const query of [
      `ids=${made[0].id}&q=tea`,
      'ids=',
      'ids=x',
      `ids=${Array.from({ length: 101 }, nextId).join()}`,
    ]) {
      assert.deepEqual(
        codeOf(await shop.anonymous('GET', `/products?${query}`)),
        [400, 'validation_failed'],
        query,
      )
    }
    assert.equal(
      (await shop.anonymous('GET', `/products?ids=${Array.from({ length: 100 }, nextId).join()}`)).statusCode,
      200,
    )
  })

  test('a wrong parameter is named as one', async (t) => {
    const shop = await openShop(t)
    for (const [url, path] of [
      ['/products?ids=x', '/ids'],
      ['/products/any?sort=price', '/sort'],
    ] as const) {
      const [fault] = (await shop.admin('GET', url)).json().errors
      assert.deepEqual([fault.in, fault.path], ['querystring', path])
    }
  })

  test('for admins: by SKU, by group, by status; other orders are of what is on sale', async (t) => {
    const shop = await openShop(t)
    const { group, items } = await shirt(shop, {}, [
      variant(['red', 'S'], { sku: 'S-1' }),
      variant(['red', 'M']),
    ])
    const ids = async (query: string) =>
      (await shop.admin('GET', `/products/any?${query}`)).json().items.map(({ id }: { id: string }) => id)
    assert.deepEqual(await ids('sku=S-1'), [items[0].id])
    assert.deepEqual(await ids(`group_id=${group.id}`), [items[1].id, items[0].id])
    assert.deepEqual(await ids('status=draft'), [])
    assert.equal((await ids('')).length, 2)
    assert.deepEqual(await ids('q=s-1&status=published&stock_max=1000'), [items[0].id])
    assert.deepEqual(await ids('q=%CC%81'), [], 'a mark alone is no word')
    for (const query of [
      'sort=price',
      'sort=name&status=draft',
      `sort=name&group_id=${group.id}&status=published`,
    ]) {
      assert.deepEqual(
        codeOf(await shop.admin('GET', `/products/any?${query}`)),
        [400, 'validation_failed'],
        query,
      )
    }
    const first = (await shop.admin('GET', `/products/any?group_id=${group.id}&limit=1`)).json()
    const next = await shop.admin(
      'GET',
      `/products/any?group_id=${group.id}&limit=1&cursor=${first.next_cursor}`,
    )
    assert.deepEqual(next.json(), { items: [items[0]], next_cursor: null })
  })
})

suite('groups', () => {
  test('have prices and stock of their variants, and an ETag that changes with these', async (t) => {
    const shop = await openShop(t)
    const { group, items } = await shirt(shop, {}, [
      variant(['red', 'S']),
      variant(['blue', 'M'], { price: '7.5', stock: 0 }),
    ])
    assert.deepEqual(
      items.map(({ name, slug, option_values, group_id }: Record<string, unknown>) => [
        name,
        slug,
        option_values,
        group_id,
      ]),
      [
        ['Shirt – red / S', null, ['red', 'S'], group.id],
        ['Shirt – blue / M', null, ['blue', 'M'], group.id],
      ],
    )
    const read = await shop.anonymous('GET', `/groups/${group.id}`)
    const { price_from, price_to, in_stock, variants, slug } = read.json()
    assert.deepEqual([price_from, price_to, in_stock, variants, slug], ['5.00', '7.50', true, 2, 'shirt'])
    assert.deepEqual((await shop.anonymous('GET', '/slugs/shirt')).json(), {
      kind: 'group',
      id: group.id,
      slug: 'shirt',
    })
    await shop.admin('POST', `/products/${items[0].id}/stock_adjustments`, { delta: -1, reason: 'x' })
    const later = await shop.anonymous('GET', `/groups/${group.id}`)
    assert.equal(later.json().in_stock, false)
    assert.notEqual(later.headers.etag, read.headers.etag)
    const list = (await shop.anonymous('GET', `/groups/${group.id}/variants?limit=1`)).json()
    assert.equal(list.items[0].id, items[0].id)
    const rest = await shop.anonymous('GET', `/groups/${group.id}/variants?cursor=${list.next_cursor}`)
    assert.deepEqual([rest.json().items[0].id, rest.json().next_cursor], [items[1].id, null])
  })

  test('an edit of a group names the version it saw, as for products', async (t) => {
    const shop = await openShop(t)
    const { group } = await shirt(shop, {}, [])
    const edited = await shop.admin('PATCH', `/groups/${group.id}`, { name: 'Blouse', version: 1 })
    assert.deepEqual([edited.json().name, edited.headers.etag], ['Blouse', '"2"'])
    const late = await shop.admin('PATCH', `/groups/${group.id}`, { name: 'x', version: 1 })
    assert.deepEqual([...codeOf(late), late.json().current], [409, 'group_conflict', edited.json()])
    const tagged = await shop.admin('PATCH', `/groups/${group.id}`, { name: 'x' }, { 'if-match': '"1"' })
    assert.deepEqual(codeOf(tagged), [412, 'group_precondition_failed'])
    assert.equal((await shop.admin('DELETE', `/groups/${group.id}?version=2`)).statusCode, 204)
    assert.deepEqual(codeOf(await shop.anonymous('GET', `/groups/${group.id}`)), [404, 'group_not_found'])
  })

  test('details of a product: what does not fit its group or is unknown', async (t) => {
    const shop = await openShop(t)
    const { group } = await shirt(shop)
    const as = (more: object) =>
      shop.admin('POST', '/products', { ...TEA, group_id: group.id, option_values: ['red', 'M'], ...more })
    assert.deepEqual(codeOf(await as({ attributes: { a: ['b'] } })), [409, 'belongs_to_group'])
    assert.deepEqual(codeOf(await as({ categories: [nextId()] })), [409, 'category_unknown'])
    assert.deepEqual(codeOf(await as({ media: [{ id: 'f'.repeat(64), alt: 'A tea' }] })), [
      409,
      'media_unknown',
    ])
    const joined = (await as({})).json()
    assert.deepEqual(joined.option_values, ['red', 'M'])
    const left = await shop.admin('PATCH', `/products/${joined.id}`, { group_id: null })
    assert.deepEqual([left.json().option_values, left.json().slug], [[], 'tea'])
    const used = await shop.admin('PATCH', `/groups/${group.id}`, {
      options: [{ name: 'Colour', values: ['red'] }],
    })
    assert.deepEqual(codeOf(used), [409, 'option_in_use'])
  })

  test('a group can be renamed, and its old address leads to the new one', async (t) => {
    const shop = await openShop(t)
    const { group } = await shirt(shop)
    await shop.admin('PATCH', `/groups/${group.id}`, { slug: 'blouse' })
    assert.deepEqual((await shop.anonymous('GET', '/slugs/shirt')).json().slug, 'blouse')
  })

  test('choices say what exists and what is in stock, with the variant', async (t) => {
    const shop = await openShop(t)
    const { group, items } = await shirt(shop, {}, [
      variant(['red', 'S'], { stock: 0 }),
      variant(['blue', 'M']),
    ])
    const {
      options,
      variant: chosen,
      suggested,
    } = (await shop.anonymous('GET', `/groups/${group.id}/choices?value1=blue`)).json()
    assert.deepEqual(options[1], {
      name: 'Size',
      values: [
        { value: 'S', exists: false, in_stock: false },
        { value: 'M', exists: true, in_stock: true },
      ],
    })
    assert.deepEqual([chosen, suggested.id], [null, items[1].id])
    const both = await shop.anonymous('GET', `/groups/${group.id}/choices?value1=red&value2=S`)
    assert.equal(both.json().variant.id, items[0].id)
  })

  test('a draft is for admins alone', async (t) => {
    const shop = await openShop(t)
    const { group } = await shirt(shop, { status: 'draft' })
    for (const path of ['', '/variants', '/choices']) {
      assert.deepEqual(codeOf(await shop.anonymous('GET', `/groups/${group.id}${path}`)), [
        404,
        'group_not_found',
      ])
    }
    assert.equal((await shop.admin('GET', `/groups/any/${group.id}`)).json().status, 'draft')
    assert.equal((await shop.admin('GET', '/groups')).json().items[0].id, group.id)
  })

  test('a full group takes no other variant', async (t) => {
    const shop = await openShop(t)
    const values = (from: string) => Array.from({ length: 45 }, (_, i) => `${from}${i}`)
    const options = [
      { name: 'A', values: values('a') },
      { name: 'B', values: values('b') },
    ]
    const { group } = await shirt(shop, { options }, [])
    const drafts = values('a')
      .flatMap((a) => values('b').map((b) => [a, b]))
      .map((optionValues) => ({
        id: nextId(),
        fields: {
          name: 'x',
          description: '',
          priceMinor: 1,
          stock: 1,
          details: { groupId: group.id, optionValues },
        },
      }))
    await shop.stores.catalogue.importProducts(drafts.slice(0, VARIANTS_MAX), { by: 'root', at: AT })
    const more = await shop.admin('POST', `/groups/${group.id}/variants`, {
      variants: [variant(['a44', 'b44'])],
    })
    assert.deepEqual(codeOf(more), [409, 'group_is_full'])
  })

  test('variants that do not fit are refused, with all of their call', async (t) => {
    const shop = await openShop(t)
    const { group } = await shirt(shop)
    const add = (...variants: object[]) => shop.admin('POST', `/groups/${group.id}/variants`, { variants })
    const good = variant(['blue', 'S'])
    for (const [bad, status, code] of [
      [variant(['red', 'S']), 409, 'variant_exists'],
      [variant(['green', 'S']), 409, 'option_values_invalid'],
      [good, 409, 'variant_exists'],
      [variant(['red', 'M'], { price: '-1' }), 400, 'validation_failed'],
      [variant(['red', 'M'], { slug: 'x' }), 400, 'validation_failed'],
    ] as const) {
      assert.deepEqual(codeOf(await add(good, bad)), [status, code])
    }
    assert.equal((await shop.anonymous('GET', `/groups/${group.id}`)).json().variants, 1)
    const many = Array.from({ length: VARIANTS_AT_ONCE_MAX + 1 }, () => good)
    assert.deepEqual(codeOf(await add(...many)), [400, 'validation_failed'])
    assert.deepEqual(codeOf(await shop.admin('POST', `/groups/${nextId()}/variants`, { variants: [good] })), [
      404,
      'group_not_found',
    ])
  })

  const wrong: [string, object][] = [
    ['no option', { options: [] }],
    ['four options', { options: ['a', 'b', 'c', 'd'].map((name) => ({ name, values: ['x'] })) }],
    ['an option without values', { options: [{ name: 'a', values: [] }] }],
    ['a value twice', { options: [{ name: 'a', values: ['x', 'x'] }] }],
    ['201 values', { options: [{ name: 'a', values: Array.from({ length: 201 }, (_, i) => `${i}`) }] }],
    ['a long name of an option', { options: [{ name: 'a'.repeat(41), values: ['x'] }] }],
    ['a long value', { options: [{ name: 'a', values: ['x'.repeat(61)] }] }],
    ['two options of one name', { options: ['a', 'a'].map((name) => ({ name, values: ['x'] })) }],
    ['a blank name', { name: ' ' }],
  ]
  for (const [what, more] of wrong) {
    test(`${what} is refused`, async (t) => {
      const shop = await openShop(t)
      const answer = await shop.admin('POST', '/groups', { ...SHIRT, ...more })
      assert.deepEqual(codeOf(answer), [400, 'validation_failed'])
      assert.deepEqual((await shop.admin('GET', '/groups')).json().items, [])
    })
  }
})
