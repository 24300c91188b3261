/**
 * The log of events and a receiver of webhooks, while orders are made, and products added and edited, every process that takes part is
 * killed, those that publish and those that receive, the receiver fails, and some of its answers are lost:
 *
 *  E1. Each version of an order is in the log, once, and the versions of an order are in their order. Of a product and of its stock the
 *      log has the latest version; those before may be left out, and none comes after a later one.
 *  E2. A reader of the feed that asks for what came after its position misses nothing and reads nothing twice.
 *  W1. Each event of the log reaches the receiver, perhaps more than once, under one id.
 *  W2. The receiver gets an event of an order only after it has accepted those before.
 *
 * EVENTS=100000 node --test tests/system/events.test.ts takes its time; by default there are a few.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, expectStatus, NoAnswer, type Request } from './calls.ts'
import { killInTurn } from './kill_in_turn.ts'
import { createServiceProcess, freePort, type ServiceProcess } from './processes.ts'
import { readRecords, settledRecords } from './store_records.ts'
import { byChance, type Chance, until } from './until.ts'
import { type Account, createWorld, newKey, storePath, type TestEnd, type World } from './world.ts'

const EVENTS = Number(process.env.EVENTS ?? 300)
const CLIENTS = 8
const UNITS = 100_000_000
const PRICE = '19.99'
const KILL_EVERY_MS = 1_000
const ANSWER_MS = 120_000
/** What a killed process had claimed is sent again after a minute, and what failed twice after five. */
const DELIVERED_MS = 400_000 + EVENTS * 20
const TEST_MS = 2 * DELIVERED_MS
const PAGE = 100
/** Before one of so many orders the product is edited, and another is added. */
const EDITS_EVERY = 4
/** In a hundred of the events that arrive for the first time. */
const [FAILS, BREAKS] = [3, 3]

type FeedEvent = { readonly id: string; readonly aggregate: string; readonly sequence: number }
const isOfOrder = (aggregate: string) => aggregate.startsWith('order:')
type Received = { readonly id: string; readonly subject: string; readonly sequence: string }

suite('events of orders (E1, E2, W1, W2)', { timeout: TEST_MS }, () => {
  test('each event is in the log once, in the order of its order, and reaches a receiver', (t) =>
    byChance(async (chance) => {
      const shop = await open(t)
      const { world, logs } = shop
      const receiver = await startReceiver(t, chance.fork())
      const { token } = world.admin
      const endpoint = { token, body: { url: receiver.url } }
      expectStatus(await call('POST', `${logs[0]!.url}/endpoints`, endpoint), 201)
      const buyers = await world.buyers(CLIENTS)
      const product = await world.addProduct({ stock: UNITS, price: PRICE })

      let enough = false
      let over = false
      let kills = 0
      const killing = killInTurn(
        { victims: shop.victims, everyMs: KILL_EVERY_MS, chance: chance.fork() },
        () => enough,
        () => kills++,
      )
      const reading = follow(shop, () => over)
      let made = 0
      try {
        const work = async (buyer: Account, own: Chance) => {
          while (made < EVENTS || kills < shop.victims.length) {
            const events = await live(shop, buyer, product.id, own)
            made += events
          }
          enough = true
        }
        await Promise.all(buyers.map((buyer) => work(buyer, chance.fork())))
      } finally {
        enough = true
        await killing
        over = true
      }

      const { orders, products } = await until('all is settled and in the stock', ANSWER_MS, async () => {
        const records = await settledRecords(() => readRecords(world.dataDir))
        const statusOf = new Map(records.orders.map(({ id, status }) => [id, status]))
        const isDone = records.reservations.every(
          ({ status, orderId }) => status !== 'held' || statusOf.get(orderId) === 'confirmed',
        )
        return isDone && records
      })
      const versions = new Map(orders.map(({ id, version }) => [`order:${id}`, version]))
      const total = [...versions.values()].reduce((sum, version) => sum + version, 0)
      assert.ok(total >= made, 'no accepted order was lost')
      const newest = new Map([
        ...versions,
        ...products.flatMap(({ id, version, editVersion }): [string, number][] => [
          [`product:${id}`, editVersion],
          [`stock:${id}`, version],
        ]),
      ])
      assert.ok(newest.get(`product:${product.id}`)! > 1, 'the product was edited')
      const feed = await reading(newest)
      assert.equal(new Set(feed.map(({ id }) => id)).size, feed.length, 'E2: nothing is read twice')
      const last = new Map<string, number>()
      for (const { aggregate, sequence } of feed) {
        const before = last.get(aggregate) ?? 0
        assert.ok(isOfOrder(aggregate) ? sequence === before + 1 : sequence > before, `E1: ${aggregate}`)
        last.set(aggregate, sequence)
      }
      assert.deepEqual(
        new Map([...last].toSorted()),
        new Map([...newest].toSorted()),
        'E1: the latest of each',
      )

      await until('every event was accepted', DELIVERED_MS, () => receiver.accepted.size >= feed.length)
      assert.deepEqual(receiver.wrong, [], 'W2')
      assert.deepEqual([...receiver.accepted].sort(), feed.map(({ id }) => id).sort(), 'W1')
      t.diagnostic(
        `${feed.length} events, ${total} of ${orders.length} orders, ${products.length} products, ${receiver.calls()} calls, ${kills} kills, seed ${chance.seed}`,
      )
    }))
})

