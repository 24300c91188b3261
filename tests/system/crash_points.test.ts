/**
 * The process dies exactly between two durable steps (the points of service_kit/src/runtime/crash_points.ts) and is
 * started again, to die at the next point. The order must settle without another request, take its stock once, and
 * still be found by its key.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, type TestContext, test } from 'node:test'
import { FORM, filePart, form, jpegOf } from '../../product_service/test/pictures.ts'
import { answerOrNothing } from './buyer.ts'
import { expectStatus } from './calls.ts'
import type { ServiceName } from './processes.ts'
import { createRecordedWorld, type RecordedWorld } from './recorded_world.ts'
import { readRecords } from './store_records.ts'
import { until } from './until.ts'
import {
  type Account,
  type Attempt,
  createSuiteEnd,
  newKey,
  type Order,
  SETTLE_MS,
  type TestEnd,
  type World,
} from './world.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const TEST_MS = 540_000
const STOCK = 100

/** The request during which the process dies, and the final status of the order. */
type Flow = 'place' | 'cancel' | 'ship'
const ENDS: Readonly<Record<Flow, string>> = { place: 'confirmed', cancel: 'cancelled', ship: 'shipped' }

/**
 * In this order, because the settler continues the orders of earlier crashes: it must not reach a later point, and die
 * there, before the flow of that point does.
 */
const FLOWS: Readonly<Partial<Record<ServiceName, Readonly<Record<string, Flow>>>>> = {
  order_service: {
    answer_recorded: 'place',
    answer_received: 'place',
    intent_recorded: 'place',
    released: 'cancel',
    cancelling_recorded: 'cancel',
    shipped: 'ship',
    shipping_recorded: 'ship',
  },
  product_service: {
    reservations_committed: 'place',
    releases_committed: 'cancel',
    shipments_committed: 'ship',
  },
}
/** These have tests of their own: no order is concerned. */
const ADJUSTMENT = 'adjustment_committed'
/** A receipt of returned goods is restocked once: product_service/test/stock_contract.ts. */
const RESTOCK = 'restocks_committed'
const UPLOAD = ['media_files_stored', 'media_recorded']
/** order_service/test/paid_orders.test.ts stops there, and paid_orders.test.ts kills processes while orders are paid. */
const PAID = ['captured', 'capturing_recorded', 'payment_asked', 'payment_ended']
/** order_service/test/returns.test.ts and withdrawals.test.ts die there. */
const RETURNED = [
  ...['outcome_recorded', 'receipt_mailed', 'receipt_recorded', 'refund_answered', 'restock_answered'],
  ...['withdrawal_done', 'withdrawal_recorded'],
]
/** import_crashes.test.ts dies there. */
const IMPORT = ['import_product_created', 'import_steps_applied', 'import_stock_moved']

suite('crash points (invariants 1 to 8)', { timeout: TEST_MS }, () => {
  const suiteEnd = createSuiteEnd()
  let shop: Shop
  before(async () => {
    shop = await openShop(suiteEnd)
  })
  after(() => suiteEnd.end())

  for (const [service, flows] of Object.entries(FLOWS)) {
    test(`every crash point of ${service} has a flow here`, () => {
      const own =
        service === 'product_service' ? [ADJUSTMENT, RESTOCK, ...UPLOAD, ...IMPORT] : [...PAID, ...RETURNED]
      assert.deepEqual([...Object.keys(flows), ...own].sort(), placesIn(service))
    })
  }

  test('order_service dies between two steps', async (t) => {
    await dieEverywhere(t, shop, 'order_service')
    await t.test('an order that a dead settler had claimed is free again after its lease', () =>
      dieHolding(shop),
    )
  })

  test('product_service dies between two steps', async (t) => {
    await dieEverywhere(t, shop, 'product_service')
    await t.test(`at ${ADJUSTMENT}: repeated with its key, the units move once`, () => dieAdjusting(shop))
    for (const place of UPLOAD) {
      await t.test(`at ${place}: sent again, the picture is there`, () => dieUploading(shop, place))
    }
  })
})

/** `before` is the order, if the flow begins with a confirmed one. */
type Death = {
  readonly place: string
  readonly flow: Flow
  readonly attempt: Attempt & { readonly key: string }
  readonly before: Order | undefined
}

type Shop = {
  readonly world: RecordedWorld
  readonly buyer: Account
}

async function openShop(end: TestEnd): Promise<Shop> {
  const world = await createRecordedWorld(end, 'crash-points')
  const [buyer] = await world.buyers(1)
  return { world, buyer: buyer! }
}

