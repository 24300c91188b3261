/**
 * What makes a store that has records in every state: each order status, also with a call still owed; each status of a
 * reservation, with a release that came before its reservation; each reason of a movement; sessions that were ended and
 * refreshed, changed passwords and roles, failed logins, and two signing keys.
 */
import { randomBytes } from 'node:crypto'
import { call, expectStatus } from '../system/calls.ts'
import { until } from '../system/until.ts'
import {
  type Account,
  type Line,
  newKey,
  type Order,
  type Product,
  place,
  priceOf,
  SETTLE_MS,
  signIn,
} from '../system/world.ts'
import type { Shop } from './shop.ts'

export type Person = { readonly id: string; readonly username: string; readonly password: string }

export type WrittenOrder = {
  readonly id: string
  readonly owner: 'ada' | 'ben'
  readonly key: string
  readonly lines: readonly Line[]
  readonly total: string
  /** As it is in the store, and as it is once it has settled. */
  readonly status: string
  readonly settled: string
}

export type Written = {
  readonly admin: { readonly username: string; readonly password: string }
  readonly people: Readonly<Record<'ada' | 'ben', Person>>
  /** Of ada: one that can be refreshed, and one that was logged out. */
  readonly sessions: { readonly valid: string; readonly ended: string }
  /** Of ben, before he changed it. */
  readonly formerPassword: string
  readonly removedProduct: string
  readonly renamed: { readonly id: string; readonly word: string; readonly formerWord: string }
  readonly adjustment: {
    readonly productId: string
    readonly key: string
    readonly body: { readonly delta: number; readonly reason: string }
    readonly version: number
  }
  readonly orders: readonly WrittenOrder[]
  /** Were the movements of stock archived since? */
  readonly archived?: boolean
}

const newPassword = () => randomBytes(18).toString('base64url')

/** Starts the services, and leaves them stopped. `rotateKeys` creates a signing key. */
export async function writeEverything(
  shop: Shop,
  admin: Written['admin'],
  rotateKeys: () => Promise<unknown>,
): Promise<Written> {
  const { urls } = shop
  for (const service of ['auth_service', 'product_service', 'order_service'] as const)
    await shop.start(service)
  const { people, sessions, formerPassword, accounts, owner } = await writeAccounts(shop, admin, rotateKeys)
  const { token } = owner
  const add = async (name: string, stock: number): Promise<Product> => {
    const body = { name, description: 'Boils water', price: '19.99', stock }
    return expectStatus(await call<Product>('POST', `${urls.products}/products`, { token, body }), 201)
  }
  const change = (method: string, product: Product, body: Record<string, unknown>) =>
    call<Product>(method, `${urls.products}/products/${product.id}`, { token, body })
  const kettle = await add('Kettle', 100)
  const cup = await add('Teacup', 5)
  const gone = await add('Samovar', 20)
  expectStatus(await change('PATCH', cup, { name: 'Mug' }), 200)
  expectStatus(await change('PATCH', cup, { stock: 7 }), 200)
  const [body, key] = [{ delta: 10, reason: 'Found in the cellar' }, newKey()]
  const adjusted = expectStatus(
    await call<{ version: number }>('POST', `${urls.products}/products/${kettle.id}/stock_adjustments`, {
      ...{ token, body, key },
    }),
    201,
  )

  const orders: WrittenOrder[] = []
  const write = async (
    name: 'ada' | 'ben',
    settled: string,
    lines: readonly Line[],
    total = priceOf(lines),
    statuses: readonly string[] = [],
  ) => {
    const attempt = { lines, total, key: newKey() }
    const answer = await place(urls.orders, accounts[name], attempt)
    const id = String(answer.status === 409 ? (answer.body.order as Order).id : answer.body.id)
    for (const status of statuses) {
      const moved = await call('PUT', `${urls.orders}/orders/${id}`, { token, body: { status } })
      expectStatus(moved, 200, 202)
    }
    const order = { id, owner: name, settled, status: '', ...attempt }
    orders.push(order)
    return order
  }
  const kettles = (quantity: number) => [{ product: kettle, quantity }]
  const statusOf = async ({ id }: { id: string }) =>
    expectStatus(await call<Order>('GET', `${urls.orders}/orders/${id}`, { token }), 200).status
  const becomes = (order: WrittenOrder, status: string) =>
    until(`order ${order.id} is ${status}`, SETTLE_MS, async () => (await statusOf(order)) === status)

  await write('ada', 'confirmed', kettles(1))
  await write('ben', 'confirmed', [...kettles(2), { product: cup, quantity: 1 }])
  await write('ada', 'confirmed', [{ product: gone, quantity: 3 }])
  await write('ben', 'shipped', kettles(3), undefined, ['shipped'])
  await write('ada', 'delivered', kettles(4), undefined, ['shipped', 'delivered'])
  await becomes(await write('ben', 'cancelled', kettles(5), undefined, ['cancelled']), 'cancelled')
  await write('ada', 'rejected', [{ product: cup, quantity: 50 }])
  await write('ben', 'rejected', kettles(1), '1.00')
  expectStatus(await call('DELETE', `${urls.products}/products/${gone.id}`, { token }), 204)

  // Its release comes before its reservation.
  await shop.services.product_service.stop()
  const early = await write('ada', 'cancelled', kettles(6), undefined, ['cancelled'])
  await shop.start('product_service')
  await becomes(early, 'cancelled')

  const later = await write('ben', 'shipped', kettles(7))
  const back = await write('ada', 'cancelled', kettles(8))
  await shop.services.product_service.stop()
  for (const [order, status] of [
    [later, 'shipped'],
    [back, 'cancelled'],
  ] as const) {
    const moved = await call('PUT', `${urls.orders}/orders/${order.id}`, { token, body: { status } })
    expectStatus(moved, 200, 202)
  }
  await write('ben', 'confirmed', kettles(9))
  await write('ada', 'rejected', [{ product: cup, quantity: 60 }])
  await write('ben', 'cancelled', kettles(10), undefined, ['cancelled'])

  const written: WrittenOrder[] = []
  for (const order of orders) written.push({ ...order, status: await statusOf(order) })
  await shop.stop()
  return {
    ...{ admin, people, sessions, formerPassword },
    removedProduct: gone.id,
    renamed: { id: cup.id, word: 'mug', formerWord: 'teacup' },
    adjustment: { productId: kettle.id, key, body, version: adjusted.version },
    orders: written,
  }
}

