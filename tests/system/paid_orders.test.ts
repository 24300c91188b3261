/**
 * Orders that are paid while order_service, product_service, payment_service and the payment provider are killed again and again, and
 * the provider loses answers and events. At the end its books equal the shop's to the cent:
 *
 *  M1. No order is paid twice.
 *  M2. What was shipped was captured, at exactly the total that was shown.
 *  M3. Of what was cancelled nothing was kept.
 *  M5. What was refunded was given back once, and never more than was captured.
 *
 * PAID_ORDERS=10000 node --test tests/system/paid_orders.test.ts takes its time; by default there are a few.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { call, expectStatus, type Json, NoAnswer, type Request } from './calls.ts'
import { assertConsistent } from './invariants.ts'
import { killInTurn } from './kill_in_turn.ts'
import { createServiceProcess, freePort, type ServiceProcess } from './processes.ts'
import { readRecords } from './store_records.ts'
import { byChance, type Chance, until } from './until.ts'
import { type Account, createWorld, newKey, storePath, type World } from './world.ts'

const ORDERS = Number(process.env.PAID_ORDERS ?? 48)
const BUYERS = Math.min(12, ORDERS)
const KILL_EVERY_MS = 1_200
const KILLS_MIN = 4
const UNITS = 1_000_000
/** A payment that a process had claimed is free after a minute, and one that fails is tried again within five. */
const ANSWER_MS = 400_000
const SETTLED_MS = 600_000
const TEST_MS = 540_000 + ORDERS * 1_000
const PRICES = ['19.99', '5.00', '0.01']
const SHIPPING = '4.90'
const SETTINGS = {
  prices_include_tax: true,
  tax_rates: [{ tax_class: 'standard', country: 'DE', region: null, basis_points: 1900 }],
  shipping_methods: [
    {
      ...{ id: 'post', names: { en: 'Parcel', de: 'Paket' }, countries: ['DE'], tax_class: 'as_goods' },
      prices: [{ weight_up_to_grams: null, goods_from: '0', price: SHIPPING }],
    },
  ],
}
const ADDRESS = { name: 'Ada', lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin', country: 'DE' }
const FAULTS = {
  lost_answers: 0.05,
  errors: 0.05,
  errors_after: 0.02,
  webhooks_lost: 0.2,
  webhooks_doubled: 0.1,
}
const NO_FAULTS = Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0]))

/** What a buyer means to do. */
type Plan = 'buy' | 'decline_first' | 'cancel_unpaid' | 'cancel_paid' | 'refund'
const PLANS: readonly Plan[] = [
  'buy',
  'buy',
  'buy',
  'decline_first',
  'cancel_unpaid',
  'cancel_paid',
  'refund',
]

type Payment = {
  readonly state: string
  readonly amount: string
  readonly captured: string
  readonly refunded: string
  readonly refundable: string
  readonly checkout_url: string | null
}

