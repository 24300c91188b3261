/** What a customer and an admin do once in each state of a cluster, beside the buyers of the load. */
import { randomBytes } from 'node:crypto'
import type { Addresses } from '../cluster/load.ts'
import { answerOrNothing } from '../system/buyer.ts'
import { type Answer, type Call, expectStatus, type Json, type Request } from '../system/calls.ts'
import { until } from '../system/until.ts'
import { type Account, newKey, type Order, type Product, place, SETTLE_MS } from '../system/world.ts'

/** Before an errand is repeated. */
const PAUSE_MS = 250

type Tokens = { readonly access_token: string; readonly refresh_token: string }
type Movement = { readonly version: number }

/** `isolates`: are transactions of the store isolated from other writes? If not, none is made beside the load. */
export async function createErrands(
  { auth, products, orders }: Addresses,
  { token }: Account,
  isolates: boolean,
  call: Call,
) {
  const answered = <T = Json>(method: string, url: string, request: Request = {}) =>
    patiently(() => call<T>(method, url, request))
  const customer = { username: `regular_${randomBytes(4).toString('hex')}`, password: newKey() }
  const { id } = expectStatus(await call<Account>('POST', `${auth}/register`, { body: customer }), 201)
  const logIn = async (): Promise<Tokens> =>
    expectStatus(await answered<Tokens>('POST', `${auth}/login`, { body: customer }), 200)
  let session = await logIn()
  const fields = { name: 'Tea', description: 'Green', price: '2.50', stock: 1_000 }
  const product = expectStatus(
    await call<Product>('POST', `${products}/products`, { token, body: fields }),
    201,
  )
  /** Of the time before: a key with its order. */
  const bought: { key: string; id: string }[] = []
  let adjusted: { key: string; version: number } | undefined

  const buy = (buyer: Account, key: string) =>
    place(orders, buyer, { lines: [{ product, quantity: 1 }], key, total: '2.50' }, { call })
  const order = async (orderId: string) =>
    expectStatus(await answered<Order>('GET', `${orders}/orders/${orderId}`, { token }), 200)
  const move = async (orderId: string, status: string) => {
    expectStatus(await answered('PUT', `${orders}/orders/${orderId}`, { token, body: { status } }), 200, 202)
    await until(
      `order ${orderId} is ${status}`,
      SETTLE_MS,
      async () => (await order(orderId)).status === status,
    )
  }
  const adjust = async (key: string) => {
    const [url, body] = [
      `${products}/products/${product.id}/stock_adjustments`,
      { delta: 1, reason: 'Found' },
    ]
    return expectStatus(await answered<Movement>('POST', url, { token, key, body }), 201).version
  }

  /** A session that was begun or refreshed in the state before is refreshed, and another one begun. */
  async function useSessions() {
    const body = { refresh_token: session.refresh_token }
    session = expectStatus(await answered<Tokens>('POST', `${auth}/token`, { body }), 200)
    const other = await logIn()
    expectStatus(await answered('GET', `${auth}/me`, { token: other.access_token }), 200)
    const users = expectStatus(
      await answered<{ items: Json[] }>('GET', `${auth}/users?limit=100`, { token }),
      200,
    )
    if (!users.items.some((user) => user.id === id)) throw new Error('The list of accounts lacks one.')
  }

  /** A key of the state before is sent again, and what was confirmed then is shipped now. */
  async function useOrders() {
    const buyer = { id, username: customer.username, token: session.access_token }
    const former = bought.at(-1)
    if (former) {
      const again = expectStatus(await patiently(() => buy(buyer, former.key)), 200, 201)
      if (again.id !== former.id) throw new Error(`Key ${former.key} made the order ${again.id} as well.`)
      if (isolates) await move(former.id, 'shipped')
      if (isolates) await move(former.id, 'delivered')
    }
    const make = async () => {
      const key = newKey()
      const made = expectStatus(await patiently(() => buy(buyer, key)), 201, 202)
      await until(
        `${made.id} is confirmed`,
        SETTLE_MS,
        async () => (await order(made.id)).status === 'confirmed',
      )
      return { key, id: made.id }
    }
    const [cancelled, kept] = await Promise.all([make(), make()])
    if (isolates) await move(cancelled.id, 'cancelled')
    bought.push(kept)
  }

  /** An adjustment of the state before is sent again, and an edit is found. */
  async function useCatalogue() {
    if (adjusted && (await adjust(adjusted.key)) !== adjusted.version) {
      throw new Error('An adjustment that was sent again was made twice.')
    }
    const key = newKey()
    adjusted = { key, version: await adjust(key) }
    const word = `blend${adjusted.version}`
    const edit = { token, body: { description: word } }
    expectStatus(await answered('PATCH', `${products}/products/${product.id}`, edit), 200)
    await until(`the search finds ${word}`, SETTLE_MS, async () => {
      const found = await answered<{ items: Product[] }>('GET', `${products}/products?q=${word}`)
      return expectStatus(found, 200).items.length === 1
    })
    const ledger = `${products}/products/${product.id}/stock_movements?limit=100`
    expectStatus(await answered('GET', ledger, { token }), 200)
  }

  return {
    /** Fails if one of them is answered in another way than by one release alone. */
    run: () => Promise.all([useSessions(), useOrders(), ...(isolates ? [useCatalogue()] : [])]),
  }
}

/** Repeats what was not answered, or may be repeated: a service with one replica is away while that is replaced. */
const patiently = <T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> =>
  until(
    'an errand is answered',
    SETTLE_MS,
    async () => {
      const answer = await answerOrNothing(ask())
      return answer && answer.status < 500 && answer.status !== 429 && answer
    },
    PAUSE_MS,
  )
