/**
 * The whole shop under SIGKILL: each service is killed repeatedly while buyers, admins and new users continue, and
 * repeat each unanswered request with the same key. Afterwards the stores must be consistent (invariants 1 to 8) and
 * agree with every answer.
 *
 * A failure prints its seed, which repeats the carts, times and pauses, but not the interleaving.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { REPLAY_WINDOW_MS } from '../../auth_service/src/domain/sessions.ts'
import { answerOrNothing, buy } from './buyer.ts'
import { type Answer, call, expectStatus, type Json } from './calls.ts'
import type { ServiceProcess } from './processes.ts'
import { createRecordedWorld } from './recorded_world.ts'
import { byChance, type Chance, until } from './until.ts'
import { type Account, newKey, type Product, signIn, type World } from './world.ts'

const KILLS_EACH = 11
const BUYERS = 10
/** The number of carts that one buyer orders at the same time. */
const CARTS = 3
const PRODUCTS = 4
const STOCK = 60
const RESTOCK_UNITS = 3
const MORE_THAN_THERE_IS = 10_000
/** Longer than all kills and the settling afterwards, also on a busy machine. */
const PATIENCE_MS = 540_000
const TEST_MS = 570_000

suite('crashes (invariants 1 to 8)', { timeout: TEST_MS }, () => {
  test(`${3 * KILLS_EACH} kills while all buyers and admins continue`, (t) =>
    byChance(async (chance) => {
      const world = await createRecordedWorld(t, 'crashes')
      const buyers = await world.buyers(BUYERS)
      const products = await Promise.all(
        Array.from({ length: PRODUCTS }, (_, i) => world.addProduct({ stock: STOCK, price: `${i + 1}.99` })),
      )
      const restocked = new Map<string, number>()
      const newcomers: Newcomer[] = []
      const over = new AbortController()

      const people = [
        ...buyers
          .flatMap((buyer) => Array.from({ length: CARTS }, () => buyer))
          .map((buyer) => shopping({ world, buyer, products, chance: chance.fork(), over })),
        restocking(world, products, restocked, chance.fork(), over),
        ...[0, 1].map((i) => comingBack(world, `newcomer_${i}`, newcomers, over)),
      ]
      const allPeople = Promise.all(people)
      // A failure of a buyer must end the test at once, not after the last kill.
      allPeople.catch(() => over.abort())
      const kills = await Promise.all(
        [world.auth, world.products, world.orders].map((victim) => killing(victim, chance.fork(), over)),
      ).finally(() => over.abort())
      await allPeople
      assert.deepEqual(kills, [KILLS_EACH, KILLS_EACH, KILLS_EACH])

      const records = await world.check()
      t.diagnostic(`${records.orders.length} orders, seed ${chance.seed}`)

      // A run with little load would prove nothing.
      for (const status of ['confirmed', 'rejected', 'cancelled']) {
        assert.ok(
          records.orders.some((order) => order.status === status),
          `No order ended ${status}`,
        )
      }
      for (const [productId, units] of restocked) {
        const added = records.movements.filter(
          ({ orderId, delta, ...movement }) =>
            orderId === null && movement.productId === productId && delta > 0,
        )
        assert.equal(
          added.reduce((sum, { delta }) => sum + delta, 0),
          STOCK + units,
          `Restocking ${productId} was applied once each time`,
        )
      }
      for (const { username, password, refreshToken } of newcomers) {
        assert.equal((await signIn(world.auth.url, username, password)).username, username)
        expectStatus(await post(world.auth, '/token', { refresh_token: refreshToken }), 200)
      }
    }))
})

/** Kills the service KILLS_EACH times, at random times and for random durations. */
async function killing(victim: ServiceProcess, chance: Chance, over: AbortController): Promise<number> {
  let kills = 0
  while (kills < KILLS_EACH && !over.signal.aborted) {
    await sleep(chance.between(100, 900))
    await victim.kill()
    kills++
    await sleep(chance.between(0, 400))
    await victim.start()
  }
  return kills
}

