/**
 * Buyers who never stop, at the doors of a shop that runs elsewhere: each buys cart after cart with a key of its
 * own, and sends again, with the same key, whatever got no answer in time. How often that was needed is counted by
 * phase; what they were told is kept, to be held against the stores.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { answerOrNothing, orderOf, tell } from '../system/buyer.ts'
import { call, expectStatus, NoAnswer } from '../system/calls.ts'
import type { Told } from '../system/invariants.ts'
import type { Chance } from '../system/until.ts'
import { type Account, newKey, type Order, type Product, place, signIn, signUp } from '../system/world.ts'
import { createTally, type Tally } from './tally.ts'

/** What a buyer waits for an answer. */
export const IN_TIME_MS = 5_000
/** Between an answer that did not come, or asked to come again, and the next try. */
const PAUSE_MS = 1_000
/** When a buyer gives up; then the run has failed. */
const PATIENCE_MS = 120_000
const QUANTITY_MAX = 4
const MORE_THAN_THERE_IS = 10_000

/** Where the services are reached. */
export type Doors = { readonly auth: string; readonly products: string; readonly orders: string }

export type Crowd = {
  readonly admin: Account
  readonly buyers: readonly Account[]
  readonly told: readonly Told[]
  readonly tally: Tally
  /** Rejects with the first who failed; never resolves before `leave`. */
  readonly failed: Promise<unknown>
  /** Ends when everybody has the answer to the last thing they asked; fails with the first who failed. */
  leave(): Promise<void>
}

export type CrowdOptions = {
  readonly doors: Doors
  readonly admin: { readonly username: string; readonly password: string }
  readonly size: number
  readonly products: number
  readonly stock: number
  readonly chance: Chance
  /** Pause of a buyer between two carts, at most. */
  readonly pauseMs: number
}

/** Opens the shop (accounts, a catalogue) and lets the buyers in. */
export async function gatherCrowd(options: CrowdOptions): Promise<Crowd> {
  const { doors, size, chance } = options
  const admin = await signIn(doors.auth, options.admin.username, options.admin.password)
  const buyers = await signUp(doors.auth, size)
  const products = await Promise.all(
    Array.from({ length: options.products }, (_, i) => addProduct(doors, admin, i, options.stock)),
  )
  const told: Told[] = []
  const tally = createTally()
  const over = new AbortController()
  const everybody = Promise.all(
    buyers.map((buyer) => {
      const mine = chance.fork()
      const pause = () => sleep(mine.between(0, options.pauseMs))
      return shopping({ doors, buyer, products, told, tally, chance: mine, over: over.signal, pause })
    }),
  )
  // The first who fails ends the visit; `leave` tells.
  everybody.catch(() => over.abort())
  return {
    admin,
    buyers,
    told,
    tally,
    failed: everybody,
    async leave() {
      over.abort()
      await everybody
    },
  }
}

async function addProduct({ products }: Doors, { token }: Account, i: number, stock: number) {
  const body = { name: `Kettle ${i}`, description: 'Boils water', price: `${i + 1}.99`, stock }
  return expectStatus(await call<Product>('POST', `${products}/products`, { token, body }), 201)
}

type Visit = {
  readonly doors: Doors
  readonly buyer: Account
  readonly products: readonly Product[]
  readonly told: Told[]
  readonly tally: Tally
  readonly chance: Chance
  readonly over: AbortSignal
  pause(): Promise<unknown>
}

async function shopping(visit: Visit): Promise<void> {
  const { doors, products, tally, chance, over, pause } = visit
  while (!over.aborted) {
    const product = chance.pick(products)
    const count = tally.start()
    const shown = await answerOrNothing(
      call('GET', `${doors.products}/products/${product.id}`, { deadlineMs: IN_TIME_MS }),
    )
    count.read(shown?.status === 200)
    const order = await buy(visit, product)
    const found = await answerOrNothing(
      call<Order>('GET', `${doors.orders}/orders/${order.id}`, {
        token: visit.buyer.token,
        deadlineMs: IN_TIME_MS,
      }),
    )
    count.read(found?.status === 200)
    // An order that was answered can be read ever after (invariant 3).
    if (found?.status === 404) throw new Error(`Order ${order.id} was told and is not found`)
    await pause()
  }
}

/** Sends one attempt until it is answered: made, accepted for later, or refused for good. */
async function buy({ doors, buyer, told, tally, chance }: Visit, product: Product): Promise<Order> {
  const greedy = chance.between(0, 12) === 0
  const quantity = greedy ? MORE_THAN_THERE_IS : chance.between(1, QUANTITY_MAX)
  const attempt = { lines: [{ product, quantity }], key: newKey() }
  const count = tally.start()
  const faults: string[] = []
  for (let tries = 1; performance.now() - count.startedAt < PATIENCE_MS; tries++) {
    const answer = await place(doors.orders, buyer, attempt, IN_TIME_MS).catch((error: unknown) => {
      if (error instanceof NoAnswer) return error
      throw error
    })
    if (!(answer instanceof NoAnswer)) {
      const order = orderOf(answer)
      if (order) {
        tell(told, buyer, attempt, order)
        count.answered(tries, order.status, faults)
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
