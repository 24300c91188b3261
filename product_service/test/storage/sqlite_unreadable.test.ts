/** Records that were changed from outside, pass the CHECKs of SQLite and are unreadable, do not affect others. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { Unreadable } from '@shop/service_kit/storage/unreadable'
import { SORTS } from '../../src/domain/sorts.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { AT, add, folder, openShop, order, STAMP } from '../worlds.ts'

const HUGE = '9223372036854775807'

function corrupt(path: string, change: string, ...where: string[]) {
  const db = new DatabaseSync(path)
  assert.equal(db.prepare(`UPDATE ${change} = ?`).run(...where).changes, 1)
  db.close()
}

async function world(t: TestContext) {
  const path = join(folder(t), 'products.db')
  const reported: string[] = []
  const stores = await openSqliteStores(path, {
    CURRENCY: 'USD',
    runtime: systemRuntime,
    ...{},
    unreadableOf: (what) => (id) => reported.push(`${what} ${id}`),
  })
  t.after(() => stores.close())
  return { path, stores, reported }
}

test('a number beyond 2^53 affects only its own product: lists, searches and the audit have the others', async (t) => {
  const { path, stores, reported } = await world(t)
  const fields = ['price_minor', 'stock', 'reserved', 'version']
  const bad = []
  const good: string[] = []
  for (const field of fields) {
    good.push((await add(stores, { name: 'Tea' })).id)
    const { id } = await add(stores, { name: 'Tea' })
    bad.push(id)
    corrupt(path, `products SET ${field} = ${HUGE} WHERE id`, id)
  }
  for (const words of [[], ['tea']]) {
    for (const sort of [...SORTS, 'relevance'] as const) {
      for (const inStock of [false, true]) {
        const query = { sort, words, inStock, limit: 3 }
        const first = await stores.catalogue.list({ ...query, after: undefined })
        assert.equal(first.items.length, 3, `${sort} ${words}`)
        const second = await stores.catalogue.list({ ...query, after: first.next })
        const ids = [...first.items, ...second.items].map(({ id }) => id)
        assert.deepEqual(ids.toSorted(), good, `${sort} ${words}`)
      }
    }
  }
  assert.deepEqual([...new Set(reported)].toSorted(), bad.map((id) => `a product ${id}`).toSorted())
  for (const id of bad) {
    await assert.rejects(stores.catalogue.find(id), Unreadable)
    await assert.rejects(stores.catalogue.edit(id, { name: 'Coffee' }, undefined, STAMP))
  }
  const { checked, mismatches } = await stores.audit.ledgerMismatches(undefined, 10)
  assert.deepEqual([checked, mismatches.map(({ productId }) => productId)], [8, [bad[1], bad[2]]])
})

test('an unreadable reservation fails alone, in every call that contains it', async (t) => {
  const path = join(folder(t), 'products.db')
  const { service, stores } = await openShop(t, { path })
  const tea = await add(stores, { stock: 100 })
  const whole = order({ [tea.id]: 1 })
  const bodyOf = ({ orderId, lines }: ReturnType<typeof order>) => ({
    order_id: orderId,
    lines: lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
    total_price: '1.00',
  })
  for (const corruption of [
    "lines = '[null]'",
    "lines = '{}'",
    `lines = '[{"productId":"x","quantity":1}]'`,
    "shortages = '[7]'",
    "unknown_products = '{}'",
    `total_minor = ${HUGE}`,
  ]) {
    const hurt = order({ [tea.id]: 1 })
    await stores.stock.reserve([whole, hurt], AT)
    corrupt(path, `reservations SET ${corruption} WHERE order_id`, hurt.orderId)
    const ids = { order_ids: [hurt.orderId, whole.orderId] }
    for (const [url, body] of [
      ['/internal/reservations', { reservations: [bodyOf(hurt), bodyOf(whole)] }],
      ['/internal/releases', ids],
      ['/internal/shipments', ids],
    ] as const) {
      const answer = await service('POST', url, body)
      assert.equal(answer.statusCode, 200, `${corruption} ${url}`)
      const [first, second] = answer.json().results
      assert.equal(first.status, 'unanswered', `${corruption} ${url}`)
      assert.match(second.status, /^(held|released)$/)
    }
  }
})
