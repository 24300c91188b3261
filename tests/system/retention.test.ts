/** Everything that may be removed is removed again and again, however young, while buyers buy, cancel and are shipped to. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStores } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { buy } from './buyer.ts'
import { expectStatus } from './calls.ts'
import { createServiceProcess, freePort } from './processes.ts'
import { createRecordedWorld } from './recorded_world.ts'
import { removeOld } from './remove_old.ts'
import { newKey, storePath } from './world.ts'

const BUYERS = 8
const PURCHASES = 12
const TEST_MS = 240_000

suite('removing old records beside a shop that sells', { timeout: TEST_MS }, () => {
  test('no order is lost, the ledger balances, and confirmed means held (invariants 1 to 8)', async (t) => {
    const world = await createRecordedWorld(t, 'retention')
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

    const buyMany = async (buyer: (typeof buyers)[number], b: number) => {
      for (let n = 0; n < PURCHASES; n++) {
        const lines = [{ product: products[(b + n) % 2]!, quantity: 1 }]
        const order = await buy(world, buyer, { lines, key: newKey() }, TEST_MS)
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
    const records = await world.check()
    const left = records.movements.filter(({ opening }) => opening)
    assert.ok(left.length >= products.length, 'opening balances')
    assert.ok(moved > BUYERS * PURCHASES, `${moved} movements went into them`)
  })
})

suite('a service that is to remove old records', { timeout: TEST_MS }, () => {
  const start = async (t: TestContext, service: 'order_service' | 'product_service', extra: object) => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-archiving-'))
    const process = createServiceProcess(service, await freePort(), {
      DATA_DIR: folder,
      SERVICE_SECRET: 's'.repeat(48),
      ...extra,
    })
    t.after(async () => {
      await process.kill()
      rmSync(folder, { recursive: true, force: true })
    })
    return { folder, process, words: () => process.start().then(() => '', String) }
  }

  for (const [service, variable] of [
    ['order_service', 'RETAIN_ENDED_ORDERS_DAYS'],
    ['order_service', 'RETAIN_WITHDRAWALS_DAYS'],
    ['product_service', 'RETAIN_MOVEMENTS_DAYS'],
    ['product_service', 'RETAIN_RESERVATIONS_DAYS'],
  ] as const) {
    test(`${service} refuses ${variable} without an archive, and fewer days than 30, with a sentence`, async (t) => {
      const without = await start(t, service, { [variable]: '30' })
      assert.match(await without.words(), new RegExp(`ARCHIVE_DIR is missing: ${variable} removes records`))
      const few = await start(t, service, { [variable]: '29', ARCHIVE_DIR: '/nowhere' })
      assert.match(await few.words(), new RegExp(`${variable} must be at least 30`))
    })
  }

  test('makes the folder for its archive at start, or refuses; and stops on SIGTERM', async (t) => {
    const archive = mkdtempSync(join(tmpdir(), 'shop-archive-'))
    t.after(() => rmSync(archive, { recursive: true, force: true }))
    writeFileSync(join(archive, 'file'), '')
    const settings = { RETAIN_ENDED_ORDERS_DAYS: '30' }
    const refused = await start(t, 'order_service', { ...settings, ARCHIVE_DIR: join(archive, 'file') })
    assert.match(await refused.words(), /file is a file; name a folder/)
    const { process } = await start(t, 'order_service', { ...settings, ARCHIVE_DIR: join(archive, 'new') })
    await process.start()
    assert.equal(statSync(join(archive, 'new')).mode & 0o777, 0o700)
    await process.stop()
  })
})