suite('orders that are paid (M1, M2, M3, M5)', { timeout: TEST_MS }, () => {
  test('the books of the provider equal those of the shop, whichever process was killed when', (t) =>
    byChance(async (chance) => {
      const shop = await open(t)
      const { world, simulator } = shop
      const buyers = await world.buyers(BUYERS)
      const products: string[] = []
      for (const price of PRICES) products.push((await world.addProduct({ stock: UNITS, price })).id)
      await knobs(simulator, FAULTS)
      let over = false
      let kills = 0
      const killing = killInTurn(
        { victims: shop.victims, everyMs: KILL_EVERY_MS, chance: chance.fork() },
        () => over,
        () => {
          kills += 1
        },
      )
      let left = ORDERS
      let failed = false
      const ended: { id: string; plan: Plan; total: string }[] = []
      const work = async (buyer: Account, own: Chance) => {
        // A run with few kills would prove nothing.
        while (!failed && (left > 0 || kills < KILLS_MIN)) {
          left -= 1
          ended.push(await live(shop, buyer, products, own))
        }
      }
      try {
        await Promise.all(buyers.map((buyer) => work(buyer, chance.fork())))
      } catch (error) {
        failed = true
        throw error
      } finally {
        over = true
        await killing
      }
      await knobs(simulator, NO_FAULTS)
      const { orders } = await until('every order has ended', SETTLED_MS, async () => {
        const records = readRecords(world.dataDir)
        const open = ['pending', 'awaiting_payment', 'capturing', 'cancelling']
        return records.orders.every(({ status }) => !open.includes(status)) && records
      })
      await until('every shipment is recorded', SETTLED_MS, () =>
        readRecords(world.dataDir).reservations.every(
          ({ status, orderId }) =>
            status !== 'held' || orders.find(({ id }) => id === orderId)?.status === 'confirmed',
        ),
      )
      assertConsistent(readRecords(world.dataDir), [])
      assert.equal(orders.length, ended.length, 'one order for each purchase')

      const captured: string[] = []
      let refunded = 0
      for (const { id, plan, total } of ended) {
        const { status } = orders.find((order) => order.id === id)!
        const payment = await until('its payment has ended', SETTLED_MS, async () => {
          const now = await paymentOf(shop, id)
          const pending =
            ['cancelling', 'open'].includes(now.state) || (plan === 'refund' && now.refunded === '0.00')
          return !pending && now
        })
        const expected = plan.startsWith('cancel') ? 'cancelled' : 'shipped'
        assert.equal(status, expected, `${plan} ${id}`)
        if (status === 'shipped')
          assert.deepEqual([payment.state, payment.captured], ['captured', total], `M2: ${id}`)
        else assert.equal(payment.captured, payment.refunded, `M3: ${id}`)
        assert.equal(
          payment.refunded,
          plan === 'refund' ? '0.01' : status === 'shipped' ? '0.00' : payment.captured,
        )
        if (payment.captured !== '0.00') captured.push(payment.captured)
        refunded += minor(payment.refunded)
      }
      const { books } = (await call(`GET`, `${simulator.url}/simulator/books`)).body as {
        books: readonly { captured: number; refunded: number }[]
      }
      const paid = books.filter((book) => book.captured > 0)
      assert.deepEqual(sorted(paid.map((book) => book.captured)), sorted(captured.map(minor)), 'M1')
      assert.equal(
        paid.reduce((sum, book) => sum + book.refunded, 0),
        refunded,
        'M5',
      )
      t.diagnostic(`${ended.length} orders, ${kills} kills, ${paid.length} captured, seed ${chance.seed}`)
    }))
})

const minor = (amount: string) => Math.round(Number(amount) * 100)
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)

type Shop = {
  readonly world: World
  readonly payments: ServiceProcess
  readonly simulator: ServiceProcess<'payment_simulator'>
  readonly victims: readonly ServiceProcess<'payment_simulator' | ServiceProcess['service']>[]
}

async function open(t: { after(work: () => Promise<void>): void }): Promise<Shop> {
  const [payPort, playPort] = [await freePort(), await freePort()]
  const SERVICE_SECRET = randomBytes(32).toString('hex')
  const world = await createWorld(t, {
    ...{ SERVICE_SECRET, PAYMENTS: 'optional', PAYMENT_METHODS: 'card', ACCESS_TOKEN_TTL: '3600' },
    PAYMENT_URL: `http://127.0.0.1:${payPort}`,
  })
  const keys = { STRIPE_SECRET_KEY: 'sk_test_of_kills', STRIPE_WEBHOOK_SECRET: 'whsec_of_kills' }
  const simulator = createServiceProcess('payment_simulator', playPort, {
    ...{ ...keys, DATA_DIR: join(world.dataDir, 'play') },
    SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${payPort}/webhooks/stripe`,
  })
  const payments = createServiceProcess('payment_service', payPort, {
    ...{ ...keys, SERVICE_SECRET, DATA_DIR: world.dataDir, LOG_LEVEL: 'warn' },
    DATABASE_URL: `sqlite:${storePath(world.dataDir, 'payment_service')}`,
    ...{ PAYMENT_PROVIDER: 'simulator', STRIPE_API_URL: `http://127.0.0.1:${playPort}` },
    ...{ AUTH_URL: world.auth.url, ORDER_URL: world.orders.url, PUBLIC_URL: 'http://127.0.0.1:8080' },
  })
  t.after(async () => {
    await Promise.all([simulator.kill(), payments.kill()])
  })
  await Promise.all([simulator.start(), payments.start()])
  expectStatus(
    await call('PUT', `${world.orders.url}/checkout_settings`, { token: world.admin.token, body: SETTINGS }),
    200,
  )
  return { world, payments, simulator, victims: [world.orders, world.products, payments, simulator] }
}

