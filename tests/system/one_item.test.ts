/**
 * The consistency test of the Delft student benchmark (delftdata/wdm-project-benchmark): one item of which 100 are in stock, and
 * 1,000 users who check out at once. Exactly 100 are sold, by the logs of the clients and by the stores, while processes are
 * killed. Its users pay with a credit each; here the credit is the one attempt to buy.
 *
 * The 1,000 accounts are real, but share a password that is hashed once (tests/cluster/accounts.ts). Each client sends its
 * request, with its key, until it has a final answer, and logs every answer and every missing one. The log of each client is
 * compared with the stores, and all together have to fit into one sequence with them (tests/history).
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { addAccounts } from '../cluster/accounts.ts'
import { readMongoRecords } from '../cluster/mongo_records.ts'
import { createRecorder, type Recorder } from '../history/recorder.ts'
import { answerOrNothing, orderOf } from './buyer.ts'
import { call, expectStatus } from './calls.ts'
import type { StoreRecords } from './invariants.ts'
import type { ServiceName, ServiceProcess } from './processes.ts'
import { readRecords, settledRecords } from './store_records.ts'
import {
  type Account,
  createSuiteEnd,
  createWorld,
  newKey,
  type Product,
  signIn,
  storePath,
  type TestEnd,
  UNSETTLED,
  type World,
} from './world.ts'

type Size = { readonly users: number; readonly units: number; readonly pauseMs: number }
const FULL: Size = { users: 1_000, units: 100, pauseMs: 200 }
/** The wire-compatible server reads every document for most queries: with 1,000 clients it answers none in time. */
const SMALL: Size = { users: 100, units: 10, pauseMs: 500 }
/** A process is killed when this share of the clients has its final answer. */
const KILLS_AT = [0.05, 0.25, 0.45, 0.65]
/** Far longer than a sale takes on a busy machine. */
const PATIENCE_MS = 400_000
const TEST_MS = 540_000

suite(`one item, ${FULL.units} units, ${FULL.users} users at once (invariants 1 to 8)`, {
  timeout: TEST_MS,
}, () => {
  test('SQLite: two processes of product_service and two of order_service share the files', async (t) => {
    const { world, recorder } = await createRecorded(t, readRecords)
    const products = await world.addProcess('product_service')
    const orders = await world.addProcess('order_service', { PRODUCT_URL: products.url })
    const DATABASE_URL = `sqlite:${storePath(world.dataDir, 'auth_service')}`
    await sellOut(t, world, {
      ...{ size: FULL, recorder },
      ...{ authStore: { DATA_DIR: world.dataDir, DATABASE_URL }, orders: [world.orders, orders] },
      victims: [world.products, world.orders, products, orders],
      read: () => readRecords(world.dataDir),
    })
  })
})

mongoSuite('one item, on MongoDB (invariants 1 to 8)', (server) => {
  const size = server.honest ? FULL : SMALL
  // The wire-compatible server does not isolate overlapping transactions: there one process decides about stock.
  test('two processes of order_service share the store', { timeout: TEST_MS }, async (t) => {
    // On a server of one's own other tests run at the same time.
    const databases = {
      auth_service: server.newDatabase(),
      product_service: server.newDatabase(),
      notification_service: server.newDatabase(),
      payment_service: server.newDatabase(),
      order_service: server.newDatabase(),
    }
    const urlOf = (service: ServiceName) => server.url(databases[service])
    const names = { products: databases.product_service, orders: databases.order_service }
    const read = () => readMongoRecords(server.url(), names)
    const { world, recorder } = await createRecorded(t, read, urlOf)
    const products = server.honest
      ? [world.products, await world.addProcess('product_service')]
      : [world.products]
    const orders = [
      world.orders,
      await world.addProcess('order_service', { PRODUCT_URL: products.at(-1)!.url }),
    ]
    await sellOut(t, world, {
      ...{ size, recorder, authStore: { DATA_DIR: world.dataDir, DATABASE_URL: urlOf('auth_service') } },
      orders,
      victims: [orders[0]!, products.at(-1)!, orders[1]!, products[0]!],
      read,
    })
  })
})

/** A world whose requests are recorded. */
async function createRecorded(
  t: TestEnd,
  read: (dataDir: string) => StoreRecords | Promise<StoreRecords>,
  databaseUrlOf?: (service: ServiceName) => string,
): Promise<{ world: World; recorder: Recorder }> {
  const end = createSuiteEnd()
  t.after(() => end.end())
  const recorder = createRecorder('one_item')
  const world = await createWorld(end, {}, recorder.call, databaseUrlOf)
  end.after(() => recorder.end(() => read(world.dataDir)))
  return { world, recorder }
}

type Sale = {
  readonly size: Size
  readonly recorder: Recorder
  readonly authStore: { readonly DATA_DIR: string; readonly DATABASE_URL: string }
  readonly orders: readonly ServiceProcess[]
  /** Killed in this order, and started again. */
  readonly victims: readonly ServiceProcess[]
  readonly read: () => StoreRecords | Promise<StoreRecords>
}

