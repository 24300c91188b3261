import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { suite, type TestContext, test } from 'node:test'
import type { Product, ProductFields } from '@shop/product_service/domain/product'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { sampleProducts } from '../../scripts/seed/sample_products.ts'
import { examined } from './examined.ts'
import { finish, newWorld, type World } from './running.ts'

async function catalogueOf({ dataDir }: World): Promise<readonly Product[]> {
  const stores = await openStores({ DATA_DIR: dataDir, CURRENCY: 'USD' }, { runtime: systemRuntime })
  try {
    const query = { sort: 'newest', words: [], inStock: false, after: undefined, limit: 1_000 } as const
    const { items } = await stores.catalogue.list(query)
    const { categories } = await stores.categories.tree()
    assert.equal(new Set(categories.map(({ name }) => name)).size, categories.length, 'each is there once')
    for (const { details } of items) assert.ok(details.categories.every(stores.categories.has))
    assert.ok(items.every(({ details }) => details.categories.length === 1))
    return items
  } finally {
    await stores.close()
  }
}

const shown = ({ name, description, priceMinor, stock, details }: ProductFields) => ({
  ...{ name, description, priceMinor, stock },
  attributes: details?.attributes,
})

async function seeded(t: TestContext, ...args: string[]) {
  const world = await newWorld(t)
  const { code, output } = await finish(t, 'seed.ts', world, ...args)
  return { world, code, output, products: (await catalogueOf(world)).map(shown) }
}

suite('npm run seed', () => {
  test('adds the requested number of products, shows its progress, and the ledger balances', async (t) => {
    const { world, code, output, products } = await seeded(t, '--products', '700')
    assert.equal(code, 0)
    assert.match(output, /^700 of 700 products, in [\d.]+ s/m)
    assert.equal(products.length, 700)
    assert.equal(new Set(products.map(({ name }) => name)).size, 700, 'no two names are the same')
    assert.ok(products.some(({ stock }) => stock === 0) && products.some(({ stock }) => stock > 100))
    const { ok, checks } = await examined(world)
    assert.ok(ok)
    assert.ok(checks.some(({ summary }) => summary === 'balances for 700 products'))
    assert.equal(statSync(world.dataDir).mode & 0o077, 0, 'a new data folder is its owner’s alone')
  })

  test('the same seed gives the same products, another seed others, and a second run adds to the first', async (t) => {
    const { world, products } = await seeded(t, '--products', '20', '--seed', '7')
    assert.equal((await finish(t, 'seed.ts', world, '--products=20', '--seed=8')).code, 0)
    const both = (await catalogueOf(world)).map(shown)
    // The newest first.
    assert.deepEqual(both.slice(20), products)
    assert.notDeepEqual(both.slice(0, 20), products)
    const sampled = (seed: number) => Array.from({ length: 20 }, sampleProducts(seed)).map(shown).reverse()
    assert.deepEqual(both, [...sampled(8), ...sampled(7)])
  })

  const refused: readonly (readonly [args: string[], says: RegExp, env?: NodeJS.ProcessEnv])[] = [
    [['--products', '0'], /^--products must be a whole number from 1 to 5000000, not "0"\.\n$/],
    [['--products=-5'], /^--products must be a whole number from 1 to 5000000, not "-5"\.\n$/],
    [['--products=1e3'], /^--products must be a whole number/],
    [['--products=9999999'], /^--products must be a whole number/],
    [['--products=5', '--seed=x'], /^--seed must be a whole number/],
    [['many'], /^Unexpected argument 'many'\. /],
    [['--product=5'], /^Unknown option '--product'\. /],
    [[], /^CURRENCY must be three capital letters/, { CURRENCY: 'euro' }],
    [[], /^DATA_DIR is \/dev\/null\/data, but \/dev\/null is a file/, { DATA_DIR: '/dev/null/data' }],
    [[], /^DATABASE_URL names one SQLite file/, { DATABASE_URL: 'sqlite:x.db' }],
  ]
  for (const [args, says, env] of refused) {
    test(`${[...args, ...Object.entries(env ?? {}).map((e) => e.join('='))].join(' ')} is refused in a sentence`, async (t) => {
      const world = await newWorld(t, env)
      const { code, output } = await finish(t, 'seed.ts', world, ...args)
      assert.match(output, says)
      assert.equal(code, 1)
    })
  }
})
