/**
 * Lists, page by page, while others change what they list.
 *
 * A list has everything that was there when its first page was asked for, nothing twice, and in its order. What was added or
 * changed since may be in it or not.
 */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import { ORDER_STATUSES } from '@shop/order_service/domain/order'
import { EPOCH } from '../core/machine.ts'
import type { Entry } from './changes.ts'
import type { Actor, Product, Scene } from './clients.ts'
import type { SeenOrder } from './witness.ts'

const PAGE_SIZES = [1, 1, 2, 24]
/** A filter can list a few of many: larger pages. */
const SMALL_SIZES = [2, 5, 24]

type Query = { readonly limit: number; readonly cursor?: string }
type Page<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null } | undefined
type GetPage = (query: Query) => Promise<unknown>

/** All items of a list, or undefined if a page was not answered. `idOf` tells them apart. */
async function readList<Item>(
  { history }: Scene,
  actor: Actor,
  what: string,
  limit: number,
  get: GetPage,
  idOf: (item: Item) => string | number,
): Promise<readonly Item[] | undefined> {
  const listed = new Map<string | number, Item>()
  for (let cursor: string | null | undefined, page = 1; cursor !== null; page++) {
    const answer = await actor.attempt(`lists ${what}`, () =>
      get(cursor === undefined ? { limit } : { limit, cursor: cursor! }),
    )
    if (answer instanceof ShopProblem) return undefined
    const { items, next_cursor } = answer as NonNullable<Page<Item>>
    if (items.length > limit)
      history.broken(`a page of ${what} has ${items.length} items, more than ${limit}`)
    for (const item of items) {
      if (listed.has(idOf(item))) history.broken(`3: the pages of ${what} showed ${idOf(item)} twice`)
      listed.set(idOf(item), item)
    }
    if (page > 1) history.sometimes('a list had a second page')
    cursor = next_cursor
  }
  return [...listed.values()]
}

type Checked = {
  readonly what: string
  readonly listed: readonly (string | number)[]
  /** Those that must be in it. */
  readonly expected: readonly (string | number)[]
  /** By its id, or its version. */
  readonly newestFirst: boolean
}

function checkList({ history }: Scene, { what, listed, expected, newestFirst }: Checked) {
  const known = new Set(listed)
  const missing = expected.find((id) => !known.has(id))
  if (missing !== undefined) history.broken(`3: ${what} are without ${missing}`)
  const wrong = newestFirst ? listed.findIndex((id, at) => at > 0 && id > listed[at - 1]!) : -1
  if (wrong >= 0)
    history.broken(`${what} are not newest first: ${listed[wrong]} comes after ${listed[wrong - 1]}`)
}

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
  const status = chances.happens(0.5) ? undefined : chances.one(ORDER_STATUSES)
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

const LOGS = ['accounts', 'products', 'orders'] as const

/** All of one service, or by a filter. */
export async function readAuditLog(scene: Scene, actor: Actor) {
  const { books, history } = scene
  const { chances, client, account } = actor
  const log = chances.one(LOGS)
  const before = books.changes().entries[log]
  const one = before.length > 0 ? chances.one(before) : undefined
  const [filter, fits] = chances.one<readonly [object, (entry: Entry) => boolean]>([
    [{}, () => true],
    [{ by: account.id }, ({ by }) => by === account.id],
    ...(one === undefined
      ? []
      : [
          [{ subject: one.subjectId }, ({ subjectId }: Entry) => subjectId === one.subjectId] as const,
          [{ action: one.action }, ({ action }: Entry) => action === one.action] as const,
        ]),
  ])
  const get: GetPage = (query) => {
    const params = { params: { query: { ...query, ...filter } as never } }
    if (log === 'accounts') return dataOf(client.auth.GET('/audit/accounts', params))
    if (log === 'products') return dataOf(client.products.GET('/audit/products', params))
    return dataOf(client.orders.GET('/audit/orders', params))
  }
  type Shown = Pick<Entry, 'id' | 'by' | 'action'> & { readonly subject: { readonly id: string } }
  const what = `the changes of ${log}`
  const shown = await readList<Shown>(scene, actor, what, chances.one(SMALL_SIZES), get, ({ id }) => id)
  if (!shown) return
  const stored = new Map(books.changes().entries[log].map((entry) => [entry.id, entry]))
  for (const { id, by, action, subject } of shown) {
    const entry = stored.get(id)
    const isSame = entry?.by === by && entry.action === action && entry.subjectId === subject.id
    if (!isSame || !fits(entry)) history.broken(`10: ${what} showed ${action} of ${subject.id} by ${by}`)
  }
  const ids = { listed: shown.map(({ id }) => id), expected: before.filter(fits).map(({ id }) => id) }
  checkList(scene, { what, ...ids, newestFirst: true })
  if (shown.length > 0) history.sometimes(`an admin read the changes of ${log}`)
}

