/** What a buyer does, step by step. */

import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import type { Cart, Line } from './cart.ts'
import { browse } from './catalogue.ts'
import { type Actor, readOrder, readProduct, type Scene, type Step } from './clients.ts'
import { tryWhatIsForbidden } from './forbidden.ts'
import { listOrders } from './order_lists.ts'
import type { SeenOrder } from './witness.ts'

/** How long a buyer thinks about a cart, sometimes: prices change, and products end. */
const THINKING_MS_MAX = 4_000

const cents = (price: string) => Math.round(Number(price) * 100)
const REFUSALS = ['insufficient_stock', 'price_changed', 'product_not_found']

/** More often the more often it is listed. */
export const BUYER_STEPS: readonly Step[] = [
  buy,
  buy,
  buy,
  buyTwiceAtOnce,
  buyWithoutKey,
  buyOtherUnderSameKey,
  repeatOldPurchase,
  repeatOldPurchase,
  buyOldCart,
  buyAndCancel,
  buyAndCancel,
  cancelEarly,
  listOrders,
  listOrders,
  browse,
  readOrderOfAnother,
  tryWhatIsForbidden,
  tryWhatIsForbidden,
]

/** One to three products at the prices of now, often the hot one; two carts may have the same products in opposite order. */
async function fillCart(scene: Scene, actor: Actor): Promise<Cart | undefined> {
  const { chances } = actor
  const count = chances.one([1, 1, 2, 3])
  const ids = new Set<string>()
  for (let i = 0; i < count; i++)
    ids.add(chances.happens(0.5) ? scene.productIds[0]! : chances.one(scene.productIds))
  const lines: Line[] = []
  let total = 0
  for (const id of chances.happens(0.5) ? ids : [...ids].reverse()) {
    const product = await actor.attempt('reads a product', () => readProduct(scene, actor, id))
    if (product instanceof ShopProblem) return undefined
    const quantity = chances.whole(1, 3)
    lines.push({ product_id: id, quantity })
    total += cents(product.price) * quantity
  }
  if (chances.happens(0.3)) await scene.history.world.sleep(chances.between(0, THINKING_MS_MAX))
  return { lines, total_price: (total / 100).toFixed(2) }
}

/** The order, whatever became of it; undefined if there was no answer, or none with an order. */
async function place(
  scene: Scene,
  actor: Actor,
  { lines, total_price }: Cart,
  key: string | undefined,
): Promise<SeenOrder | undefined> {
  const { account, client, chances } = actor
  if (key !== undefined) actor.purchases.push({ cart: { lines, total_price }, key })
  const isPatient = chances.happens(0.5)
  const answer = await actor.attempt(`orders under ${key ?? 'no key'}`, () =>
    key !== undefined && isPatient
      ? client.placeOrder({ lines: [...lines], total_price } as never, {
          idempotencyKey: key,
          deadlineMs: 12_000,
          onChange: (order) => scene.witness.sawOrder(account.id, key, order as never),
        })
      : dataOf(
          client.orders.POST('/orders', {
            params: { header: key === undefined ? {} : { 'idempotency-key': key } },
            body: { lines: [...lines], total_price } as never,
          }),
        ),
  )
  const order = answer instanceof ShopProblem ? answer.document?.order : answer
  if (answer instanceof ShopProblem && !answer.retryable && !REFUSALS.includes(answer.code)) return undefined
  if (order === undefined) return undefined
  const seen = order as SeenOrder
  const { sometimes } = scene.history
  scene.witness.sawOrder(account.id, key, seen)
  scene.placed.push({ orderId: seen.id, userId: account.id })
  sometimes(`an order was answered as ${seen.status}`)
  if (answer instanceof ShopProblem) sometimes(`an order was refused: ${answer.code}`)
  return seen
}

async function buy(scene: Scene, actor: Actor) {
  const cart = await fillCart(scene, actor)
  if (cart) await place(scene, actor, cart, actor.newKey())
}

async function buyTwiceAtOnce(scene: Scene, actor: Actor) {
  const cart = await fillCart(scene, actor)
  if (!cart) return
  const key = actor.newKey()
  const [one, other] = await Promise.all([place(scene, actor, cart, key), place(scene, actor, cart, key)])
  if (one && other) scene.history.sometimes('two requests at once made one order')
}

