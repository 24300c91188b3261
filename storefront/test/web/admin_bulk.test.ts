/** Bulk edits of products (invariants of run_bulk.ts), new prices, and the variants of a group that are missing. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ProblemDocument, ShopProblem } from '../../../client/src/problem.ts'
import * as service from '../../../product_service/src/domain/group.ts'
import { priceAfter, readChange } from '../../web/src/admin/bulk/price_change.ts'
import { type BulkCalls, type BulkChange, CONCURRENCY, runBulk } from '../../web/src/admin/bulk/run_bulk.ts'
import { addVariants, type NewVariant } from '../../web/src/admin/groups/add_variants.ts'
import { missing, repeatedSkus, skuOf, VARIANTS_MAX } from '../../web/src/admin/groups/combinations.ts'
import type { Product } from '../../web/src/api/types.ts'

const product = (id: string, fields: Partial<Product> = {}) =>
  ({
    id,
    price: '10.00',
    currency_digits: 2,
    categories: [],
    status: 'published',
    version: 1,
    ...fields,
  }) as Product

const problem = (code: 'version_conflict' | 'variant_exists' | 'sku_taken', members: object = {}) =>
  new ShopProblem(code, code, { status: 409, document: { code, ...members } as ProblemDocument })

async function bulk(products: readonly Product[], change: BulkChange, calls: Partial<BulkCalls>) {
  const never = () => Promise.reject(new Error('not asked'))
  return runBulk(
    products,
    change,
    { patch: never, adjust: never, remove: never, ...calls },
    {
      keys: new Map(),
      prices: new Map(),
      newKey: () => 'key',
      signal: new AbortController().signal,
      onResult: () => {},
    },
  )
}

suite('a bulk edit', () => {
  test('1, 2: what changed, stayed, conflicted or was refused is a result of its own', async () => {
    const current = product('b', { price: '12.00', version: 2 })
    const results = await bulk(
      [product('a'), product('b'), product('c'), product('d', { price: '0.00' })],
      { kind: 'price', how: 'percent', by: '10' },
      {
        patch: async ({ id }) => {
          if (id === 'b') throw problem('version_conflict', { current })
          if (id === 'c') throw new ShopProblem('unreachable', 'no answer')
        },
      },
    )
    assert.deepEqual(
      results.map(({ product: { id, version }, outcome }) => [id, version, outcome]),
      [
        ['a', 1, 'changed'],
        ['b', 2, 'conflict'],
        ['c', 1, 'refused'],
        ['d', 1, 'same'],
      ],
    )
  })

  test('3: an adjustment that is tried again has the same key', async () => {
    const keys = new Map<string, string>()
    const sent: string[] = []
    let made = 0
    for (let tries = 0; tries < 2; tries++) {
      await runBulk(
        [product('a')],
        { kind: 'stock', delta: 5, reason: 'Delivery' },
        {
          patch: async () => {},
          remove: async () => {},
          adjust: async (_product, _delta, _reason, key) => {
            sent.push(key)
            throw new ShopProblem('unreachable', 'lost')
          },
        },
        {
          keys,
          prices: new Map(),
          newKey: () => `key ${++made}`,
          signal: new AbortController().signal,
          onResult: () => {},
        },
      )
    }
    assert.deepEqual(sent, ['key 1', 'key 1'])
  })

  test('4: a price whose answer was lost is changed once, however often it is tried again', async () => {
    // A service that answers only some requests, and refuses a version that is not the last one.
    const stored = new Map(['a', 'b', 'c', 'd'].map((id) => [id, product(id)]))
    const lost = new Set(['a', 'b', 'd'])
    const calls = {
      adjust: async () => {},
      remove: async () => {},
      patch: async ({ id, version }: Product, body: object) => {
        const current = stored.get(id)!
        if (version !== current.version) throw problem('version_conflict', { current })
        const isLost = lost.delete(id)
        // That of d did not even arrive.
        if (!isLost || id !== 'd') stored.set(id, { ...current, ...body, version: version + 1 })
        if (isLost) throw new ShopProblem('unreachable', 'no answer')
      },
    }
    const memory = { keys: new Map(), prices: new Map(), newKey: () => '', onResult: () => {} }
    const again = (products: readonly Product[]) =>
      runBulk(products, { kind: 'price', how: 'percent', by: '-10' }, calls, {
        ...memory,
        signal: new AbortController().signal,
      })
    const first = await again([...stored.values()])
    assert.deepEqual(
      first.map(({ outcome }) => outcome),
      ['refused', 'refused', 'changed', 'refused'],
    )
    // Meanwhile someone else gives one of them another price.
    stored.set('b', { ...stored.get('b')!, price: '40.00', version: 9 })
    const second = await again(first.map(({ product }) => product))
    assert.deepEqual(
      second.map(({ outcome }) => outcome),
      ['same', 'conflict', 'same', 'changed'],
    )
    const third = await again(second.map(({ product }) => product))
    assert.deepEqual(
      third.map(({ outcome }) => outcome),
      ['same', 'changed', 'same', 'same'],
    )
    assert.deepEqual(
      [...stored.values()].map(({ price }) => price),
      ['9.00', '36.00', '9.00', '9.00'],
    )
  })

  test('a removal whose answer was lost is no failure when it is tried again', async () => {
    const gone = new ShopProblem('product_not_found', 'x', { status: 404 })
    const [result] = await bulk([product('a')], { kind: 'remove' }, { remove: () => Promise.reject(gone) })
    assert.equal(result?.outcome, 'same')
  })

  test('5: a few requests at once, and none after it was stopped', async () => {
    let running = 0
    let most = 0
    const stop = new AbortController()
    const results = await runBulk(
      Array.from({ length: 20 }, (_, i) => product(String(i))),
      { kind: 'remove' },
      {
        patch: async () => {},
        adjust: async () => {},
        remove: async ({ id }) => {
          most = Math.max(most, ++running)
          await new Promise(setImmediate)
          running--
          if (id === '7') stop.abort()
        },
      },
      { keys: new Map(), prices: new Map(), newKey: () => '', signal: stop.signal, onResult: () => {} },
    )
    assert.equal(most, CONCURRENCY)
    const left = results.filter(({ outcome }) => outcome === 'not_tried').length
    assert.ok(left >= 20 - 8 - CONCURRENCY, `${left} were not tried`)
  })

  test('categories are added and taken away, and their order stays', async () => {
    const bodies: object[] = []
    await bulk(
      [product('a', { categories: ['x', 'y'] })],
      { kind: 'categories', add: ['z', 'y'], drop: ['x'] },
      { patch: async (_product, body) => bodies.push(body) },
    )
    assert.deepEqual(bodies, [{ categories: ['y', 'z'] }])
  })
})

suite('a new price', () => {
  for (const [price, digits, how, by, after] of [
    ['10.00', 2, 'percent', '10', '11.00'],
    ['10.00', 2, 'percent', '-12.5', '8.75'],
    ['0.05', 2, 'percent', '10', '0.06'],
    ['0.05', 2, 'percent', '9', '0.05'],
    ['99999999999.99', 2, 'percent', '100', '199999999999.98'],
    ['1000', 0, 'percent', '0.05', '1001'],
    ['10.00', 2, 'percent', '-100', '0.00'],
    ['10.00', 2, 'percent', '-101', undefined],
    ['10.00', 2, 'amount', '-0.01', '9.99'],
    ['10.00', 2, 'amount', '-10.01', undefined],
    ['10', 0, 'amount', '0.5', undefined],
  ] as const) {
    test(`${price} by ${by} (${how}) is ${after ?? 'impossible'}`, () =>
      assert.equal(priceAfter(price, digits, { how, by }), after))
  }
  for (const [text, read] of [
    ['+5', '+5'],
    ['-2,5', '-2.5'],
    ['0', undefined],
    ['', undefined],
    ['5%', undefined],
  ] as const)
    test(`"${text}"`, () => assert.equal(readChange(text), read))
})

suite('variants', () => {
  const options = [
    { name: 'Size', values: ['S', 'M'] },
    { name: 'Colour', values: ['Dark red', 'Blue'] },
  ]
  test('those that are missing, in the order of the options', () => {
    assert.deepEqual(missing(options, [['S', 'Blue']]), [
      ['S', 'Dark red'],
      ['M', 'Dark red'],
      ['M', 'Blue'],
    ])
  })
  test('their SKU has a pattern, and two of the same are found', () => {
    assert.equal(skuOf('TS-{1}-{2:3}-{n}', ['S', 'Dark red'], 7), 'TS-S-DAR-7')
    assert.equal(skuOf('{2}', ['S', 'Dark red'], 1), 'DARKRED')
    assert.equal(skuOf('{9}', ['S'], 1), '{9}')
    assert.equal(skuOf(' ', ['S'], 1), undefined)
    assert.deepEqual(repeatedSkus(['a', 'b', 'a', 'a', undefined, undefined]), ['a'])
  })

  const wanted = (count: number): NewVariant[] =>
    Array.from({ length: count }, (_, i) => ({ option_values: [String(i)], price: '1.00', stock: 1 }))
  const add = (count: number, post: (variants: readonly NewVariant[]) => Promise<unknown>) =>
    addVariants(wanted(count), post, {
      atOnce: 3,
      signal: new AbortController().signal,
      onProgress: () => {},
    })

  test('1: a request has at most as many as the service takes', async () => {
    const sizes: number[] = []
    const { added } = await add(7, async ({ length }) => sizes.push(length))
    assert.deepEqual([added, sizes], [7, [3, 3, 1]])
  })
  test('2: only the one at fault is not added', async () => {
    const { added, failed } = await add(6, async (variants) => {
      if (variants.some(({ option_values: [value] }) => value === '4')) throw problem('sku_taken')
    })
    assert.deepEqual([added, failed.map(({ variant }) => variant.option_values[0])], [5, ['4']])
  })
  test('3: one that is there already counts as added', async () => {
    const { added, failed } = await add(2, async () => {
      throw problem('variant_exists')
    })
    assert.deepEqual([added, failed], [2, []])
  })
  test('without an answer single ones are not tried', async () => {
    let calls = 0
    const { failed } = await add(3, async () => {
      calls++
      throw new ShopProblem('unreachable', 'no answer', { retryable: true })
    })
    assert.deepEqual([calls, failed.length], [1, 3])
  })
})

test('a group has as many variants as product_service allows', () => {
  assert.equal(VARIANTS_MAX, service.VARIANTS_MAX)
})
