/** The examples and the client with the real services. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { describe } from '../examples/stocktaking.ts'
import type { ShopProblem } from '../src/problem.ts'
import { createShopClient, dataOf, everyItem, type ShopClient } from '../src/shop_client.ts'
import { ADMIN, type RealShop, startRealShop } from './real_shop.ts'

const PASSWORD = 'seven green bottles'

suite('against the real services', () => {
  let real: RealShop
  let admin: ShopClient
  before(async () => {
    real = await startRealShop()
    admin = createShopClient(real.urls)
    await admin.signIn(ADMIN)
  })
  after(() => real.close())

  const example = async (name: string, ...args: string[]) => {
    const file = join(import.meta.dirname, '..', 'examples', `${name}.ts`)
    const env = { ...process.env, ...real.env }
    return (await promisify(execFile)(process.execPath, [file, ...args], { env })).stdout.trim()
  }

  const addProduct = (name: string, stock: number) =>
    dataOf(
      admin.products.POST('/products', { body: { name, description: 'As new.', price: '19.99', stock } }),
    )

  const newBuyer = async (username: string) => {
    const shop = createShopClient(real.urls)
    await shop.register({ username, password: PASSWORD })
    return shop
  }

  test('buy.ts buys one unit, and says when there is no stock', async () => {
    await addProduct('Stoneware mug', 1)
    const bought = /^Bought Stoneware mug for 19\.99 USD: order [0-9a-f-]{36} is confirmed\.$/
    assert.match(await example('buy', 'ada', PASSWORD, 'mug'), bought)
    assert.equal(await example('buy', 'ada', PASSWORD, 'mug'), 'No mug is in stock.')
  })

  test('stocktaking.ts restocks products with little stock, once', async () => {
    await addProduct('Walnut lamp', 3)
    const lines = (await example('stocktaking', ADMIN.username, ADMIN.password, '10')).split('\n')
    assert.ok(lines.includes('Walnut lamp: 3 -> 10'), lines.join('\n'))
    assert.equal(await example('stocktaking', ADMIN.username, ADMIN.password, '10'), '')
  })

  test('ten concurrent changes of a description all survive', async () => {
    const { id } = await addProduct('Guest book', 1)
    const words = Array.from({ length: 10 }, (_, i) => `word${i}`)
    await Promise.all(words.map((word) => describe(admin, id, (text) => `${text} ${word}`)))
    const { description } = await dataOf(admin.products.GET('/products/{id}', { params: { path: { id } } }))
    assert.deepEqual(description.split(' ').slice(2).sort(), words)
  })

  test('everyItem reads every page, each item once', async () => {
    for (let i = 0; i < 7; i += 1) await addProduct(`Candle ${i}`, 1)
    const names: string[] = []
    const candles = everyItem((cursor) =>
      dataOf(admin.products.GET('/products', { params: { query: { q: 'candle', limit: 3, cursor } } })),
    )
    for await (const { name } of candles) names.push(name)
    assert.deepEqual(
      names,
      [6, 5, 4, 3, 2, 1, 0].map((i) => `Candle ${i}`),
    )
  })

  test('one key is one order, however often it is placed', async () => {
    const { id, price } = await addProduct('Dotted notebook', 5)
    const buyer = await newBuyer('grace')
    const draft = { product_id: id, quantity: 1, total_price: price }
    const placed = await Promise.all(
      Array.from({ length: 20 }, () => buyer.placeOrder(draft, { idempotencyKey: 'cart-1' })),
    )
    assert.equal(new Set(placed.map((order) => order.id)).size, 1)
    const product = await dataOf(admin.products.GET('/products/{id}', { params: { path: { id } } }))
    assert.equal(product.stock, 4)
  })

  test('a refused request fails with the problem of the service', async () => {
    const { id } = await addProduct('Cast-iron skillet', 1)
    const buyer = await newBuyer('edsger')
    await assert.rejects(
      buyer.placeOrder({ product_id: id, quantity: 2, total_price: '39.98' }),
      (error: ShopProblem) => {
        assert.equal(error.code, 'insufficient_stock')
        assert.deepEqual(error.document?.shortages, [{ product_id: id, requested: 2, available: 1 }])
        return true
      },
    )
    await assert.rejects(buyer.orders.GET('/orders'), (error: ShopProblem) => error.code === 'forbidden')
  })

  test('an order placed while product_service is down is followed until it is decided', async () => {
    const { id, price } = await addProduct('Bicycle pump', 1)
    const rich = await newBuyer('barbara')
    const late = await newBuyer('donald')
    const draft = { product_id: id, quantity: 1, total_price: price }
    await real.stopProducts()
    const states: string[] = []
    const accepted = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const first = rich.placeOrder(draft, {
      onChange({ status }) {
        states.push(status)
        accepted[0]!.resolve()
      },
    })
    const second = late.placeOrder(draft, { onChange: () => accepted[1]!.resolve() })
    const both = Promise.allSettled([first, second])
    await Promise.race([Promise.all(accepted.map(({ promise }) => promise)), both])
    await real.startProducts()
    const outcomes = (await both).map((one) =>
      one.status === 'fulfilled' ? one.value.status : (one.reason as ShopProblem).code,
    )
    assert.deepEqual(outcomes.sort(), ['confirmed', 'insufficient_stock'])
    assert.equal(states[0], 'pending')
  })
})
