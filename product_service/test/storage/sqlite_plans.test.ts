/** Each statement of the stores finds its rows by an index, for any size of the catalogue and its history. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { noteStatements, type Plan, slowSteps } from '@shop/service_kit/test_support/sqlite_plans'
import { anyWords } from '../../src/domain/any_products.ts'
import { SORTS } from '../../src/domain/sorts.ts'
import { EVENT_KINDS } from '../../src/domain/unpublished.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { folder } from '../worlds.ts'

const AFTER = { newest: ['b'], price: [1, 'b'], '-price': [1, 'b'], name: ['a', 'b'] } as const

test('no statement scans a growing table or sorts its result', async (t) => {
  const path = join(folder(t), 'products.db')
  const statements = noteStatements(t)
  const { catalogue, close, unpublished } = await openSqliteStores(path, {
    CURRENCY: 'USD',
    runtime: systemRuntime,
  })
  for (const kind of EVENT_KINDS) unpublished(kind)
  t.after(close)
  for (const sort of SORTS) {
    for (const inStock of [false, true]) {
      for (const after of [undefined, AFTER[sort]]) {
        await catalogue.list({ sort, words: [], inStock, after, limit: 2 })
      }
    }
  }
  const narrowed = { words: anyWords('tea 1'), stockMax: 3, reduced: true, categories: ['c'] }
  for (const more of [{}, narrowed]) {
    for (const which of [
      {},
      { sku: 'a' },
      { groupId: 'g' },
      { status: 'draft' },
      { status: 'scheduled' },
    ] as const)
      for (const after of [undefined, ['b']])
        await catalogue.listAny({ ...which, ...more }, { after, limit: 2 })
    for (const sort of SORTS)
      for (const after of [undefined, AFTER[sort]])
        await catalogue.listAny({ status: 'published', sort, ...more }, { after, limit: 2 })
  }
  const plans = statements.plans(path)
  assert.ok(plans.length > 35)
  const unused = statements.unusedIndexes(path).filter((name) => name.endsWith('_unpublished'))
  assert.deepEqual(unused, [])
  // The words are an index; the shop has one row; the subquery stops at its limit; categories are limited; json_each reads a parameter.
  assert.deepEqual(slowSteps(plans, ['product_words', '(subquery-1)', 'json_each', 'shop', 'categories']), [])
  const inStock = plans.filter(({ sql }) => sql.includes('p.in_stock = 1 ORDER BY'))
  assert.ok(inStock.length >= 7)
  assert.deepEqual(inStock.filter(walksOthersToo), [], 'what is sold out is not walked')
})

const walksOthersToo = ({ steps }: Plan) => !/ products_in_stock(_\w+)? \(in_stock=\?/.test(steps.join())