type Tokens = { readonly access_token: string; readonly refresh_token: string }

async function writeAccounts({ urls }: Shop, admin: Written['admin'], rotateKeys: () => Promise<unknown>) {
  const owner = await signIn(urls.auth, admin.username, admin.password)
  const register = async (username: string): Promise<Person> => {
    const body = { username, password: newPassword() }
    const { id } = expectStatus(await call<{ id: string }>('POST', `${urls.auth}/register`, { body }), 201)
    return { ...body, id }
  }
  const logIn = async ({ username, password }: Omit<Person, 'id'>) =>
    expectStatus(await call<Tokens>('POST', `${urls.auth}/login`, { body: { username, password } }), 200)
  const ada = await register('ada')
  const first = await register('ben')
  const packer = await register('packer')
  const [before, ended] = [await logIn(ada), await logIn(ada)]
  const end = { refresh_token: ended.refresh_token }
  expectStatus(await call('POST', `${urls.auth}/logout`, { body: end }), 204)
  await rotateKeys()
  const renewal = { refresh_token: before.refresh_token }
  const valid = expectStatus(await call<Tokens>('POST', `${urls.auth}/token`, { body: renewal }), 200)
  const ben = { ...first, password: newPassword() }
  const { access_token: token } = await logIn(first)
  const passwords = { current_password: first.password, new_password: ben.password }
  expectStatus(await call('PUT', `${urls.auth}/me/password`, { token, body: passwords }), 200, 204)
  const role = { token: owner.token, body: { role: 'admin' } }
  expectStatus(await call('PUT', `${urls.auth}/users/${packer.id}/role`, role), 200)
  for (const username of ['packer', 'no_such_account']) {
    expectStatus(await call('POST', `${urls.auth}/login`, { body: { username, password: 'wrong' } }), 401)
  }
  const accounts: Readonly<Record<'ada' | 'ben', Account>> = {
    ada: await signIn(urls.auth, ada.username, ada.password),
    ben: await signIn(urls.auth, ben.username, ben.password),
  }
  const sessions = { valid: valid.refresh_token, ended: ended.refresh_token }
  return { owner, accounts, people: { ada, ben }, sessions, formerPassword: first.password }
}