type Shop = {
  readonly world: World
  readonly logs: readonly ServiceProcess[]
  readonly orders: readonly ServiceProcess[]
  readonly victims: readonly ServiceProcess[]
}

/** Two replicas of order_service, and two of notification_service. */
async function open(t: TestEnd): Promise<Shop> {
  const port = await freePort()
  const SERVICE_SECRET = randomBytes(32).toString('hex')
  const world = await createWorld(t, {
    ...{ SERVICE_SECRET, ACCESS_TOKEN_TTL: '3600', NOTIFICATION_URL: `http://127.0.0.1:${port}` },
    WEBHOOK_ALLOW_PRIVATE: 'true',
  })
  const first = createServiceProcess('notification_service', port, {
    ...{ SERVICE_SECRET, DATA_DIR: world.dataDir, LOG_LEVEL: 'warn', AUTH_URL: world.auth.url },
    DATABASE_URL: `sqlite:${storePath(world.dataDir, 'notification_service')}`,
    WEBHOOK_ALLOW_PRIVATE: 'true',
  })
  t.after(() => first.kill())
  await first.start()
  const logs = [first, await world.addProcess('notification_service')]
  const orders = [world.orders, await world.addProcess('order_service')]
  return { world, logs, orders, victims: [...logs, ...orders, world.products] }
}

async function startReceiver(t: TestEnd, chance: Chance) {
  const met = new Set<string>()
  const accepted = new Set<string>()
  const wrong: string[] = []
  const lastOf = new Map<string, number>()
  let calls = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { id, subject, sequence } = JSON.parse(Buffer.concat(chunks).toString()) as Received
    calls += 1
    if (request.headers['webhook-id'] !== id) wrong.push(`${id} came as ${request.headers['webhook-id']}`)
    const number = Number(sequence)
    const before = lastOf.get(subject) ?? 0
    const isNew = !met.has(id)
    if (isOfOrder(subject) ? number > before + 1 : isNew && number < before)
      wrong.push(`${id} came after ${before}`)
    met.add(id)
    const luck = isNew ? chance.between(0, 100) : 100
    if (luck < FAILS) return void response.writeHead(500).end()
    accepted.add(id)
    lastOf.set(subject, Math.max(before, number))
    // The answer is lost: the same event comes again.
    if (luck < FAILS + BREAKS) return void request.socket.destroy()
    response.writeHead(204).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/events`, accepted, wrong, calls: () => calls }
}

/** Reads the feed from its beginning, at whichever replica answers. The answer reads on, until it has the newest version of each aggregate. */
function follow({ logs, world }: Shop, isOver: () => boolean) {
  const { token } = world.admin
  const read: FeedEvent[] = []
  let after = 0
  const step = async () => {
    const path = `/events?after=${after}&limit=${PAGE}`
    const { events, next_after } = (await ask(logs, 'GET', path, { token })) as unknown as {
      events: FeedEvent[]
      next_after: number
    }
    read.push(...events)
    after = next_after
    return events.length
  }
  const meanwhile = (async () => {
    while (!isOver()) if ((await step()) < PAGE) await sleep(200)
  })()
  meanwhile.catch(() => undefined)
  return async (newest: ReadonlyMap<string, number>) => {
    await meanwhile
    await until('the log has the latest of everything', DELIVERED_MS, async () => {
      if ((await step()) > 0) return false
      const last = new Map(read.map(({ aggregate, sequence }) => [aggregate, sequence]))
      return [...newest].every(([aggregate, version]) => last.get(aggregate) === version)
    })
    return read
  }
}

/** At one after the other, until there is an answer that is none of an outage. */
async function ask(replicas: readonly ServiceProcess[], method: string, path: string, request: Request) {
  let turn = 0
  return until(`${method} ${path}`, ANSWER_MS, async () => {
    const { url } = replicas[turn++ % replicas.length]!
    try {
      const { status, body } = await call(method, `${url}${path}`, request)
      if (status < 300) return body
      assert.ok(
        (body as { retryable?: boolean }).retryable || status >= 500,
        `${status} ${JSON.stringify(body)}`,
      )
      return undefined
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return undefined
    }
  })
}

/** One order from its placing to its end. Resolves how many events it has at least. */
async function live({ world, orders }: Shop, buyer: Account, productId: string, chance: Chance) {
  const { token } = buyer
  if (chance.between(0, EDITS_EVERY) === 0) {
    const edited = { token: world.admin.token, body: { description: `Boils ${newKey()}` } }
    await ask([world.products], 'PATCH', `/products/${productId}`, edited)
    // It never changes again, so no later event stands for one that was lost.
    const added = { token: world.admin.token, body: { ...edited.body, name: 'Cup', price: PRICE, stock: 1 } }
    await ask([world.products], 'POST', '/products', added)
  }
  const body = { product_id: productId, quantity: 1, total_price: PRICE }
  const { id } = await ask(orders, 'POST', '/orders', { token, body, key: newKey() })
  const status = async () => (await ask(orders, 'GET', `/orders/${id}`, { token })).status
  await until(`${id} is confirmed`, ANSWER_MS, async () => (await status()) === 'confirmed')
  const end = chance.pick(['kept', 'shipped', 'cancelled'])
  if (end === 'kept') return 2
  const by = end === 'shipped' ? world.admin.token : token
  await ask(orders, 'PUT', `/orders/${id}`, { token: by, body: { status: end } })
  return 3
}
