/** One call to a store in this process is split into short writes. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { StatementSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { LINES_MAX } from '../../src/domain/reservation.ts'
import { openSqliteStores } from '../../src/storage/open_stores.ts'
import { CHUNK_LINES_MAX, CHUNK_ORDERS_MAX } from '../../src/storage/stock_in_chunks.ts'
import { AT, folder, nextId, order, STAMP } from '../worlds.ts'

/** Each write saves a product once, for any number of its orders, so this counts the writes. */
function countWrites(t: TestContext) {
  let writes = 0
  const { run } = StatementSync.prototype
  t.mock.method(StatementSync.prototype, 'run', function (this: StatementSync, ...values: never[]) {
    if (this.sourceSQL.startsWith('UPDATE products SET stock')) writes += 1
    return Reflect.apply(run, this, values)
  })
  return () => {
    const counted = writes
    writes = 0
    return counted
  }
}

async function open(t: TestContext) {
  const { stock, catalogue, close } = await openSqliteStores(join(folder(t), 'products.db'), {
    CURRENCY: 'USD',
    runtime: systemRuntime,
  })
  t.after(close)
  const drafts = Array.from({ length: LINES_MAX }, () => {
    const fields = { name: 'Tea', description: '', priceMinor: 100, stock: 10_000 }
    return { id: nextId(), fields }
  })
  await catalogue.importProducts(drafts, STAMP)
  return { stock, ids: drafts.map(({ id }) => id) }
}

suite('a call of many orders', () => {
  test(`is decided ${CHUNK_LINES_MAX} lines at a time, each order in one write and in order`, async (t) => {
    const { stock, ids } = await open(t)
    const writes = countWrites(t)
    const [tea] = ids as [string]
    const small = Array.from({ length: 2 * CHUNK_LINES_MAX + 1 }, () => order({ [tea]: 50 }))
    const decided = await stock.reserve(small, AT)
    assert.equal(writes(), 3)
    assert.deepEqual(
      decided.map(({ orderId }) => orderId),
      small.map(({ orderId }) => orderId),
    )
    assert.ok(decided.every(({ status }) => status === 'held'))
    assert.deepEqual(await stock.reserve(small, AT), decided, 'the same again')

    const large = [0, 1, 2].map(() => order(Object.fromEntries(ids.map((id) => [id, 1]))))
    assert.equal((await stock.reserve(large, AT)).length, 3)
    assert.equal(writes(), 3 * LINES_MAX, 'the largest orders, one at once')
  })

  for (const [verb, to] of [
    ['release', 'released'],
    ['ship', 'shipped'],
  ] as const) {
    test(`${to} ${CHUNK_ORDERS_MAX} at once`, async (t) => {
      const { stock, ids } = await open(t)
      const orders = Array.from({ length: 2 * CHUNK_ORDERS_MAX + 1 }, () => order({ [ids[0]!]: 1 }))
      await stock.reserve(orders, AT)
      const writes = countWrites(t)
      const ended = await stock[verb](
        orders.map(({ orderId }) => orderId),
        AT,
      )
      assert.equal(writes(), 3)
      assert.deepEqual(
        ended.map((each) => [each?.orderId, each?.status]),
        orders.map(({ orderId }) => [orderId, to]),
      )
    })
  }
})
