/** Both services on MongoDB: what an order costs there, and what a client sees while the database is away. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import type { Reservations } from '../../src/domain/ports.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { connect, createOrderApp, MEMORY, startProducts } from '../shop.ts'

mongoSuite('orders with both services on MongoDB', (server) => {
  const world = async (t: TestContext) => {
    const proxied = async () => {
      const { url, proxy } = await server.proxied(t, server.newDatabase())
      return { proxy, config: { ...MEMORY, DATABASE_URL: url } }
    }
    const [ofOrders, ofProducts] = [await proxied(), await proxied()]
    const stores = await openStores(ofOrders.config, { runtime: systemRuntime })
    t.after(() => stores.close())
    const products = await startProducts(t, ofProducts.config)
    const reservations = await connect(t, products.url, 1_000)
    const { app, post } = createOrderApp(t, { orders: stores.orders, reservations })
    const product = await products.add(100, 1_000)
    const order = (key: string) => post('ada', { product_id: product, quantity: 1, total_price: 10 }, key)
    assert.equal((await order('first')).statusCode, 201)
    const ready = async () => (await app.inject('/readyz')).statusCode
    assert.equal(await ready(), 200)
    return { ofOrders: ofOrders.proxy, ofProducts: ofProducts.proxy, order, ready }
  }

  test('an order is nine round trips: one each to store it and its answer, seven in the transaction of the stock', async (t) => {
    const { ofOrders, ofProducts, order } = await world(t)
    for (const proxy of [ofOrders, ofProducts]) proxy.commands()
    assert.equal((await order('second')).statusCode, 201)
    // docs/decisions/0027 says what each is for.
    assert.deepEqual(ofOrders.commands(), ['insert orders', 'update orders'])
    assert.deepEqual(ofProducts.commands(), [
      'find reservations',
      'find products',
      'update receipts',
      'update products',
      'insert reservations',
      'insert movements',
      'commitTransaction',
    ])
  })

  test('nothing waits for the answer to a call under way, because it would share no command with it', async (t) => {
    const config = { ...MEMORY, DATABASE_URL: server.url(server.newDatabase()) }
    const { orders, close } = await openStores(config, { runtime: systemRuntime })
    t.after(close)
    const products = await startProducts(t)
    const { hold, ...others } = await connect(t, products.url, 1_000)
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const reservations: Reservations = {
      ...others,
      async hold(order) {
        asked.resolve()
        await answered.promise
        return hold(order)
      },
    }
    const { ports, post } = createOrderApp(t, { orders, reservations })
    const product = await products.add(100, 1_000)
    const first = post('ada', { product_id: product, quantity: 1, total_price: 10 }, 'first')
    await asked.promise
    assert.equal(ports.nextAnswer(), undefined)
    answered.resolve()
    assert.equal((await first).statusCode, 201)
  })

  test('orders that come together share these round trips', async (t) => {
    const { ofOrders, ofProducts, order } = await world(t)
    for (const proxy of [ofOrders, ofProducts]) proxy.commands()
    const count = 20
    const answers = await Promise.all(Array.from({ length: count }, (_, i) => order(`together-${i}`)))
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]))
    const trips = ofOrders.commands().length + ofProducts.commands().length
    assert.ok(trips <= 3 * count, `${trips} for ${count}`)
  })

  test('while the database of orders is away: ready, and the problem with Retry-After', async (t) => {
    const { ofOrders, order, ready } = await world(t)
    ofOrders.freeze()
    const answer = await order('second')
    assert.deepEqual([answer.statusCode, answer.json().code], [503, 'store_unavailable'])
    assert.ok(Number(answer.headers['retry-after']) > 0)
    assert.equal(await ready(), 200)
    ofOrders.resume()
  })

  test('while the database of products is away: accepted', async (t) => {
    const { ofProducts, order, ready } = await world(t)
    ofProducts.freeze()
    assert.equal((await order('second')).statusCode, 202)
    assert.equal(await ready(), 200)
    ofProducts.resume()
  })
})