type Entry = {
  readonly status: number | undefined
  readonly order: { id: string; status: string } | undefined
}
/** What one client saw: an entry for each time it sent its request. */
type ClientLog = { readonly user: Account; readonly key: string; readonly entries: Entry[] }

async function sellOut(
  t: { diagnostic(text: string): void },
  world: World,
  { size, recorder, authStore, orders, victims, read }: Sale,
): Promise<void> {
  const { accounts, password } = await addAccounts(authStore, size.users)
  await assertReal(world, accounts.at(-1)!, password)
  const product = await world.addProduct({ stock: size.units })
  const restarts: Promise<void>[] = []
  const running = new Map<ServiceProcess, Promise<void>>()
  const killsAt = KILLS_AT.map((share) => share * size.users)
  let answered = 0
  const logs = await Promise.all(
    accounts.map(async (user, i) => {
      const at = orders[i % orders.length]!
      const log = await buy(world, user, { product, at, pauseMs: size.pauseMs })
      answered++
      const victim = victims[killsAt.indexOf(answered)]
      if (victim) {
        // One that is a victim twice is killed when it runs again.
        const restart = (running.get(victim) ?? Promise.resolve())
          .then(() => victim.kill())
          .then(() => victim.start())
        running.set(victim, restart)
        restarts.push(restart)
      }
      return log
    }),
  )
  await Promise.all(restarts)
  assert.equal(restarts.length, victims.length)
  const records = await settledRecords(read)
  assertSold(records, product, size, logs)
  for (const { user, entries } of logs.filter((_, i) => i % 50 === 0)) {
    const { id, status } = entries.at(-1)!.order!
    assert.equal((await world.order(user, id)).status, status)
  }
  await recorder.check(records)
  const missing = logs.flatMap(({ entries }) => entries.filter(({ status }) => status === undefined)).length
  const later = logs.flatMap(({ entries }) =>
    entries.filter(({ status }) => status === 202 || status! >= 500),
  ).length
  // Otherwise the kills came too late to be noticed.
  assert.ok(missing + later > 0, 'No client noticed that a process was killed')
  t.diagnostic(`${missing} requests without an answer, and ${later} answers 202 or 5xx, were repeated`)
}

/** The account can log in with its password, and its token is accepted by auth_service. */
async function assertReal(
  { auth }: World,
  { id, username, token }: Account,
  password: string,
): Promise<void> {
  assert.equal((await signIn(auth.url, username, password)).id, id)
  assert.equal(expectStatus(await call<{ id: string }>('GET', `${auth.url}/me`, { token }), 200).id, id)
}

type Purchase = {
  readonly product: Product
  readonly at: ServiceProcess
  readonly pauseMs: number
}

/** Sends one request until its answer is final. */
async function buy(world: World, user: Account, { product, at, pauseMs }: Purchase): Promise<ClientLog> {
  const attempt = { lines: [{ product, quantity: 1 }], key: newKey(), at }
  const log: ClientLog = { user, key: attempt.key, entries: [] }
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(pauseMs)) {
    const answer = await answerOrNothing(world.place(user, attempt))
    const order = answer && orderOf(answer)
    log.entries.push({ status: answer?.status, order })
    if (order) {
      if (!UNSETTLED.includes(order.status)) return log
    } else if (answer && answer.body.retryable !== true) {
      throw new Error(`POST /orders answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    }
  }
  throw new Error(`No final answer for key ${attempt.key}: ${JSON.stringify(log.entries)}`)
}

/** Client by client, the logs and the stores say the same. */
function assertSold(
  { products, movements, orders }: StoreRecords,
  { id }: Product,
  { users, units }: Size,
  logs: readonly ClientLog[],
) {
  const ofUser = Map.groupBy(orders, ({ userId }) => userId)
  const ends = logs.map(({ user, key, entries }) => {
    const stored = ofUser.get(user.id) ?? []
    assert.deepEqual(
      stored.map((order) => order.key),
      [key],
      `The orders of ${user.username}`,
    )
    const seen = entries.flatMap(({ order }) => order ?? [])
    assert.deepEqual([...new Set(seen.map((order) => order.id))], [stored[0]!.id])
    assert.equal(seen.at(-1)!.status, stored[0]!.status)
    const { status, rejection } = seen.at(-1) as { status: string; rejection?: { reason: string } }
    return rejection?.reason ?? status
  })
  const count = (end: string) => ends.filter((each) => each === end).length
  assert.equal(count('confirmed'), units)
  assert.equal(count('insufficient_stock'), users - units)
  assert.equal(orders.length, users)
  const [item] = products.filter((each) => each.id === id)
  assert.deepEqual({ stock: item!.stock, reserved: item!.reserved }, { stock: 0, reserved: units })
  const sold = movements.filter(({ productId, orderId }) => productId === id && orderId !== null)
  assert.deepEqual([...new Set(sold.map(({ delta }) => delta))], [-1])
  assert.equal(new Set(sold.map(({ orderId }) => orderId)).size, units)
}
