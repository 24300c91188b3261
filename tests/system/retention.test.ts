/** Everything that may be removed is removed again and again, however young, while buyers buy, cancel and are shipped to. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { buy } from './buyer.ts'
import { expectStatus } from './calls.ts'
import { assertConsistent, type SeenOrder } from './invariants.ts'
import { removeOld } from './remove_old.ts'
import { readRecords, settledRecords } from './store_records.ts'
import { createWorld, newKey, storePath } from './world.ts'

const BUYERS = 8
const PURCHASES = 12
const TEST_MS = 240_000

suite('removing old records beside a shop that sells', { timeout: TEST_MS }, () => {
  test('no order is lost, the ledger balances, and confirmed means held (invariants 1 to 8)', async (t) => {
    const world = await createWorld(t)
    const buyers = await world.buyers(BUYERS)
    const products = [await world.addProduct({ stock: 60 }), await world.addProduct({ stock: 1_000 })]
    const url = `sqlite:${storePath(world.dataDir, 'product_service')}`
    const stores = await openStores(
      { DATABASE_URL: url, DATA_DIR: world.dataDir, CURRENCY: 'USD' },
      { runtime: systemRuntime },
    )
    t.after(() => stores.close())
    let moved = 0
    let bought = false
    const removeAll = async () => {
      for (let last = false; !last; last = bought) {
        moved += (await removeOld(stores.old)).movement
        const { mismatches } = await stores.audit.ledgerMismatches(undefined, 10)
        assert.deepEqual(mismatches, [])
        await sleep(5)
      }
    }

    const seenOrders: SeenOrder[] = []
    const buyMany = async (buyer: (typeof buyers)[number], b: number) => {
      for (let n = 0; n < PURCHASES; n++) {
        const lines = [{ product: products[(b + n) % 2]!, quantity: 1 }]
        const order = await buy(world, buyer, { lines, key: newKey() }, { seenOrders, deadlineMs: TEST_MS })
        if (order.status !== 'confirmed') continue
        if (n % 3 === 0) expectStatus(await world.move(buyer, order.id, { status: 'cancelled' }), 200, 202)
        if (n % 3 === 1) expectStatus(await world.move(world.admin, order.id, { status: 'shipped' }), 200)
      }
    }
    await Promise.all([
      Promise.all(buyers.map(buyMany)).finally(() => {
        bought = true
      }),
      removeAll(),
    ])
    const records = await settledRecords(() => readRecords(world.dataDir))
    assertConsistent(records, seenOrders)
    const left = records.movements.filter(({ opening }) => opening)
    assert.ok(left.length >= products.length, 'opening balances')
    assert.ok(moved > BUYERS * PURCHASES, `${moved} movements went into them`)
  })
})
