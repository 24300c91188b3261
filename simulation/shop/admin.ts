/** What an admin does, step by step. */

import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { type Actor, type Product, readOrder, readProduct, type Scene, type Step } from './clients.ts'
import { listAccounts, listAllOrders, listMovements, readAuditLog } from './lists.ts'
import type { SeenOrder } from './witness.ts'

export const ADMIN_STEPS: readonly Step[] = [
  ship,
  ship,
  ship,
  moveSeen,
  moveSeen,
  deliver,
  deliver,
  deliver,
  changePrice,
  changePriceTwiceAtOnce,
  setStock,
  adjustStock,
  adjustStock,
  adjustWithoutKey,
  removeProduct,
  changeRole,
  listAllOrders,
  listAllOrders,
  listMovements,
  listAccounts,
  readAuditLog,
]

const putOrder = ({ client }: Actor, id: string, body: object) =>
  dataOf(client.orders.PUT('/orders/{id}', { params: { path: { id } }, body: body as never }))

/** Over the version that was seen. */
const patchProduct = ({ client }: Actor, { id, version }: Product, change: object) =>
  dataOf(
    client.products.PATCH('/products/{id}', {
      params: { path: { id } },
      body: { ...change, version } as never,
    }),
  )

const move =
  (status: 'shipped' | 'delivered', from: string): Step =>
  async (scene, actor) => {
    const orders = scene.books.orders().filter((order) => order.status === from)
    if (orders.length === 0) return
    const { id, userId } = actor.chances.one(orders)
    if (actor.chances.happens(0.3)) await scene.history.world.sleep(actor.chances.between(0, 2_000))
    const answer = await actor.attempt(`${status}: ${id}`, () => putOrder(actor, id, { status }))
    const { sometimes } = scene.history
    if (!(answer instanceof ShopProblem)) {
      scene.witness.sawOrder(userId, undefined, answer as unknown as SeenOrder)
      sometimes(`an admin moved an order to ${status}`)
    } else if (answer.code === 'illegal_transition') sometimes('an order was moved by another first')
  }

async function ship(scene: Scene, actor: Actor) {
  await move('shipped', 'confirmed')(scene, actor)
}

async function deliver(scene: Scene, actor: Actor) {
  await move('delivered', 'shipped')(scene, actor)
}

/**
 * Reads an order, waits a while, and moves it on over the version that it read. What another did meanwhile is answered as done;
 * the checker of histories finds what was changed over an older version.
 */
async function moveSeen(scene: Scene, actor: Actor) {
  const orders = scene.books.orders().filter(({ status }) => status === 'confirmed')
  if (orders.length === 0) return
  const { id, userId } = actor.chances.one(orders)
  const seen = await actor.attempt(`reads ${id}`, () => readOrder(scene, actor, id))
  if (seen instanceof ShopProblem) return
  await scene.history.world.sleep(actor.chances.between(0, 3_000))
  // Sometimes it is a page from before the order was confirmed.
  const version = actor.chances.happens(0.3) ? Math.max(1, seen.version - 1) : seen.version
  const body = { status: actor.chances.one(['shipped', 'cancelled']), version }
  const answer = await actor.attempt(`${body.status}: ${id} over version ${version}`, () =>
    putOrder(actor, id, body),
  )
  const { sometimes } = scene.history
  if (!(answer instanceof ShopProblem)) {
    scene.witness.sawOrder(userId, undefined, answer as unknown as SeenOrder)
  } else if (answer.code === 'version_conflict') sometimes('an order was refused because of its version')
}

/** Reads a product, waits a while, and changes it over the version that it read. */
async function editSeen(scene: Scene, actor: Actor, change: (actor: Actor) => object, what: string) {
  const { chances } = actor
  const id = chances.happens(0.5) ? scene.productIds[0]! : chances.one(scene.productIds)
  const product = await actor.attempt('reads a product', () => readProduct(scene, actor, id))
  if (product instanceof ShopProblem) return
  await scene.history.world.sleep(actor.chances.between(0, 1_000))
  const before = scene.books.productVersion(id)
  const answer = await actor.attempt(`${what} of ${id} over version ${product.version}`, () =>
    patchProduct(actor, product, change(actor)),
  )
  const { sometimes } = scene.history
  if (!(answer instanceof ShopProblem)) {
    if (before > product.version && what === 'a stock')
      return scene.history.broken(
        `7: stock of ${id} was set over version ${product.version}, it had ${before}`,
      )
    if (before > product.version) sometimes(`${what} was applied after a sale`)
  } else if (answer.code === 'version_conflict') sometimes(`${what} was refused because of its version`)
}

