/** Lists of orders: of one buyer, and of everyone. */
import { dataOf } from '@shop/client/shop_client'
import { ORDER_STATUSES } from '@shop/order_service/domain/order'
import { EPOCH } from '../core/machine.ts'
import type { Actor, Scene } from './clients.ts'
import { checkList, PAGE_SIZES, readList, SMALL_SIZES } from './lists.ts'
import type { SeenOrder } from './witness.ts'

/** No simulated order is paid, and the release before does not know the statuses of those. */
const STATUSES = ORDER_STATUSES.filter((status) => status !== 'awaiting_payment' && status !== 'capturing')

/** Of one buyer. */
export async function listOrders(scene: Scene, actor: Actor) {
  const { account, client, chances } = actor
  const { books, history } = scene
  const least = new Map(books.orders().map(({ id, version }) => [id, version]))
  const what = `the orders of ${account.username}`
  const path = { user_id: account.id }
  const orders = await readList<SeenOrder>(
    scene,
    actor,
    what,
    chances.one(PAGE_SIZES),
    (query) => dataOf(client.orders.GET('/orders/user/{user_id}', { params: { path, query } })),
    ({ id }) => id,
  )
  if (!orders) return
  for (const order of orders) {
    checkOrder(scene, account.id, order, least)
    history.sometimes(`an order was answered as ${order.status}`)
  }
  const listed = orders.map(({ id }) => id)
  const expected = [...least.keys()].filter((id) => books.order(id)?.userId === account.id)
  checkList(scene, { what, listed, expected, newestFirst: false })
  checkAges(scene, what, listed)
}

function checkOrder(
  { history, witness }: Scene,
  userId: string,
  order: SeenOrder,
  least: ReadonlyMap<string, number>,
) {
  witness.sawOrder(userId, undefined, order)
  if (order.version < (least.get(order.id) ?? 0))
    history.broken(`7: a list showed ${order.id} at version ${order.version} after ${least.get(order.id)}`)
}

/**
 * The stores sort the orders of one buyer by their ids, or as they were added. One that was stored before another was begun is
 * older in both ways, if clocks are right.
 */
function checkAges({ books, history }: Scene, what: string, listed: readonly string[]) {
  const { faults } = history
  if (faults.probability('a clock is wrong') + faults.probability('a clock jumps') > 0 || faults.hasEnded())
    return
  let newest = { id: '', begun: Number.NEGATIVE_INFINITY }
  for (const id of [...listed].reverse()) {
    if (books.storedAt(id) < newest.begun)
      history.broken(`${what} are not newest first: ${newest.id} comes after ${id}`)
    const begun = begunAt(id)
    if (begun > newest.begun) newest = { id, begun }
  }
}

/** By its id, a UUIDv7: the time of the clock that made it. */
const begunAt = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16) - EPOCH

/** Of everyone, for an admin: all, or those of one status. */
export async function listAllOrders(scene: Scene, actor: Actor) {
  const { books, history } = scene
  const { chances, client } = actor
  const status = chances.happens(0.5) ? undefined : chances.one(STATUSES)
  const before = new Map(books.orders().map((order) => [order.id, order]))
  const what = status === undefined ? 'all orders' : `the orders that are ${status}`
  const filter = status === undefined ? {} : { status }
  const orders = await readList<SeenOrder>(
    scene,
    actor,
    what,
    chances.one(SMALL_SIZES),
    (query) => dataOf(client.orders.GET('/orders', { params: { query: { ...query, ...filter } } })),
    ({ id }) => id,
  )
  if (!orders) return
  const least = new Map([...before].map(([id, { version }]) => [id, version]))
  for (const order of orders) {
    checkOrder(scene, order.user_id, order, least)
    if (status !== undefined && order.status !== status)
      history.broken(`${what} have ${order.id}, which is ${order.status}`)
  }
  // No status comes twice, so one that is the same as before was the same meanwhile.
  const expected = [...before.values()].filter(
    (order) => status === undefined || (order.status === status && books.order(order.id)?.status === status),
  )
  const ids = { listed: orders.map(({ id }) => id), expected: expected.map(({ id }) => id) }
  checkList(scene, { what, ...ids, newestFirst: true })
  if (orders.length > 1) history.sometimes('an admin listed all orders')
}
