/** A shop that goes on with the stores that the scenario wrote: all is read, and orders of each status go on. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { FirstService } from '../../scripts/services.ts'
import { recordSeen } from '../system/buyer.ts'
import { call, expectStatus } from '../system/calls.ts'
import { assertConsistent, type SeenOrder, type StoreRecords } from '../system/invariants.ts'
import type { Environment } from '../system/processes.ts'
import { settledRecords } from '../system/store_records.ts'
import { until } from '../system/until.ts'
import {
  type Account,
  type Order,
  type Product,
  place,
  SETTLE_MS,
  signIn,
  UNSETTLED,
} from '../system/world.ts'
import { readManifest } from './release.ts'
import type { Written, WrittenOrder } from './scenario.ts'
import { createShop, type Shop } from './shop.ts'

/** Lifetime of the session in the stores (shop.ts). */
const SESSION_MS = 365 * 24 * 60 * 60 * 1000
const SERVICES = ['auth_service', 'product_service', 'order_service'] as const

export async function openedShop(
  t: TestContext,
  place: Environment,
  { admin }: Written,
  main?: (service: FirstService) => string,
): Promise<Shop> {
  const shop = await createShop(place, admin, main)
  t.after(() => shop.kill())
  for (const service of SERVICES) await shop.start(service)
  return shop
}

/** All of it is read by the services `main`, or by this release's; orders of each status go on. */
export async function goesOn(
  t: TestContext,
  place: Environment,
  written: Written,
  readStores: () => StoreRecords | Promise<StoreRecords>,
  main?: (service: FirstService) => string,
) {
  const shop = await openedShop(t, place, written, main)
  const people = await readAccounts(shop, written)
  await readCatalogue(shop, written, people.admin)
  const seen: SeenOrder[] = []
  for (const order of written.orders) {
    const reader = people[order.owner]
    const settled = await settledOrder(shop, reader, order)
    assert.equal(settled.status, order.settled, `order ${order.id}, which was ${order.status}`)
    await isReplayed(shop, reader, order)
    recordSeen(seen, reader, order, settled)
  }
  await movesOn(shop, people.admin, written.orders)
  if (main === undefined) await areNumbered(shop, people.admin, written.orders)
  const records = await settledRecords(readStores)
  await shop.stop()
  assertConsistent(records, seen)
}

async function readAccounts({ urls }: Shop, { admin, people, sessions, formerPassword }: Written) {
  const tokens = (refresh_token: string) => call('POST', `${urls.auth}/token`, { body: { refresh_token } })
  assert.equal((await tokens(sessions.ended)).status, 401)
  const age = Date.now() - Date.parse(readManifest().archives.sqlite.keptAt)
  if (age < SESSION_MS) assert.equal((await tokens(sessions.valid)).status, 200)
  const former = { username: people.ben.username, password: formerPassword }
  assert.equal((await call('POST', `${urls.auth}/login`, { body: former })).status, 401)
  const owner = await signIn(urls.auth, admin.username, admin.password)
  const { items } = expectStatus(
    await call<{ items: { username: string; role: string }[] }>('GET', `${urls.auth}/users`, {
      token: owner.token,
    }),
    200,
  )
  assert.deepEqual(
    items.map(({ username, role }) => [username, role]),
    [
      ['packer', 'admin'],
      ['ben', 'customer'],
      ['ada', 'customer'],
      ['admin', 'admin'],
    ],
  )
  return {
    admin: owner,
    ada: await signIn(urls.auth, people.ada.username, people.ada.password),
    ben: await signIn(urls.auth, people.ben.username, people.ben.password),
  }
}

async function readCatalogue({ urls }: Shop, written: Written, { token }: Account) {
  const { removedProduct, renamed, adjustment } = written
  const urlOf = (id: string) => `${urls.products}/products/${id}`
  const found = async (word: string) => {
    const answer = await call<{ items: Product[] }>('GET', `${urls.products}/products?q=${word}`)
    return expectStatus(answer, 200).items.map(({ id }) => id)
  }
  assert.deepEqual(await found(renamed.word), [renamed.id])
  assert.deepEqual(await found(renamed.formerWord), [])
  assert.equal((await call('GET', urlOf(removedProduct))).status, 404)
  const { productId, key, body, version } = adjustment
  const ledger = await call<{ items: object[] }>('GET', `${urlOf(productId)}/stock_movements`, { token })
  assert.ok(expectStatus(ledger, 200).items.length > 0)
  // An archived adjustment would be made again.
  if (written.archived) return
  const again = await call('POST', `${urlOf(productId)}/stock_adjustments`, { token, key, body })
  assert.equal(expectStatus(again, 201).version, version)
}

const orderOf = async ({ urls }: Shop, { token }: Account, { id }: { id: string }) =>
  expectStatus(await call<Order>('GET', `${urls.orders}/orders/${id}`, { token }), 200)

const settledOrder = (shop: Shop, reader: Account, written: WrittenOrder) =>
  until(`order ${written.id} is settled`, SETTLE_MS, async () => {
    const order = await orderOf(shop, reader, written)
    return !UNSETTLED.includes(order.status) && order
  })

async function isReplayed({ urls }: Shop, buyer: Account, order: WrittenOrder) {
  const { status, headers, body } = await place(urls.orders, buyer, order)
  const replayed = (status === 409 ? body.order : body) as Order
  assert.equal(replayed.id, order.id, JSON.stringify(body))
  if (status !== 409) assert.equal(headers.get('idempotent-replayed'), 'true')
}

/** One confirmed order is shipped and delivered, another cancelled; the shipped ones are delivered. */
async function movesOn(shop: Shop, admin: Account, orders: readonly WrittenOrder[]) {
  const move = async (order: WrittenOrder, status: string) => {
    const { token } = admin
    const asked = { token, body: { status } }
    expectStatus(await call('PUT', `${shop.urls.orders}/orders/${order.id}`, asked), 200, 202)
    assert.equal((await settledOrder(shop, admin, order)).status, status)
  }
  const [ship, cancel] = orders.filter(({ settled }) => settled === 'confirmed')
  await move(ship!, 'shipped')
  await move(ship!, 'delivered')
  await move(cancel!, 'cancelled')
  for (const order of orders) if (order.settled === 'shipped') await move(order, 'delivered')
}

/** N1 and N2 (order_service/src/domain/order_numbers.ts): orders of the previous release get theirs. */
async function areNumbered(shop: Shop, admin: Account, orders: readonly WrittenOrder[]) {
  const numbers = await until('each order has a number', SETTLE_MS, async () => {
    const found = await Promise.all(orders.map((order) => orderOf(shop, admin, order)))
    return found.every(({ number }) => number !== undefined) && found.map(({ number }) => number)
  })
  assert.equal(new Set(numbers).size, orders.length)
}