const knobs = (simulator: { url: string }, body: Json) =>
  again(() => call('PUT', `${simulator.url}/simulator/knobs`, { body }), [200])

/** Repeats a request that has no answer, or one that asks for patience, as clients do: with the same key. */
async function again(send: () => ReturnType<typeof call>, wanted: readonly number[]) {
  return until('an answer', ANSWER_MS, async () => {
    try {
      const answer = await send()
      if (wanted.includes(answer.status)) return answer
      const { retryable, code } = answer.body as { retryable?: boolean; code?: string }
      assert.ok(retryable || answer.status >= 500, `${answer.status} ${code}: ${JSON.stringify(answer.body)}`)
      return undefined
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return undefined
    }
  })
}

const ask = async (
  { url }: { url: string },
  method: string,
  path: string,
  request: Request,
  ...wanted: number[]
) =>
  (await again(() => call(method, `${url}${path}`, request), wanted.length === 0 ? [200, 201, 202] : wanted))
    .body

const paymentOf = async ({ payments, world }: Shop, id: string) =>
  (await ask(payments, 'GET', `/payments/${id}`, { token: world.admin.token })) as Payment

/** One purchase from its quote to its end. */
async function live(shop: Shop, buyer: Account, products: readonly string[], chance: Chance) {
  const { world, payments } = shop
  const plan = chance.pick(PLANS)
  const { token } = buyer
  const lines = [{ product_id: chance.pick(products), quantity: chance.between(1, 4) }]
  const wish = { lines, address: { country: 'DE' }, shipping_method: 'post' }
  const { quote, total } = (await ask(world.orders, 'POST', '/quotes', { token, body: wish })) as Json
  const body = { quote, email: 'ada@example.org', address: ADDRESS, payment_method: 'card' }
  const { id } = (await ask(world.orders, 'POST', '/orders', { token, body, key: newKey() })) as {
    id: string
  }
  const statusOf = async () =>
    ((await ask(world.orders, 'GET', `/orders/${id}`, { token })) as { status: string }).status
  const move = async (status: string, by: string) =>
    void (await ask(world.orders, 'PUT', `/orders/${id}`, { token: by, body: { status } }, 200, 202))

  const page = await until('it can be paid', ANSWER_MS, async () => {
    const answer = await again(() => call('GET', `${payments.url}/payments/${id}`, { token }), [200, 404])
    return ((answer.body as Payment).checkout_url ?? undefined) as string | undefined
  })
  const become = (status: string) =>
    until(`${id} is ${status}`, ANSWER_MS, async () => (await statusOf()) === status).catch(async (error) => {
      const [order, payment] = [
        await ask(world.orders, 'GET', `/orders/${id}`, { token }),
        await paymentOf(shop, id),
      ]
      const shown = await fetch(page).then((answer) => answer.text(), String)
      throw new Error(`${plan}: ${JSON.stringify({ order, payment, page, shown })}`, { cause: error })
    })
  const choose = (choice: string) =>
    until('the page answers', ANSWER_MS, async () => {
      const answer = await fetch(page, {
        ...{ method: 'POST', body: `choice=${choice}`, redirect: 'manual' },
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }).catch(() => undefined)
      return answer !== undefined && answer.status < 500
    })
  const end = { id, plan, total: String(total) }
  if (plan === 'cancel_unpaid') {
    await move('cancelled', token)
    await become('cancelled')
    return end
  }
  if (plan === 'decline_first') await choose('declined')
  await choose('ok')
  if (plan === 'cancel_paid') {
    if (chance.between(0, 2) === 0) await become('confirmed')
    await move('cancelled', token)
    await become('cancelled')
    return end
  }
  await become('confirmed')
  await move('shipped', world.admin.token)
  await become('shipped')
  if (plan === 'refund') {
    const refund = { token: world.admin.token, key: newKey(), body: { amount: '0.01', reason: 'a scratch' } }
    await ask(payments, 'POST', `/payments/${id}/refunds`, refund)
  }
  return end
}