type Shopping = {
  readonly world: World
  readonly buyer: Account
  readonly products: readonly Product[]
  readonly chance: Chance
  readonly over: AbortController
}

/** Buys one cart after the other; some orders are cancelled, some shipped. */
async function shopping({ world, buyer, products, chance, over }: Shopping): Promise<void> {
  while (!over.signal.aborted) {
    const first = chance.pick(products)
    const second = chance.pick(products)
    const greedy = chance.between(0, 6) === 0
    const lines = [{ product: first, quantity: greedy ? MORE_THAN_THERE_IS : chance.between(1, 4) }]
    if (second !== first) lines.push({ product: second, quantity: 1 })
    const attempt = { lines, key: newKey() }
    const order = await buy(world, buyer, attempt, PATIENCE_MS)
    if (order.status === 'confirmed' && chance.between(0, 3) === 0) {
      const mover = chance.between(0, 2) === 0 ? buyer : world.admin
      await move(world, mover, order.id, mover === buyer ? 'cancelled' : 'shipped')
    }
    await sleep(chance.between(0, 150))
  }
}

/** Requests a status until it is answered. A repetition may find it done already: then the order has it. */
async function move(world: World, mover: Account, id: string, status: string): Promise<void> {
  await until(`order ${id} becomes ${status}`, PATIENCE_MS, async () => {
    const answer = await answerOrNothing(world.move(mover, id, { status }))
    if (!answer || answer.body.retryable === true) return false
    expectStatus(answer, 200, 202, 409)
    return true
  })
}

/** An admin who adds units, with one key, until it is answered; counts the answered adjustments. */
async function restocking(
  world: World,
  products: readonly Product[],
  restocked: Map<string, number>,
  chance: Chance,
  over: AbortController,
): Promise<void> {
  while (!over.signal.aborted) {
    const { id } = chance.pick(products)
    const key = newKey()
    const url = `${world.products.url}/products/${id}/stock_adjustments`
    const body = { delta: RESTOCK_UNITS, reason: 'delivery' }
    await until(`product ${id} is restocked`, PATIENCE_MS, async () => {
      const answer = await answerOrNothing(world.call('POST', url, { token: world.admin.token, key, body }))
      if (!answer || answer.body.retryable === true) return false
      expectStatus(answer, 200, 201)
      return true
    })
    restocked.set(id, (restocked.get(id) ?? 0) + RESTOCK_UNITS)
    await sleep(chance.between(200, 500))
  }
}

type Newcomer = { readonly username: string; readonly password: string; readonly refreshToken: string }

/** Registers, signs in, and then refreshes the session repeatedly; repeats unanswered requests. */
async function comingBack(
  world: World,
  username: string,
  newcomers: Newcomer[],
  over: AbortController,
): Promise<void> {
  const password = `${newKey()} is long`
  const patientAnswer = (path: string, body: Json) =>
    until(`${path} is answered`, PATIENCE_MS, async () => {
      const found = await answerOrNothing(post(world.auth, path, body))
      return found !== undefined && found.body.retryable !== true && found
    })
  const patiently = async (path: string, body: Json, ...statuses: number[]) =>
    expectStatus(await patientAnswer(path, body), ...statuses)
  // 409: an earlier attempt was applied, and its answer lost.
  await patiently('/register', { username, password }, 201, 409)
  const logIn = () => patiently('/login', { username, password }, 200)
  let { refresh_token: refreshToken } = await logIn()
  while (!over.signal.aborted) {
    const askedAt = performance.now()
    const token = { refresh_token: String(refreshToken) }
    const late = () => performance.now() - askedAt > REPLAY_WINDOW_MS
    const answer = await patientAnswer('/token', token)
    // A service that starts slowly may come back when the lost answer can't be had again.
    const next = answer.status === 401 && late() ? await logIn() : expectStatus(answer, 200)
    refreshToken = next.refresh_token
    await sleep(100)
  }
  newcomers.push({ username, password, refreshToken: String(refreshToken) })
}

const post = (process: ServiceProcess, path: string, body: Json): Promise<Answer> =>
  call('POST', `${process.url}${path}`, { body })
