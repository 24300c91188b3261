/** What an admin does, step by step. */

import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { listAccounts, listMovements, readAuditLog } from './admin_lists.ts'
import {
  adjustStock,
  adjustWithoutKey,
  changePrice,
  changePriceTwiceAtOnce,
  removeProduct,
  setStock,
} from './admin_products.ts'
import { type Actor, readOrder, type Scene, type Step } from './clients.ts'
import { listAllOrders } from './order_lists.ts'
import type { SeenOrder } from './witness.ts'

export const ADMIN_STEPS: readonly Step[] = [
  ship,
  ship,
  ship,
  moveSeen,
  moveSeen,
  shipAndCancelAtOnce,
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

/** Often the newest one: so several admins move the same order at once. */
const oneOf = <Order>(orders: readonly Order[], { chances }: Actor): Order =>
  chances.happens(0.4) ? orders.at(-1)! : chances.one(orders)

const move =
  (status: 'shipped' | 'delivered', from: string): Step =>
  async (scene, actor) => {
    const orders = scene.books.orders().filter((order) => order.status === from)
    if (orders.length === 0) return
    const { id, userId } = oneOf(orders, actor)
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
  const { id, userId } = oneOf(orders, actor)
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

/** One of the two at most is done. */
async function shipAndCancelAtOnce(scene: Scene, actor: Actor) {
  const orders = scene.books.orders().filter(({ status }) => status === 'confirmed')
  if (orders.length === 0) return
  const { id, userId } = actor.chances.one(orders)
  const answers = await Promise.all(
    (['shipped', 'cancelled'] as const).map((status) =>
      actor.attempt(`${status}: ${id}, with another at once`, () => putOrder(actor, id, { status })),
    ),
  )
  const done = answers.filter((answer) => !(answer instanceof ShopProblem)) as unknown as SeenOrder[]
  for (const order of done) scene.witness.sawOrder(userId, undefined, order)
  if (done.length > 1) scene.history.broken(`7: order ${id} was shipped and cancelled`)
  if (done.length === 1) scene.history.sometimes('of a shipment and a cancellation at once, one was done')
}

/** The second admin is demoted; at the end it must have no power (level.ts). */
async function changeRole(scene: Scene, actor: Actor) {
  const other = scene.admins[1]
  if (!other || actor.account.id !== scene.admins[0]!.id || !actor.chances.happens(0.9)) return
  const role = actor.chances.one(['customer', 'admin'] as const)
  const answer = await actor.attempt(`makes ${other.username} ${role}`, () =>
    dataOf(actor.client.auth.PUT('/users/{id}/role', { params: { path: { id: other.id } }, body: { role } })),
  )
  if (!(answer instanceof ShopProblem)) scene.history.sometimes(`an account became ${role}`)
}