/** First all crashes, one after the other; then all their orders must have settled, and the stores be consistent. */
async function dieEverywhere(t: TestContext, { world, buyer }: Shop, service: ServiceName) {
  const product = await world.addProduct({ stock: STOCK })
  const victim = service === 'order_service' ? world.orders : world.products
  const touched: Death[] = []
  for (const [place, flow] of Object.entries(FLOWS[service]!)) {
    const attempt = { lines: [{ product, quantity: 1 }], key: newKey() }
    const before = flow === 'place' ? undefined : await world.bought(buyer, attempt)
    touched.push({ place, flow, attempt, before })
  }

  for (const { place, flow, attempt, before } of touched) {
    await t.test(`at ${place}`, async () => {
      if (victim.running()) await victim.stop()
      await victim.start(dyingAt(place))
      const [answer, end] = await Promise.all([
        answerOrNothing(act(world, buyer, flow, attempt, before)),
        victim.ended(),
      ])
      assert.equal(end.signal, 'SIGKILL')
      // If order_service dies, its answer is lost; if product_service dies, order_service still answers.
      assert.equal(answer === undefined, victim === world.orders)
      if (answer) expectStatus(answer, 200, 202)
    })
  }
  await victim.start()

  for (const { place, flow, attempt } of touched) {
    await t.test(`the order of ${place} settles as ${ENDS[flow]}, and its key still finds it`, async () => {
      const order = await until('its order is in the store', SETTLE_MS, () =>
        readRecords(world.dataDir).orders.find(({ key }) => key === attempt.key),
      )
      assert.equal((await world.settled(buyer, order.id)).status, ENDS[flow])
      const again = await world.place(buyer, attempt)
      assert.equal(expectStatus(again, 200, 201).id, order.id)
      assert.equal(again.headers.get('idempotent-replayed'), 'true')
    })
  }

  await t.test('each order that holds stock took it once, and the stores are consistent', async () => {
    const shipments = touched.filter(({ flow }) => flow === 'ship').length
    await until('product_service knows every shipment', SETTLE_MS, () => {
      const found = readRecords(world.dataDir)
      const shipped = found.reservations.filter(
        ({ status, lines }) =>
          status === 'shipped' && lines.some(({ productId }) => productId === product.id),
      )
      return shipped.length === shipments
    })
    const kept = touched.filter(({ flow }) => flow !== 'cancel').length
    assert.equal((await world.product(product.id)).stock, STOCK - kept)
    await world.check()
  })
}

async function dieAdjusting({ world }: Shop) {
  const product = await world.addProduct({ stock: STOCK })
  const url = `${world.products.url}/products/${product.id}/stock_adjustments`
  const request = {
    token: world.admin.token,
    key: newKey(),
    body: { delta: 5, reason: 'found in the cellar' },
  }
  await world.products.stop()
  await world.products.start(dyingAt(ADJUSTMENT))
  const [answer, end] = await Promise.all([
    answerOrNothing(world.call('POST', url, request)),
    world.products.ended(),
  ])
  assert.equal(answer, undefined)
  assert.equal(end.signal, 'SIGKILL')
  await world.products.start()
  expectStatus(await world.call('POST', url, request), 201)
  assert.equal((await world.product(product.id)).stock, STOCK + 5)
  await world.check()
}

async function dieUploading({ world }: Shop, place: string) {
  const body = form(filePart(await jpegOf({ width: 40, height: 30 })))
  const upload = () =>
    fetch(`${world.products.url}/media`, {
      ...{ method: 'POST', body },
      headers: { authorization: `Bearer ${world.admin.token}`, 'content-type': FORM },
    })
  await world.products.stop()
  await world.products.start(dyingAt(place))
  const [answer, end] = await Promise.allSettled([upload(), world.products.ended()])
  assert.equal(answer.status, 'rejected')
  assert.equal(end.status === 'fulfilled' && end.value.signal, 'SIGKILL')
  await world.products.start()
  const again = await upload()
  assert.equal(again.status, place === 'media_recorded' ? 200 : 201)
  const { renditions } = (await again.json()) as { renditions: { url: string }[] }
  for (const { url } of renditions) assert.equal((await fetch(world.products.url + url)).status, 200)
}

async function dieHolding({ world, buyer }: Shop) {
  const product = await world.addProduct({ stock: STOCK })
  const attempt = { lines: [{ product, quantity: 1 }], key: newKey() }
  await world.products.stop()
  const accepted = expectStatus(await world.place(buyer, attempt), 202)
  await world.orders.stop()
  await Promise.all([world.products.start(), world.orders.start(dyingAt('answer_received'))])
  assert.equal((await world.orders.ended()).signal, 'SIGKILL')
  await world.orders.start()
  assert.equal((await world.settled(buyer, accepted.id)).status, 'confirmed')
  assert.equal((await world.product(product.id)).stock, STOCK - 1)
  await world.check()
}

/** The request of a flow during which the process dies. */
function act(world: World, buyer: Account, flow: Flow, attempt: Attempt, before: Order | undefined) {
  if (before === undefined) return world.place(buyer, attempt)
  return flow === 'cancel'
    ? world.move(buyer, before.id, { status: 'cancelled' })
    : world.move(world.admin, before.id, { status: 'shipped' })
}

const dyingAt = (place: string) => ({ NODE_ENV: 'test', CRASH_POINT: place })

/** Every name passed to `reached` in the code of the service. */
function placesIn(service: string): string[] {
  const folder = join(ROOT, service, 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const names = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/\breached\('([a-z_]+)'\)/g)].map(
      (match) => match[1]!,
    ),
  )
  return [...new Set(names)].sort()
}
