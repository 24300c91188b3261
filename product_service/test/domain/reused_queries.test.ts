/** Counts that took long are used again: domain/catalogue/reused_queries.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogueIndex } from '../../src/domain/catalogue/catalogue_index.ts'
import {
  createReusedQueries,
  REUSE_FACTOR,
  REUSED_FROM_MS,
  REUSED_MAX,
} from '../../src/domain/catalogue/reused_queries.ts'

const EVERYTHING = {
  ...{ category: undefined, inStock: false, choices: [] as string[] },
  ...{ priceMinMinor: undefined, priceMaxMinor: undefined },
}

function setUp(tookMs: number) {
  const index = createCatalogueIndex()
  let now = 0
  let isCounting = false
  // The clock is read before and after a count.
  const queries = createReusedQueries(index, () => {
    if (isCounting) now += tookMs
    isCounting = !isCounting
    return now
  })
  let added = 0
  const add = () =>
    index.put({
      ...{ id: `00000000-0000-7000-8000-${String(added++).padStart(12, '0')}`, nameKey: 'cup' },
      ...{ priceMinor: 1, inStock: true, categories: [], attributes: {}, groupId: null, optionValues: [] },
    })
  const ask = (choices: string[] = []) => {
    isCounting = false
    const { total, behind } = queries.facets({ ...EVERYTHING, choices }, undefined, '')
    return [total.count, behind]
  }
  return { add, ask, pass: (ms: number) => (now += ms) }
}

test('a long count is used again for a while, and says that it is behind; then it is made again', () => {
  const { add, ask, pass } = setUp(10)
  add()
  assert.deepEqual(ask(), [1, undefined])
  assert.deepEqual(ask(), [1, false])
  add()
  pass(10 * REUSE_FACTOR - 1)
  assert.deepEqual(ask(), [1, true])
  pass(1)
  assert.deepEqual(ask(), [2, undefined])
})

test('a quick one is made each time', () => {
  const { add, ask } = setUp(REUSED_FROM_MS - 1)
  add()
  assert.deepEqual(ask(), [1, undefined])
  add()
  assert.deepEqual(ask(), [2, undefined])
})

test('a bounded number is kept', () => {
  const { add, ask } = setUp(1_000)
  for (let i = 0; i < REUSED_MAX; i++) ask([`a:${i}`])
  ask(['a:new'])
  add()
  assert.deepEqual(ask(['a:new']), [0, true])
  assert.deepEqual(ask(['a:0']), [0, undefined], 'the oldest was forgotten')
})