async function changePrice(scene: Scene, actor: Actor) {
  await editSeen(
    scene,
    actor,
    ({ chances }) => ({ price: (chances.whole(100, 2_000) / 100).toFixed(2) }),
    'a price',
  )
}

/** Of two over one version, one at most is applied. */
async function changePriceTwiceAtOnce(scene: Scene, actor: Actor) {
  const id = actor.chances.one(scene.productIds)
  const product = await actor.attempt('reads a product', () => readProduct(scene, actor, id))
  if (product instanceof ShopProblem) return
  // Other prices than that of now: an edit that changes nothing is no change.
  const change = (more: number) => {
    const price = (Number(product.price) + more).toFixed(2)
    return actor.attempt(`a price of ${id} over version ${product.version}, ${price}`, () =>
      patchProduct(actor, product, { price }),
    )
  }
  const answers = await Promise.all([change(0.01), change(0.02)])
  const { broken, sometimes } = scene.history
  const isConflict = (answer: unknown) => answer instanceof ShopProblem && answer.code === 'version_conflict'
  if (answers.some(isConflict)) sometimes('a price was refused because of its version')
  const applied = answers.filter((answer) => !(answer instanceof ShopProblem))
  if (applied.length > 1) broken(`7: two prices of ${id} were applied over version ${product.version}`)
  if (applied.length === 1) sometimes('of two prices over one version, one was applied')
}

async function setStock(scene: Scene, actor: Actor) {
  await editSeen(scene, actor, ({ chances }) => ({ stock: chances.whole(0, 12) }), 'a stock')
}

/** `reason` differs from that of every other adjustment, so that one that is made twice is noticed (changes.ts). */
const postAdjustment = (
  { attempt, client }: Actor,
  id: string,
  delta: number,
  reason: string,
  header: object,
) =>
  attempt(`adjusts ${id} by ${delta} under ${reason}`, () =>
    dataOf(
      client.products.POST('/products/{id}/stock_adjustments', {
        params: { path: { id }, header },
        body: { delta, reason } as never,
      }),
    ),
  )

/** Nothing repeats such a request, so it is applied once at most. */
async function adjustWithoutKey(scene: Scene, actor: Actor) {
  const { chances } = actor
  const reason = `count-${chances.whole(0, 2 ** 40)}`
  const answer = await postAdjustment(actor, chances.one(scene.productIds), chances.one([-1, 2]), reason, {})
  if (!(answer instanceof ShopProblem)) scene.history.sometimes('a stock was adjusted without a key')
}

/** Sometimes twice at once, under one key: applied once. */
async function adjustStock(scene: Scene, actor: Actor) {
  const { chances } = actor
  const id = chances.one(scene.productIds)
  const key = `adjustment-${chances.whole(0, 2 ** 40)}`
  const delta = chances.one([-2, 3, 5])
  const adjust = (by = delta) => postAdjustment(actor, id, by, key, { 'idempotency-key': key })
  const answers = await Promise.all(chances.happens(0.4) ? [adjust(), adjust()] : [adjust()])
  const movements = answers.filter((answer) => !(answer instanceof ShopProblem)) as { version: number }[]
  if (new Set(movements.map(({ version }) => version)).size > 1)
    scene.history.broken(`4: one key adjusted product ${id} twice`)
  if (movements.length === 2) scene.history.sometimes('two requests at once made one adjustment')
  if (movements.length === 0 || chances.happens(0.5)) return
  const other = await adjust(delta + 1)
  if (!(other instanceof ShopProblem))
    scene.history.broken(`4: another adjustment under ${key} was not refused`)
  else if (other.code === 'idempotency_key_reused')
    scene.history.sometimes('a key was used for another adjustment')
}

/** The last product of a history, sometimes. */
async function removeProduct(scene: Scene, actor: Actor) {
  if (!actor.chances.happens(0.4)) return
  const id = scene.productIds.at(-1)!
  await actor.attempt(`removes ${id}`, () =>
    dataOf(actor.client.products.DELETE('/products/{id}', { params: { path: { id } } })),
  )
}

/** The second admin is demoted; at the end it must have no power (level.ts). */
async function changeRole(scene: Scene, actor: Actor) {
  const other = scene.admins[1]
  if (!other || actor.account.id !== scene.admins[0]!.id || !actor.chances.happens(0.3)) return
  const role = actor.chances.one(['customer', 'admin'] as const)
  const answer = await actor.attempt(`makes ${other.username} ${role}`, () =>
    dataOf(actor.client.auth.PUT('/users/{id}/role', { params: { path: { id: other.id } }, body: { role } })),
  )
  if (!(answer instanceof ShopProblem)) scene.history.sometimes(`an account became ${role}`)
}
