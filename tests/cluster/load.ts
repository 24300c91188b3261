/**
 * Simulated buyers, who put load on a shop that runs elsewhere: each buys cart after cart with a key of its own, and
 * repeats, with the same key, each request that got no answer in time. The repetitions are counted by phase. The
 * answers are collected, to be compared with the stores.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { answerOrNothing, orderOf, recordSeen } from '../system/buyer.ts'
import { type Call, call as callOnce, expectStatus, NoAnswer } from '../system/calls.ts'
import type { SeenOrder } from '../system/invariants.ts'
import type { Chance } from '../system/until.ts'
import { type Account, newKey, type Order, type Product, place, signIn, signUp } from '../system/world.ts'
import { createPhaseCounts, type PhaseCounts } from './phase_counts.ts'

/** How long a buyer waits for an answer. */
export const IN_TIME_MS = 5_000
/** Between a missing or retryable answer and the next attempt. */
const PAUSE_MS = 1_000
/** After this time a buyer gives up, and the run has failed. */
const PATIENCE_MS = 120_000
const QUANTITY_MAX = 4
const MORE_THAN_THERE_IS = 10_000

/** Where the services are reached. */
export type Addresses = { readonly auth: string; readonly products: string; readonly orders: string }

export type Load = {
  readonly admin: Account
  readonly buyers: readonly Account[]
  readonly seenOrders: readonly SeenOrder[]
  readonly counts: PhaseCounts
  /** Rejects with the error of the first buyer who fails; never resolves before `stop`. */
  readonly failed: Promise<unknown>
  /** Resolves when every buyer has the answer to its last request; rejects with the error of the first who failed. */
  stop(): Promise<void>
}

export type LoadOptions = {
  readonly addresses: Addresses
  readonly admin: { readonly username: string; readonly password: string }
  readonly size: number
  readonly products: number
  readonly stock: number
  readonly chance: Chance
  /** The longest pause of a buyer between two carts. */
  readonly pauseMs: number
  /** By default requests are not recorded. */
  readonly call?: Call
}

/** Creates the accounts and the products, and starts the buyers. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { addresses, size, chance, call = callOnce } = options
  const admin = await signIn(addresses.auth, options.admin.username, options.admin.password)
  const buyers = await signUp(addresses.auth, size)
  const products = await Promise.all(
    Array.from({ length: options.products }, (_, i) => addProduct(call, addresses, admin, i, options.stock)),
  )
  const seenOrders: SeenOrder[] = []
  const counts = createPhaseCounts()
  const over = new AbortController()
  const allBuyers = Promise.all(
    buyers.map((buyer) => {
      const mine = chance.fork()
      const pause = () => sleep(mine.between(0, options.pauseMs))
      return shopping({
        call,
        addresses,
        buyer,
        products,
        seenOrders,
        counts,
        chance: mine,
        over: over.signal,
        pause,
      })
    }),
  )
  // The first failure stops the others; `stop` reports it.
  allBuyers.catch(() => over.abort())
  return {
    admin,
    buyers,
    seenOrders,
    counts,
    failed: allBuyers,
    async stop() {
      over.abort()
      await allBuyers
    },
  }
}

async function addProduct(call: Call, { products }: Addresses, { token }: Account, i: number, stock: number) {
  const body = { name: `Kettle ${i}`, description: 'Boils water', price: `${i + 1}.99`, stock }
  return expectStatus(await call<Product>('POST', `${products}/products`, { token, body }), 201)
}

type Visit = {
  readonly call: Call
  readonly addresses: Addresses
  readonly buyer: Account
  readonly products: readonly Product[]
  readonly seenOrders: SeenOrder[]
  readonly counts: PhaseCounts
  readonly chance: Chance
  readonly over: AbortSignal
  pause(): Promise<unknown>
}

async function shopping(visit: Visit): Promise<void> {
  const { call, addresses, products, counts, chance, over, pause } = visit
  while (!over.aborted) {
    const product = chance.pick(products)
    const count = counts.start()
    const shown = await answerOrNothing(
      call('GET', `${addresses.products}/products/${product.id}`, { deadlineMs: IN_TIME_MS }),
    )
    count.read(shown?.status === 200)
    const order = await buy(visit, product)
    const found = await answerOrNothing(
      call<Order>('GET', `${addresses.orders}/orders/${order.id}`, {
        token: visit.buyer.token,
        deadlineMs: IN_TIME_MS,
      }),
    )
    count.read(found?.status === 200)
    // An order that was answered can be read ever after (invariant 3).
    if (found?.status === 404) throw new Error(`Order ${order.id} was answered and is not found`)
    await pause()
  }
}

/** Sends one attempt until it is answered: made, accepted for later, or refused for good. */
async function buy(
  { call, addresses, buyer, seenOrders, counts, chance }: Visit,
  product: Product,
): Promise<Order> {
  const greedy = chance.between(0, 12) === 0
  const quantity = greedy ? MORE_THAN_THERE_IS : chance.between(1, QUANTITY_MAX)
  const attempt = { lines: [{ product, quantity }], key: newKey() }
  const count = counts.start()
  const faults: string[] = []
  for (let attempts = 1; performance.now() - count.startedAt < PATIENCE_MS; attempts++) {
    const answer = await place(addresses.orders, buyer, attempt, { call, deadlineMs: IN_TIME_MS }).catch(
      (error: unknown) => {
        if (error instanceof NoAnswer) return error
        throw error
      },
    )
    if (!(answer instanceof NoAnswer)) {
      const order = orderOf(answer)
      if (order) {
        recordSeen(seenOrders, buyer, attempt, order)
        count.answered(attempts, order.status, faults)
        return order
      }
      if (answer.status < 500 && answer.body.retryable !== true) {
        throw new Error(`POST /orders answered ${answer.status}: ${JSON.stringify(answer.body)}`)
      }
      faults.push(`${answer.status} ${answer.body.code ?? ''}`)
    } else {
      faults.push(String((answer.cause as Error).cause ?? answer.cause))
    }
    await sleep(PAUSE_MS)
  }
  throw new Error(`No answer for key ${attempt.key}: ${faults.join('; ')}`)
}