export async function listAccounts(scene: Scene, actor: Actor) {
  const expected = scene.books.changes().accounts.map(({ id }) => id)
  const users = await readList<{ readonly id: string }>(
    scene,
    actor,
    'the accounts',
    actor.chances.one(SMALL_SIZES),
    (query) => dataOf(actor.client.auth.GET('/users', { params: { query } })),
    ({ id }) => id,
  )
  if (!users) return
  checkList(scene, { what: 'the accounts', listed: users.map(({ id }) => id), expected, newestFirst: true })
  scene.history.sometimes('an admin listed the accounts')
}

/** The ledger of a product. */
export async function listMovements(scene: Scene, actor: Actor) {
  const id = actor.chances.one(scene.productIds)
  const movementsOf = () => scene.books.changes().movements.filter(({ productId }) => productId === id)
  const before = movementsOf()
  type Shown = { readonly version: number; readonly delta: number; readonly stock_after: number }
  const what = `the movements of product ${id}`
  const shown = await readList<Shown>(
    scene,
    actor,
    what,
    actor.chances.one(SMALL_SIZES),
    (query) =>
      dataOf(
        actor.client.products.GET('/products/{id}/stock_movements', { params: { path: { id }, query } }),
      ),
    ({ version }) => version,
  )
  if (!shown) return
  const stored = new Map(movementsOf().map((each) => [each.version, each]))
  for (const { version, delta, stock_after } of shown) {
    const movement = stored.get(version)
    if (movement?.delta !== delta || movement.stockAfter !== stock_after)
      scene.history.broken(`2: ${what} showed ${delta} at version ${version}, which the store has not`)
  }
  const versions = {
    listed: shown.map(({ version }) => version),
    expected: before.map(({ version }) => version),
  }
  checkList(scene, { what, ...versions, newestFirst: true })
  scene.history.sometimes('an admin read the ledger of a product')
}

/** The catalogue: what is for sale, and nothing that was removed before. */
export async function browse(scene: Scene, actor: Actor) {
  const { books, history } = scene
  const { chances, client } = actor
  const sort = chances.one(['newest', 'price', '-price'] as const)
  const removedIn = () =>
    new Set(books.changes().products.flatMap(({ id, removed }) => (removed ? [id] : [])))
  const removed = removedIn()
  const least = new Map(scene.productIds.map((id) => [id, books.productVersion(id)]))
  // Prices change between two pages, so that one product can be on both, or on none.
  const limit = sort === 'newest' ? chances.one(PAGE_SIZES) : 24
  const what = `the catalogue by ${sort}`
  const shown = await readList<Product>(
    scene,
    actor,
    what,
    limit,
    (query) => dataOf(client.products.GET('/products', { params: { query: { ...query, sort } } })),
    ({ id }) => id,
  )
  if (!shown) return
  for (const { id, version } of shown) {
    if (removed.has(id)) history.broken(`${what} has product ${id}, which was removed before`)
    if (version < (least.get(id) ?? 0))
      history.broken(`7: ${what} showed product ${id} at version ${version} after ${least.get(id)}`)
  }
  const gone = removedIn()
  const listed = shown.map(({ id }) => id)
  checkList(scene, {
    what,
    listed,
    expected: scene.productIds.filter((id) => !gone.has(id)),
    newestFirst: false,
  })
  if (sort !== 'newest') {
    const prices = shown.map(({ price }) => Number(price) * (sort === 'price' ? 1 : -1))
    if (prices.some((price, at) => at > 0 && price < prices[at - 1]!))
      history.broken(`${what} is not in the order of prices`)
  }
  if (removed.size > 0) history.sometimes('a removed product was not in the catalogue')
}
