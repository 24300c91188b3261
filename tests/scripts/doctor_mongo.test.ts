/** A shop on MongoDB: the checks before it starts, and those of `npm run doctor`. */
import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { test } from 'node:test'
import { MONGO_DATABASE as AUTH_DATABASE } from '@shop/auth_service/storage/open_mongo'
import { openStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { ORDER_INDEXES } from '@shop/order_service/storage/mongo_order_documents'
import { MONGO_DATABASE } from '@shop/order_service/storage/open_mongo'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { MONGO_DATABASE as PRODUCTS_DATABASE } from '@shop/product_service/storage/open_mongo'
import { openStores as openProductStores } from '@shop/product_service/storage/open_stores'
import { openMongo } from '@shop/service_kit/mongo/store'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { MongoClient } from 'mongodb'
import type { Shop } from '../../scripts/doctor/consistency.ts'
import { applyFixes } from '../../scripts/doctor/findings.ts'
import { checkReservations } from '../../scripts/doctor/reservations.ts'
import { checkStores } from '../../scripts/doctor/stores.ts'
import { PLACEHOLDER_SECRETS, planShop } from '../../scripts/plan.ts'
import { preflight } from '../../scripts/start/preflight.ts'
import { examined } from './examined.ts'
import { newWorld } from './running.ts'

const AT = '2020-01-01T00:00:00.000Z'
const QUANTITY = 3

mongoSuite('a shop on MongoDB', (server) => {
  test('of which nothing was made yet is no fault, half of it is, and the checks make nothing', async (t) => {
    const client = new MongoClient(server.url())
    t.after(() => client.close())
    const settingsOf = (database: string) => client.db(database).collection('settings').countDocuments()
    const databases = [AUTH_DATABASE, PRODUCTS_DATABASE, MONGO_DATABASE]
    for (const name of databases) await client.db(name).collection('settings').deleteMany({})
    const world = await newWorld(t, { DATABASE_URL: server.url() })
    const stores = async () => (await examined(world)).checks.find(({ name }) => name === 'Stores')!
    const { summary, findings } = await stores()
    assert.deepEqual([summary, findings], ['none yet; the first start creates them', []])
    assert.deepEqual(await Promise.all(databases.map(settingsOf)), [0, 0, 0])

    const place = { DATABASE_URL: server.url(), DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    const absent = (service: string, database: string) =>
      `The store of ${service} cannot be opened: There is no database ${database} on this server: ${service} was never started with it. See that DATABASE_URL names the right server.`
    const problems = async () => (await stores()).findings.map(({ problem }) => problem)
    await (await openProductStores(place, { runtime: systemRuntime })).close()
    // So far `npm run seed` may have made it.
    assert.deepEqual(await problems(), [])
    await (await openOrderStores(place, { runtime: systemRuntime })).close()
    assert.deepEqual(await problems(), [absent('auth_service', AUTH_DATABASE)])
    assert.equal(await settingsOf(AUTH_DATABASE), 0)
    await (await openAuthStores(place, { runtime: systemRuntime })).close()
    const whole = await stores()
    assert.deepEqual([whole.summary, whole.findings], ['3 intact and of this version', []])
  })

  test('services that run have stores: if there are none, the doctor looks in the wrong place', async (t) => {
    const client = new MongoClient(server.url())
    t.after(() => client.close())
    for (const name of [AUTH_DATABASE, PRODUCTS_DATABASE, MONGO_DATABASE])
      await client.db(name).collection('settings').deleteMany({})
    const world = await newWorld(t)
    const problems = async (DATABASE_URL: string | undefined, ...running: string[]) => {
      const plan = planShop({ ...world.env, DATABASE_URL }, PLACEHOLDER_SECRETS)
      return (await checkStores(plan, running)).findings.map(({ problem }) => problem)
    }
    assert.deepEqual(await problems(server.url(), 'auth_service', 'order_service', 'storefront'), [
      'auth_service, order_service run, but there is no store on the server of DATABASE_URL: the shop that runs here has others.',
    ])
    assert.deepEqual(await problems(server.url(), 'storefront'), [])
    assert.deepEqual(await problems(undefined, 'product_service'), [
      `product_service runs, but there is no store in ${world.dataDir}: the shop that runs here has others.`,
    ])
    assert.deepEqual(await problems(undefined), [])
  })

  test('stock of an order that is older than the database of orders is not released; that of a newer one is', async (t) => {
    const world = await newWorld(t)
    const place = { DATABASE_URL: server.url(), DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    const products = await openProductStores(place, { runtime: systemRuntime })
    t.after(() => products.close())
    const draft = {
      id: randomUUIDv7(),
      fields: { name: 'Tea', description: '', priceMinor: 100, stock: 10 },
    }
    await products.catalogue.importProducts([draft], { by: 'test', at: AT })
    const hold = async (orderId: string) => {
      const lines = [{ productId: draft.id, quantity: QUANTITY }]
      await products.stock.reserve([{ orderId, lines, totalMinor: QUANTITY * 100 }], AT)
      return orderId
    }
    const old = await hold(randomUUIDv7())

    const plan = planShop({ ...world.env, DATABASE_URL: server.url() }, PLACEHOLDER_SECRETS)
    const fix = async () => {
      const { open } = await checkStores(plan, [])
      try {
        const examination = await checkReservations({
          ...(open as Pick<Shop, 'products' | 'orders'>),
          ordersMadeAt: open.ordersMadeAt,
          running: false,
          now: () => new Date(),
        })
        const { findings } = await applyFixes(examination, true)
        return findings.map(({ problem, done }) => [problem, done !== undefined])
      } finally {
        await Promise.all([open.products?.close(), open.orders?.close()])
      }
    }
    // The database of orders is empty, like one with a wrong name after a start.
    await (await openOrderStores(place, { runtime: systemRuntime })).close()
    const [[problem, done] = [], ...more] = await fix()
    assert.match(
      String(problem),
      new RegExp(
        `^Stock is held for order ${old}, which is not in the store of orders. That store was created later`,
      ),
    )
    assert.deepEqual([done, more], [false, []])
    assert.equal((await products.catalogue.find(draft.id))?.reserved, QUANTITY)

    const orphan = await hold(randomUUIDv7())
    assert.ok((await fix()).some(([says, repaired]) => String(says).includes(orphan) && repaired))
    assert.equal((await products.catalogue.find(draft.id))?.reserved, QUANTITY)

    // A database that is older than this version has no age.
    const raw = await openMongo({
      runtime: systemRuntime,
      ...{ url: server.url(), database: MONGO_DATABASE, service: 'order_service' },
      indexes: ORDER_INDEXES,
    })
    t.after(() => raw.close())
    assert.ok((await raw.madeAt())! > new Date(Date.now() - 600_000))
    await raw
      .collection<{ _id: string }>('settings')
      .updateOne({ _id: 'service' }, { $unset: { madeAt: '' } })
    assert.deepEqual(await fix(), [[`Stock is held for order ${old}, which does not exist.`, true]])
  })

  test('a server that cannot be reached is a finding that says why', async (t) => {
    const world = await newWorld(t, { DATABASE_URL: 'mongodb://127.0.0.1:1/?replicaSet=rs0' })
    const { ok, checks } = await examined(world)
    const problems = checks.flatMap(({ findings }) => findings.map(({ problem }) => problem))
    assert.equal(ok, false)
    for (const name of [
      'auth_service',
      'product_service',
      'notification_service',
      'payment_service',
      'order_service',
    ]) {
      const pattern = new RegExp(
        `^The store of ${name} cannot be opened: MongoDB can't be reached: .*ECONNREFUSED`,
      )
      assert.equal(problems.filter((problem) => pattern.test(problem)).length, 1, problems.join('\n'))
    }
  })

  test('its currency is checked before any service starts', async (t) => {
    const world = await newWorld(t)
    const place = { DATABASE_URL: server.url(), DATA_DIR: world.dataDir, CURRENCY: 'USD' }
    for (const open of [openProductStores, openOrderStores])
      await (await open(place, { runtime: systemRuntime })).close()
    const faults = (more: NodeJS.ProcessEnv) =>
      preflight(planShop({ ...world.env, DATABASE_URL: server.url(), ...more }, PLACEHOLDER_SECRETS))
    assert.deepEqual(await faults({}), [])
    const [currency] = await faults({ CURRENCY: 'EUR' })
    assert.match(
      String(currency),
      /^The database of DATABASE_URL cannot be used\. CURRENCY is EUR, but .* are USD/,
    )
    const [digits] = await faults({ CURRENCY_DIGITS: '3' })
    assert.match(
      String(digits),
      /CURRENCY_DIGITS is 3, but the prices in the database shop_products have 2\./,
    )
  })
})
