/** What `npm run doctor` says of numbers, and of orders that are not found by their products. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { suite, type TestContext, test } from 'node:test'
import { scheduleNew } from '@shop/order_service/domain/schedule'
import { newOrder } from '@shop/order_service/domain/transitions'
import { openStores } from '@shop/order_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { checkNumbers } from '../../scripts/doctor/numbers.ts'

const MUG = '01890000-0000-7000-8000-000000000100'

async function shopWith(t: TestContext, count: number) {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'shop-numbers-'))
  const { orders } = await openStores({ DATA_DIR, CURRENCY: 'USD' }, { runtime: systemRuntime })
  const db = new DatabaseSync(join(DATA_DIR, 'orders.db'))
  t.after(async () => {
    db.close()
    await orders.close()
    rmSync(DATA_DIR, { recursive: true, force: true })
  })
  const now = new Date()
  const draft = {
    ...{ userId: MUG, idempotencyKey: undefined, totalMinor: 100, currency: 'USD' },
    lines: [{ productId: MUG, quantity: 1 }],
  }
  const ids = []
  for (let i = 0; i < count; i++) {
    const { stored } = await orders.addOnce(scheduleNew(newOrder(draft, systemRuntime.newId(), now), now))
    ids.push(stored.order.id)
  }
  return { orders, db, ids }
}

suite('the check of numbers', () => {
  test('finds nothing in a sound store, and says how many orders wait for a number', async (t) => {
    const { orders, db, ids } = await shopWith(t, 3)
    db.prepare('UPDATE orders SET number = NULL WHERE id = ?').run(ids[0]!)
    const { findings, summary } = await checkNumbers(orders)
    assert.deepEqual(findings, [])
    assert.match(summary, /^of the 3 newest orders are their own; 1 of an earlier release/)
  })

  test('N2: finds two orders with one number', async (t) => {
    const { orders, db, ids } = await shopWith(t, 3)
    db.exec('DROP INDEX orders_by_number; UPDATE orders SET number = 10001')
    const { findings } = await checkNumbers(orders)
    assert.ok(findings.some(({ problem }) => problem.includes(`Order ${ids[1]} has the number #10001`)))
    assert.equal(findings.length, 3)
  })

  test('finds an order that is not found by its product', async (t) => {
    const { orders, db, ids } = await shopWith(t, 3)
    await orders.catchUp(10)
    db.prepare('DELETE FROM order_products WHERE order_id = ?').run(ids[1]!)
    const { findings } = await checkNumbers(orders)
    assert.deepEqual(
      findings.map(({ problem }) => problem),
      [`Order ${ids[1]} is not found by its product ${MUG}.`],
    )
  })
})
