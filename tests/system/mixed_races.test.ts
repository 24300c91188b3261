/**
 * Everything at once, at two processes of each service on the same files: buyers, owners who cancel, admins who edit prices
 * and texts, set and adjust stock, ship and remove products, readers who read all of it again and again, and customers who try
 * what is not theirs. Nothing is counted: the history of all answers must fit into one sequence with the stores, and no
 * caller may have seen or done what is not theirs (tests/history; invariants 1 to 8 and 10).
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { orderOf } from './buyer.ts'
import type { Json } from './calls.ts'
import { createRecordedWorld, type RecordedWorld } from './recorded_world.ts'
import { byChance, type Chance } from './until.ts'
import { type Account, newKey, type Order, type Product, type World } from './world.ts'

const TEST_MS = 240_000
const BUYERS = 12
const ADMINS = 4
const READERS = 4
const PRYING = 2
const STEPS = 80
const PRODUCTS = 4
const STOCK = 40
/** Of the orders that are read, cancelled and shipped. */
const RECENT = 12

type Shop = {
  readonly world: RecordedWorld
  readonly products: Product[]
  readonly orders: { readonly id: string; readonly owner: Account }[]
  readonly urls: { readonly products: readonly string[]; readonly orders: readonly World['orders'][] }
  /** By their status, how many attempts at what is not theirs were answered. */
  readonly pried: Map<number, number>
}

suite('everything at once (invariants 1 to 8 and 10)', { timeout: TEST_MS }, () => {
  test('every answer fits into one sequence of changes', (t) =>
    byChance(async (chance) => {
      const world = await createRecordedWorld(t, 'mixed-races')
      const buyers = await world.buyers(4)
      const more = await world.addProcess('product_service')
      const moreOrders = await world.addProcess('order_service', { PRODUCT_URL: more.url })
      const products: Product[] = []
      for (let i = 0; i < PRODUCTS; i++)
        products.push(await world.addProduct({ stock: STOCK, price: '5.00' }))
      const urls = { products: [world.products.url, more.url], orders: [world.orders, moreOrders] }
      const shop: Shop = { world, products, orders: [], urls, pried: new Map() }
      const several = (count: number, step: (chance: Chance, i: number) => Promise<unknown>) =>
        Array.from({ length: count }, async (_, i) => {
          const own = chance.fork()
          for (let done = 0; done < STEPS; done++) await step(own, i)
        })
      await Promise.all([
        ...several(BUYERS, (own, i) => buy(shop, own, buyers[i % buyers.length]!)),
        ...several(ADMINS, (own) => administer(shop, own)),
        ...several(READERS, (own) => read(shop, own)),
        ...several(PRYING, (own, i) => pry(shop, own, buyers[i]!)),
      ])
      const { orders, movements } = await world.check()
      t.diagnostic(`${orders.length} orders, ${movements.length} movements, seed ${chance.seed}`)
      // A run in which one of these did not happen would prove little.
      for (const status of ['confirmed', 'rejected', 'cancelled', 'shipped']) {
        assert.ok(
          orders.some((order) => order.status === status),
          `No order ended ${status}`,
        )
      }
      for (const status of [403, 404]) assert.ok(shop.pried.has(status), `No attempt was answered ${status}`)
    }))
})

/** Often at a price that was read a moment ago, and with two products in any order. */
async function buy({ world, products, orders, urls }: Shop, chance: Chance, owner: Account) {
  if (orders.length > 0 && chance.between(0, 6) === 0) {
    const mine = orders.slice(-RECENT).filter((order) => order.owner === owner)
    if (mine.length > 0) await world.move(owner, chance.pick(mine).id, { status: 'cancelled' })
    return
  }
  const chosen = [...new Set([chance.pick(products), chance.pick(products)])]
  const lines = chosen.map((product) => ({ product, quantity: chance.between(1, 4) }))
  const placed = orderOf(await world.place(owner, { lines, key: newKey(), at: chance.pick(urls.orders) }))
  if (placed) orders.push({ id: placed.id, owner })
}