/** As a program does that was restored, or a page that was left open. */
async function repeatOldPurchase(scene: Scene, actor: Actor) {
  if (actor.purchases.length === 0) return
  const { cart, key } = actor.chances.one(actor.purchases)
  await place(scene, actor, cart, key)
}

/** Another time, from a list that was kept: prices have changed, and products are gone. */
async function buyOldCart(scene: Scene, actor: Actor) {
  if (actor.purchases.length === 0) return
  await place(scene, actor, actor.chances.one(actor.purchases).cart, actor.newKey())
}

/** Nothing repeats such a request, so it makes one order at most. */
async function buyWithoutKey(scene: Scene, actor: Actor) {
  const cart = await fillCart(scene, actor)
  if (!cart) return
  scene.witness.ordersWithoutKey(actor.account.id)
  if (await place(scene, actor, cart, undefined)) scene.history.sometimes('an order was placed without a key')
}

async function buyOtherUnderSameKey(scene: Scene, actor: Actor) {
  const cart = await fillCart(scene, actor)
  if (!cart) return
  const key = actor.newKey()
  const first = await place(scene, actor, cart, key)
  if (!first) return
  const lines = cart.lines.map((line) => ({ ...line, quantity: line.quantity + 1 }))
  const answer = await actor.attempt(`orders something else under ${key}`, () =>
    dataOf(
      actor.client.orders.POST('/orders', {
        params: { header: { 'idempotency-key': key } },
        body: { lines, total_price: cart.total_price } as never,
      }),
    ),
  )
  if (!(answer instanceof ShopProblem)) return scene.witness.sawOtherUnderKey(key)
  if (answer.code === 'idempotency_key_reused') scene.history.sometimes('a key was used for another order')
}

async function cancel(scene: Scene, actor: Actor, orderId: string) {
  const answer = await actor.attempt(`cancels ${orderId}`, () =>
    dataOf(
      actor.client.orders.PUT('/orders/{id}', {
        params: { path: { id: orderId } },
        body: { status: 'cancelled' } as never,
      }),
    ),
  )
  const { sometimes } = scene.history
  if (answer instanceof ShopProblem) {
    if (answer.code === 'illegal_transition') sometimes('a cancellation came too late')
    return
  }
  const order = answer as unknown as SeenOrder
  scene.witness.sawOrder(actor.account.id, undefined, order)
  sometimes(`a cancellation was answered with ${order.status}`)
}

async function buyAndCancel(scene: Scene, actor: Actor) {
  const cart = await fillCart(scene, actor)
  const order = cart && (await place(scene, actor, cart, actor.newKey()))
  if (!order) return
  await scene.history.world.sleep(actor.chances.between(0, 3_000))
  await cancel(scene, actor, order.id)
}

/** While it is being placed. */
async function cancelEarly(scene: Scene, actor: Actor) {
  const cart = await fillCart(scene, actor)
  if (!cart) return
  const before = new Set(scene.books.orders().map(({ id }) => id))
  const placing = place(scene, actor, cart, actor.newKey())
  await scene.history.world.sleep(actor.chances.between(5, 300))
  const mine = scene.books.orders().find(({ id, userId }) => userId === actor.account.id && !before.has(id))
  if (mine) {
    if (mine.status === 'pending') scene.history.sometimes('a pending order was cancelled')
    await cancel(scene, actor, mine.id)
  }
  await placing
}

async function readOrderOfAnother(scene: Scene, actor: Actor) {
  const others = scene.placed.filter(({ userId }) => userId !== actor.account.id)
  if (others.length === 0) return
  const { orderId } = actor.chances.one(others)
  const answer = await actor.attempt(`reads ${orderId} of another`, () => readOrder(scene, actor, orderId))
  if (!(answer instanceof ShopProblem))
    scene.history.broken(`10: ${actor.name} was shown order ${orderId} of another`)
  else if (answer.code === 'order_not_found') scene.history.sometimes('an order of another was not found')
}
