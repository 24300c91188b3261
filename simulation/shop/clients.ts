/**
 * Buyers and admins: programs that use the client of the shop, each from a machine of its own, and do what people do, also what
 * they should not.
 */

import { ShopProblem } from '@shop/client/problem'
import { createShopClient, dataOf, type ShopClient } from '@shop/client/shop_client'
import type { Chances } from '../core/chances.ts'
import type { History } from '../core/history.ts'
import type { BookCheck } from './books.ts'
import { fetchOver } from './calls.ts'
import type { Cart } from './cart.ts'
import { EVENT_STREAM } from './network.ts'
import type { Account } from './opening.ts'
import type { Recording } from './recording.ts'
import type { Shop, ShopFault } from './shop.ts'
import type { SeenOrder, Witness } from './witness.ts'

export type Product = {
  readonly id: string
  readonly version: number
  readonly price: string
  readonly stock: number
}

/** What all clients of a history share. */
export type Scene = {
  readonly history: History<ShopFault>
  readonly shop: Shop
  readonly books: BookCheck
  readonly witness: Witness
  readonly recording: Recording
  readonly productIds: readonly string[]
  /** Orders that were answered, with their owners, for those who look at others' orders, and for the admins. */
  readonly placed: { readonly orderId: string; readonly userId: string }[]
  readonly admins: readonly Account[]
  readonly buyers: readonly Account[]
}

export type Step = (scene: Scene, actor: Actor) => Promise<void>

export type Actor = {
  readonly name: string
  readonly account: Account
  readonly chances: Chances
  readonly client: ShopClient
  /** Other buyers have the same keys: a key belongs to its user. */
  newKey(): string
  /** What it asked for, also what it got no answer to. */
  readonly purchases: { readonly cart: Cart; readonly key: string }[]
  /** Runs `work`, and resolves its problem instead of failing with it. An error that is no problem of the shop ends the history. */
  attempt<T>(what: string, work: () => Promise<T>): Promise<T | ShopProblem>
}

/** An attempt of the client; its calls have deadlines of their own. */
const TIMEOUT_MS = 4_000
const RETRY = { attempts: 4, waitMs: 200, waitMaxMs: 2_000 }

export function createActor({ history, shop, recording }: Scene, name: string, account: Account): Actor {
  const { world, sometimes } = history
  const chances = world.chances(name)
  let keys = 0
  const watched =
    (send: (request: Request) => Promise<Response>) =>
    async (request: Request): Promise<Response> => {
      const response = await send(request)
      if (response.headers.get('content-type')?.startsWith(EVENT_STREAM))
        sometimes('an order was followed by its event stream')
      return response
    }
  const client = createShopClient({
    authUrl: 'http://auth_service',
    productUrl: 'http://storefront/api',
    // Some programs call the service itself.
    orderUrl: chances.happens(0.7) ? 'http://storefront/api' : 'http://order_service',
    fetch: watched(
      fetchOver(shop.network, shop.names, name, (addresses) => chances.one(addresses), recording),
    ),
    retry: RETRY,
    timeoutMs: TIMEOUT_MS,
    now: () => Date.now(),
  })
  return {
    name,
    account,
    chances,
    client,
    newKey: () => `key-${++keys}`,
    purchases: [],
    async attempt(what, work) {
      world.note(name, what)
      try {
        const result = await work()
        world.note(name, `${what}: ${spelled(result)}`)
        return result
      } catch (error) {
        if (!(error instanceof ShopProblem)) throw error
        world.note(name, `${what}: ${error.code}`)
        if (NEVER.includes(error.code))
          history.broken(`a client was answered ${error.code}: ${error.message}`)
        if (error.code === 'timed_out') sometimes('a client gave up waiting')
        return error
      }
    },
  }
}

/** A fault of a service, or of the simulation. */
const NEVER: readonly string[] = ['internal_error', 'unexpected_answer', 'validation_failed', 'bad_request']

const spelled = (result: unknown): string => {
  const { id, status, version } = (result ?? {}) as Partial<SeenOrder>
  return id === undefined ? 'done' : `${id} ${status ?? ''} v${version ?? ''}`
}

/** Tries again until it works or the history is over. */
export async function signIn(actor: Actor, isOver: () => boolean, sleep: (ms: number) => Promise<void>) {
  const { username, password } = actor.account
  for (;;) {
    const user = await actor.attempt('signs in', () => actor.client.signIn({ username, password }))
    if (!(user instanceof ShopProblem) || isOver()) return
    await sleep(500)
  }
}

export const readProduct = async (
  { witness }: Scene,
  { client }: Pick<Actor, 'client'>,
  id: string,
): Promise<Product> => {
  const check = witness.readOfProduct(id)
  const product = await dataOf(client.products.GET('/products/{id}', { params: { path: { id } } }))
  check(product!)
  return product as unknown as Product
}

export const readOrder = async (
  { witness }: Scene,
  { client }: Pick<Actor, 'client'>,
  id: string,
): Promise<SeenOrder> => {
  const check = witness.readOfOrder(id)
  const order = (await dataOf(client.orders.GET('/orders/{id}', { params: { path: { id } } }))) as SeenOrder
  check(order)
  return order
}