async function administer({ world, products, orders, urls }: Shop, chance: Chance) {
  const { token } = world.admin
  const i = chance.between(0, products.length)
  const product = products[i]!
  const url = `${chance.pick(urls.products)}/products/${product.id}`
  const edit = (body: object) => world.call<Product>('PATCH', url, { token, body: { ...body } })
  const keep = ({ status, body }: Awaited<ReturnType<typeof edit>>) => {
    if (status === 200) products[i] = body
  }
  const dice = chance.between(0, 100)
  if (dice < 20) keep(await edit({ price: `${chance.between(4, 7)}.00` }))
  else if (dice < 35) keep(await edit({ description: newKey(), version: product.version }))
  else if (dice < 45) keep(await edit({ stock: chance.between(0, STOCK), version: product.version }))
  else if (dice < 65) {
    const body = { delta: chance.pick([-3, 8, STOCK]), reason: 'counted' }
    await world.call('POST', `${url}/stock_adjustments`, { token, key: newKey(), body })
  } else if (dice < 98) {
    const order = orders.slice(-RECENT)[chance.between(0, RECENT)]
    if (!order) return
    // Several at once, of which at most one can win.
    const wanted = chance.pick([
      ['shipped', 'cancelled'],
      ['cancelled', 'shipped'],
      ['shipped'],
      ['delivered'],
    ])
    await Promise.all(
      wanted.map((status) => world.move(world.admin, order.id, { status }, chance.pick(urls.orders))),
    )
  } else {
    await world.call('DELETE', url, { token })
    products[i] = await world.addProduct({ stock: STOCK, price: '5.00' })
  }
}

async function read({ world, products, orders, urls }: Shop, chance: Chance) {
  const i = chance.between(0, products.length)
  const url = `${chance.pick(urls.products)}/products/${products[i]!.id}`
  const { status, body } = await world.call<Product>('GET', url)
  if (status === 200) products[i] = body
  const order = orders.slice(-RECENT)[chance.between(0, RECENT)]
  if (!order) return
  const { token } = order.owner
  const service = chance.pick(urls.orders).url
  if (chance.between(0, 4) > 0) await world.call<Order>('GET', `${service}/orders/${order.id}`, { token })
  else if (chance.between(0, 2) > 0)
    await world.call('GET', `${service}/orders/user/${order.owner.id}`, { token })
  else await world.call('GET', `${service}/orders?limit=10`, { token: world.admin.token })
}

/** A customer who tries what others may: the history shows whether anything came of it. */
async function pry({ world, products, orders, urls, pried }: Shop, chance: Chance, { id, token }: Account) {
  const others = orders.filter(({ owner }) => owner.id !== id).slice(-RECENT)
  const at = { orders: chance.pick(urls.orders).url, products: chance.pick(urls.products) }
  const product = `${at.products}/products/${chance.pick(products).id}`
  if (others.length === 0) {
    await world.call('GET', product)
    return
  }
  const order = chance.pick(others)
  const attempts: readonly (readonly [method: string, url: string, body?: Json])[] = [
    ['GET', `${at.orders}/orders/${order.id}`],
    ['GET', `${at.orders}/orders/user/${order.owner.id}`],
    ['GET', `${at.orders}/orders`],
    ['PUT', `${at.orders}/orders/${order.id}`, { status: chance.pick(['cancelled', 'shipped']) }],
    ['PATCH', product, { price: '0.01' }],
    ['DELETE', product],
    ['POST', `${at.products}/products`, { name: 'Mine', description: '', price: '0.01', stock: 1 }],
    ['POST', `${product}/stock_adjustments`, { delta: 5, reason: 'mine' }],
    ['GET', `${product}/stock_movements`],
    ['POST', `${at.products}/internal/releases`, { order_ids: [order.id] }],
    ['GET', `${world.auth.url}/users`],
    ['GET', `${at.orders}/audit/orders`],
  ]
  const [method, url, body] = chance.pick(attempts)
  const signedIn = chance.between(0, 6) > 0
  const { status } = await world.call(method, url, {
    ...(signedIn ? { token } : {}),
    ...(body ? { body } : {}),
  })
  pried.set(status, (pried.get(status) ?? 0) + 1)
}
