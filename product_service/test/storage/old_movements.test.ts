import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOldMovements, PRODUCTS_AT_ONCE } from '../../src/storage/old_movements.ts'

test(`one call looks at ${PRODUCTS_AT_ONCE} products at most, and the next one continues`, async () => {
  const products = Array.from({ length: 2 * PRODUCTS_AT_ONCE + 1 }, (_, i) => String(i).padStart(4, '0'))
  const looked: string[] = []
  const old = createOldMovements({
    productAfter: async (id) => products.find((each) => each > id),
    async movementsAfter(productId) {
      looked.push(productId)
      return []
    },
    holding: async () => new Set<string>(),
    compact: async () => 0,
  })
  const calls: number[] = []
  for (let after: string | undefined, more = true; more; ) {
    const { items, next } = await old.due('9000-01-01', after, 10)
    assert.deepEqual(items, [])
    calls.push(looked.length)
    after = next
    more = next !== undefined
  }
  assert.deepEqual(calls, [PRODUCTS_AT_ONCE, 2 * PRODUCTS_AT_ONCE, 2 * PRODUCTS_AT_ONCE + 1])
  assert.deepEqual(looked, products)
})
