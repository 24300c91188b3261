/**
 * Orders that are paid, with the real product service, payment service and simulator.
 *
 *  M2. An order is shipped only after its money was captured.
 *  M3. What is cancelled was not kept.
 *  M4. Money is asked for only while the stock is held.
 *  M6. Stock is released only after the provider's final no; who wins a race of paying and cancelling is the provider.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime, untilTrue } from '@shop/service_kit/test_support/virtual_runtime'
import { Refused } from '../../payment_service/src/domain/errors.ts'
import type { PaymentProvider } from '../../payment_service/src/domain/ports.ts'
import { AFTER_FAULT_MS, followCardLimits } from '../src/clients/card_limits.ts'
import { GIVING_BACK_MS, PAYABLE_MS } from '../src/domain/payment_steps.ts'
import { CRASH_POINTS_OF_ORDERS, type CrashPoint } from '../src/domain/ports.ts'
import { UNPAID_MAX } from '../src/domain/unpaid_orders.ts'
import { startPaidShop, TOTAL_MINOR } from './paid_orders.ts'
import { as, serviceAt } from './shop.ts'

const MINUTE_MS = 60_000

/** As payment_service answers. */
async function followed(t: TestContext, paying: { app: { server: { address(): unknown } } }) {
  const { port } = paying.app.server.address() as AddressInfo
  const service = await serviceAt(t, `http://127.0.0.1:${port}`, systemRuntime, 'payment_service')
  const follower = followCardLimits({
    service,
    digits: () => 2,
    runtime: systemRuntime,
    onFault: (fault) => assert.fail(String(fault)),
  })
  await follower.stop()
  return follower.limits
}

suite('an order that is paid', () => {
  test('M4: is held, paid, confirmed, captured, shipped, and charged what was shown', async (t) => {
    const { order, paying, pay, put, get, until, steps, products, mug, books } = await startPaidShop(t)
    const { id, status } = await order()
    assert.equal(status, 'awaiting_payment')
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    const asked = await paying.find(id)
    assert.deepEqual([asked.state, asked.amountMinor, asked.currency], ['open', TOTAL_MINOR, 'USD'])
    assert.ok(asked.checkoutUrl)
    const waiting = (await get('ada', `/orders/${id}`)).json()
    assert.equal(Date.parse(waiting.payable_until), Date.parse(waiting.history.at(-1).at) + PAYABLE_MS)
    assert.deepEqual(asked.bill, {
      lines: [{ productId: mug, quantity: 2, grossMinor: 2 * 1999 }],
      shippingMinor: 490,
    })
    await pay(id)
    await until(id, 'confirmed')
    assert.deepEqual(books(), [{ captured: 0, refunded: 0 }])
    const shipped = await put('root', id, { status: 'shipped' })
    assert.deepEqual([shipped.statusCode, shipped.json().status], [200, 'shipped'], shipped.body)
    assert.deepEqual(books(), [{ captured: TOTAL_MINOR, refunded: 0 }])
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 0 })
    assert.equal((await put('root', id, { status: 'delivered' })).statusCode, 200)
    assert.deepEqual(await steps(id), [
      ...(['pending', 'awaiting_payment', 'confirmed', 'capturing', 'shipped', 'delivered'] as const),
    ])
  })

  test('M1: a request that comes again, also at the same time, opens one payment', async (t) => {
    const { send, body, paying, pay, until } = await startPaidShop(t)
    const wish = await body()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('POST', '/orders', wish, 'ada', { 'idempotency-key': 'one' })),
    )
    const ids = new Set(answers.map((answer) => answer.json().id))
    assert.equal(ids.size, 1)
    const [id] = [...ids]
    assert.equal((await send('GET', '/orders', {}, 'root')).json().items.length, 1)
    await paying.until(id, ({ checkoutUrl }) => checkoutUrl !== undefined)
    await pay(id)
    await until(id, 'confirmed')
    assert.equal(paying.simulator.books().length, 1)
  })

  test('M6: that is not paid in time is cancelled, and cannot be paid any more', async (t) => {
    const { order, paying, until, later, products, mug, steps } = await startPaidShop(t)
    const { id } = await order()
    await later(PAYABLE_MS - MINUTE_MS)
    assert.deepEqual((await steps(id)).at(-1), 'awaiting_payment')
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    await until(id, 'cancelled', () => later(MINUTE_MS))
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
    assert.equal((await paying.find(id)).state, 'cancelled')
    assert.match(JSON.stringify(await paying.pay(id)), /This page is closed/)
    assert.equal((await paying.find(id)).state, 'cancelled')
  })

  test('M6: paid in the last moment, while the news of it was lost, it is confirmed', async (t) => {
    const { order, paying, until, later, products, mug, books } = await startPaidShop(t)
    const { id } = await order()
    paying.simulator.turn({ webhooks_lost: 1 })
    await paying.pay(id)
    await until(id, 'confirmed', () => later(PAYABLE_MS))
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    assert.deepEqual(books(), [{ captured: 0, refunded: 0 }])
  })

  test('M3, M6: that its buyer cancels keeps its stock until the provider has let the money go', async (t) => {
    const { order, paying, pay, put, until, later, products, mug, books } = await startPaidShop(t)
    const { id } = await order()
    await pay(id)
    await until(id, 'confirmed')
    paying.simulator.turn({ errors: 1 })
    const cancelling = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual([cancelling.statusCode, cancelling.json().status], [202, 'cancelling'])
    await later(MINUTE_MS)
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    paying.simulator.turn({ errors: 0 })
    await until(id, 'cancelled', () => later(MINUTE_MS))
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
    assert.deepEqual(books(), [{ captured: 0, refunded: 0 }])
    assert.equal((await paying.find(id)).state, 'cancelled')
  })

  test('M3: whose money the provider does not give back waits, and its stock is free meanwhile', async (t) => {
    let isRefused = true
    const { order, paying, pay, put, until, later, products, mug, books, runtime, found } =
      await startPaidShop(t, {
        wrap: (provider) => ({
          ...provider,
          async refund(...args) {
            if (isRefused) throw new Refused('The account is closed.', 'refused')
            return provider.refund(...args)
          },
        }),
      })
    const { id } = await order()
    await pay(id, 'bank_debit')
    await until(id, 'confirmed', () => later(MINUTE_MS))
    const cancelling = await put('ada', id, { status: 'cancelled' })
    assert.deepEqual([cancelling.statusCode, cancelling.json().status], [202, 'cancelling'])
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
    assert.deepEqual(books(), [{ captured: TOTAL_MINOR, refunded: 0 }])
    for (let round = 0; round < 5; round++) await later(MINUTE_MS)
    const asksIn = async () => Date.parse((await found(id)).schedule.dueAt!) - runtime.now().getTime()
    await untilTrue(async () => (await asksIn()) > GIVING_BACK_MS / 2)
    await runtime.sleep(300)
    assert.ok((await asksIn()) > GIVING_BACK_MS / 2, 'it asks again when it said, and not as after a failure')
    isRefused = false
    await until(id, 'cancelled', () => later(30 * MINUTE_MS))
    assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
    assert.deepEqual(books(), [{ captured: TOTAL_MINOR, refunded: TOTAL_MINOR }])
    assert.equal((await paying.find(id)).state, 'cancelled')
  })

  test('M2: that is to be shipped, and whose payment was cancelled apart from it, is confirmed again, and says so', async (t) => {
    const { order, paying, pay, put, until, steps } = await startPaidShop(t)
    const { id } = await order()
    await pay(id)
    await until(id, 'confirmed')
    assert.equal((await paying.cancel(id)).json().state, 'cancelled')
    assert.equal((await put('root', id, { status: 'shipped' })).json().status, 'confirmed')
    assert.deepEqual((await steps(id)).slice(-2), ['capturing', 'confirmed'])
  })

  test('M3: cancelled and paid at the same moment, it ends cancelled with nothing kept, or is not paid at all', async (t) => {
    const { order, paying, put, until, later, books } = await startPaidShop(t)
    for (let run = 0; run < 8; run++) {
      const { id } = await order()
      await Promise.all([paying.pay(id).catch(() => {}), put('ada', id, { status: 'cancelled' })])
      await until(id, 'cancelled', () => later(1_000))
      assert.equal((await paying.find(id)).state, 'cancelled')
    }
    for (const { captured, refunded } of books()) assert.equal(captured, refunded)
  })

  test('M2: whose authorisation has ended is not shipped: it is confirmed again, and says so', async (t) => {
    const { order, paying, pay, put, until, later, products, mug, steps } = await startPaidShop(t)
    const { id } = await order()
    await pay(id)
    await until(id, 'confirmed')
    paying.simulator.advance(8 * 24 * 60 * 60)
    await put('root', id, { status: 'shipped' })
    await until(id, 'confirmed', () => later(1_000))
    assert.deepEqual((await steps(id)).slice(-2), ['capturing', 'confirmed'])
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    await put('ada', id, { status: 'cancelled' })
    await until(id, 'cancelled', () => later(1_000))
  })

  test('M2: while the provider fails it is not shipped; it cannot be cancelled; then it is, once', async (t) => {
    const { order, paying, pay, put, until, later, products, mug, books } = await startPaidShop(t)
    const { id } = await order()
    await pay(id)
    await until(id, 'confirmed')
    paying.simulator.turn({ errors: 1 })
    const accepted = await put('root', id, { status: 'shipped' })
    assert.deepEqual([accepted.statusCode, accepted.json().status], [202, 'capturing'])
    assert.deepEqual(accepted.json().allowed, [])
    assert.equal((await put('root', id, { status: 'shipped' })).statusCode, 202)
    for (const status of ['cancelled', 'delivered']) {
      const refused = await put('root', id, { status })
      assert.deepEqual([refused.statusCode, refused.json().code], [409, 'illegal_transition'], status)
    }
    assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
    paying.simulator.turn({ errors: 0, lost_answers: 0.5 })
    await until(id, 'shipped', () => later(MINUTE_MS))
    assert.deepEqual(books(), [{ captured: TOTAL_MINOR, refunded: 0 }])
  })

  test('by invoice is confirmed at once, and shipped before it is paid', async (t) => {
    const { order, put, paying, until, later } = await startPaidShop(t)
    const { id, status } = await order({ payment_method: 'invoice' })
    assert.equal(status, 'confirmed')
    assert.equal((await put('root', id, { status: 'shipped' })).json().status, 'shipped')
    assert.equal((await paying.find(id)).state, 'authorised')
    const other = await order({ payment_method: 'invoice' })
    await put('ada', other.id, { status: 'cancelled' })
    await until(other.id, 'cancelled', () => later(1_000))
    assert.equal((await paying.find(other.id)).state, 'cancelled')
  })
})

suite('while payment_service is down', () => {
  test('orders are accepted and held, those without payment go on, and all go on when it is back', async (t) => {
    const { order, paying, post, put, mug, until, later, products, stores, startPayingAgain } =
      await startPaidShop(t)
    await paying.stop()
    const { id, status } = await order()
    assert.equal(status, 'awaiting_payment')
    const seed = await post('ada', { product_id: mug, quantity: 1, total_price: '19.99' })
    assert.deepEqual([seed.statusCode, seed.json().status], [201, 'confirmed'], seed.body)
    assert.equal((await put('root', seed.json().id, { status: 'shipped' })).json().status, 'shipped')
    // Stock is kept for its time, and longer while no one can say that it was not paid.
    await later(2 * PAYABLE_MS)
    assert.equal((await stores.orders.find(id))?.order.status, 'awaiting_payment')
    assert.deepEqual(await products.stockOf(mug), { stock: 7, reserved: 2 })
    await startPayingAgain()
    await until(id, 'cancelled', () => later(MINUTE_MS))
    assert.deepEqual(await products.stockOf(mug), { stock: 9, reserved: 0 })
    assert.equal((await paying.find(id)).state, 'cancelled')
  })

  test('a silent one delays no order without payment', async (t) => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const paymentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const { send, body, post, put, mug } = await startPaidShop(t, { paymentUrl })
    const waiting = send('POST', '/orders', await body())
    const seed = await post('ada', { product_id: mug, quantity: 1, total_price: '19.99' })
    assert.equal(seed.json().status, 'confirmed')
    const cancelled = await put('ada', seed.json().id, { status: 'cancelled' })
    assert.equal(cancelled.json().status, 'cancelled')
    silent.closeAllConnections()
    assert.equal((await waiting).json().status, 'awaiting_payment')
  })
})

suite('rules of payment', () => {
  test('where every order is paid, one without a quote is refused', async (t) => {
    const { post, mug, order } = await startPaidShop(t, { payments: 'required' })
    const refused = await post('ada', { product_id: mug, quantity: 1, total_price: '19.99' })
    assert.deepEqual([refused.statusCode, refused.json().code], [422, 'quote_required'])
    await order()
  })

  test('a method that is not offered, or none, is refused', async (t) => {
    const { send, body } = await startPaidShop(t)
    const cash = await send('POST', '/orders', await body({ payment_method: 'cash' }))
    assert.deepEqual([cash.statusCode, cash.json().code], [422, 'payment_method_unavailable'])
    const none = await send('POST', '/orders', await body({ payment_method: undefined }))
    assert.deepEqual([none.statusCode, none.json().code], [400, 'validation_failed'])
  })
})

test('what the provider refuses to open for good is cancelled in the end, and its stock is free again', async (t) => {
  const wrap = (provider: PaymentProvider): PaymentProvider => ({
    ...provider,
    open: async () => {
      throw new Refused('no such address', 'email_invalid')
    },
  })
  const { order, until, later, products, mug, paying } = await startPaidShop(t, { wrap })
  const { id } = await order()
  await until(id, 'cancelled', () => later(10 * MINUTE_MS))
  assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
  assert.equal((await paying.find(id)).state, 'cancelled')
})

test('M2: whose money was given back before it was shipped is not shipped', async (t) => {
  const { order, paying, put, until, later, products, mug } = await startPaidShop(t)
  const { id } = await order()
  await paying.pay(id, 'bank_debit')
  await until(id, 'confirmed', () => later(MINUTE_MS))
  const refunded = await paying.refund(id, undefined, 'a_key')
  assert.equal(refunded.statusCode, 201, refunded.body)
  await paying.until(id, ({ refunds }) => refunds[0]?.state === 'succeeded')
  await put('root', id, { status: 'shipped' })
  await until(id, 'confirmed', () => later(1_000))
  assert.deepEqual(await products.stockOf(mug), { stock: 8, reserved: 2 })
})

test('a request that comes again finds its order, also when its way of paying is not offered any more', async (t) => {
  const { send, body, put, connect, post, mug } = await startPaidShop(t)
  const wish = await body({ payment_method: 'invoice' })
  const { id } = (await send('POST', '/orders', wish, 'ada', { 'idempotency-key': 'k' })).json()
  const seed = { product_id: mug, quantity: 1, total_price: '19.99' }
  const unquoted = (await post('ada', seed, 'u')).json()
  const changed = await connect({ rules: { payments: 'required', methods: ['card'] } })
  const again = (payload: object, key: string) =>
    changed.app.inject({
      ...{ method: 'POST', url: '/orders', payload, headers: { ...as('ada'), 'idempotency-key': key } },
    })
  assert.equal((await again(wish, 'k')).json().id, id)
  assert.equal((await again(seed, 'u')).json().id, unquoted.id)
  assert.equal((await again(seed, 'v')).json().code, 'quote_required')
  assert.equal((await put('ada', id, { status: 'cancelled' })).statusCode < 300, true)
})

test('what the provider cannot charge by card is refused when it is ordered, with what it can; by invoice it is not', async (t) => {
  const { connect, body, paying } = await startPaidShop(t)
  const cardLimits = () => ({ leastMinor: 5_000, mostMinor: 9_999, stepMinor: 1 })
  const { post } = await connect({ cardLimits })
  const refused = await post('ada', await body())
  const { code, least, most } = refused.json()
  assert.deepEqual([refused.statusCode, code, least, most], [422, 'amount_not_by_card', '50.00', '99.99'])
  assert.equal((await post('ada', await body({ payment_method: 'invoice' }))).statusCode, 201)
  const limits = await followed(t, paying)
  assert.deepEqual(limits(), { leastMinor: 50, mostMinor: 99_999_999, stepMinor: 1 })
})

test('while it is not known what can be charged, every amount passes; it is asked again', async (t) => {
  const runtime = createVirtualRuntime()
  let isDown = true
  const faults: unknown[] = []
  const follower = followCardLimits({
    service: {
      async post<T>() {
        if (isDown) throw new Error('down')
        return { card: { least_minor: 1, most_minor: 2, step_minor: 1 } } as T
      },
    },
    ...{ runtime, digits: () => 2, onFault: (fault: unknown) => faults.push(fault) },
  })
  t.after(() => follower.stop())
  await runtime.advance(2 * AFTER_FAULT_MS)
  assert.deepEqual([follower.limits(), faults.length], [undefined, 1])
  isDown = false
  await runtime.advance(AFTER_FAULT_MS)
  assert.deepEqual(follower.limits(), { leastMinor: 1, mostMinor: 2, stepMinor: 1 })
})

test('what costs nothing is confirmed without a payment', async (t) => {
  const { send, products, paying } = await startPaidShop(t)
  const gift = await products.add(3, 0)
  const none = { prices_include_tax: true, tax_rates: [], shipping_methods: [] }
  assert.equal((await send('PUT', '/checkout_settings', none, 'root')).statusCode, 200)
  const lines = [{ product_id: gift, quantity: 1 }]
  const { quote, total } = (await send('POST', '/quotes', { lines, address: { country: 'DE' } })).json()
  const address = { name: 'Ada', lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin', country: 'DE' }
  const made = await send('POST', '/orders', {
    quote,
    email: 'a@example.org',
    address,
    payment_method: 'card',
  })
  assert.deepEqual([total, made.statusCode, made.json().status], ['0.00', 201, 'confirmed'], made.body)
  assert.equal(made.json().checkout.payment_method, null)
  assert.equal(await paying.stores.payments.find(made.json().id), undefined)
})

test('no buyer holds more than some stock without paying; what was ordered is still found by its key', async (t) => {
  const { send, body, put, paying } = await startPaidShop(t, { stock: 100 })
  const first = await body()
  const place = async (payload: object, key: string) =>
    send('POST', '/orders', payload, 'ada', { 'idempotency-key': key })
  const { id } = (await place(first, 'first')).json()
  for (let i = 1; i < UNPAID_MAX; i++) assert.equal((await place(await body(), `${i}`)).statusCode, 201)
  const refused = await place(await body(), 'another')
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'too_many_unpaid_orders'])
  assert.equal((await place(first, 'first')).json().id, id)
  await put('ada', id, { status: 'cancelled' })
  assert.equal((await place(await body(), 'instead')).statusCode, 201)
  // While its payment cannot end, a cancelled one holds its stock.
  await paying.stop()
  const { items } = (await send('GET', '/orders', {}, 'root')).json()
  const open = items.find(({ status }: { status: string }) => status === 'awaiting_payment')
  assert.equal((await put('ada', open.id, { status: 'cancelled' })).json().status, 'cancelling')
  assert.equal((await place(await body(), 'more')).json().code, 'too_many_unpaid_orders')
})

test('only a service may say that payments have changed; unknown orders change nothing', async (t) => {
  const { app, hint, order } = await startPaidShop(t)
  const payload = { order_ids: ['019b76da-bfb4-7000-abd0-7a6681b05b91'] }
  for (const who of ['ada', 'root']) {
    const answer = await app.inject({
      ...{ method: 'POST', url: '/internal/payment_changes', payload, headers: as(who) },
    })
    assert.equal(answer.statusCode, 401, who)
  }
  await hint(payload.order_ids)
  const { id, status } = await order()
  await hint([id])
  assert.equal(status, 'awaiting_payment')
})

class Stopped extends Error {}
/** Of an order that is not paid. */
const NOT_PAID: readonly CrashPoint[] = ['shipping_recorded']
const PAID_POINTS = CRASH_POINTS_OF_ORDERS.filter((point) => !NOT_PAID.includes(point))

suite('a process that stops while an order is paid', () => {
  const stopping = (point: CrashPoint) => {
    let stopped = false
    return {
      passed: () => stopped,
      reached: (here: CrashPoint) => {
        if (here === point) stopped = true
        if (stopped) throw new Stopped(point)
      },
    }
  }
  async function world(t: TestContext, point: CrashPoint) {
    const { passed, reached } = stopping(point)
    const shop = await startPaidShop(t)
    const dying = await shop.connect({ reached })
    const ask = (method: 'POST' | 'PUT', url: string, payload: object, who: string) =>
      dying.app.inject({ method, url, payload, headers: { ...as(who), 'idempotency-key': 'one' } })
    return { ...shop, passed, ask }
  }

  for (const point of PAID_POINTS) {
    test(`M2, M4: at ${point}: another replica takes it to its buyer, its money once`, async (t) => {
      const { ask, body, orders, until, later, pay, books, passed, send } = await world(t, point)
      await ask('POST', '/orders', await body(), 'ada')
      const [stored] = await orders.listByUser(
        (await send('GET', '/orders', {}, 'root')).json().items[0].user_id,
        {
          limit: 2,
        },
      )
      const { id } = stored!.order
      await until(id, 'awaiting_payment', () => later(10_000))
      await later(10_000)
      await pay(id)
      await until(id, 'confirmed', () => later(10_000))
      await ask('PUT', `/orders/${id}`, { status: 'shipped' }, 'root')
      await until(id, 'shipped', async () => {
        await later(10_000)
        await send('PUT', `/orders/${id}`, { status: 'shipped' }, 'root')
      })
      await later(10_000)
      assert.deepEqual(books(), [{ captured: TOTAL_MINOR, refunded: 0 }])
      const isLater = ['cancelling_recorded', 'released', 'payment_ended'].includes(point)
      assert.equal(passed(), !isLater)
    })

    test(`M3, M6: at ${point}: another replica cancels it, with nothing kept`, async (t) => {
      const { ask, body, orders, until, later, pay, books, passed, send, products, mug } = await world(
        t,
        point,
      )
      await ask('POST', '/orders', await body(), 'ada')
      const { user_id } = (await send('GET', '/orders', {}, 'root')).json().items[0]
      const [stored] = await orders.listByUser(user_id, { limit: 2 })
      const { id } = stored!.order
      await until(id, 'awaiting_payment', () => later(10_000))
      await later(10_000)
      await pay(id)
      await until(id, 'confirmed', () => later(10_000))
      await ask('PUT', `/orders/${id}`, { status: 'cancelled' }, 'ada')
      await until(id, 'cancelled', async () => {
        await later(10_000)
        await send('PUT', `/orders/${id}`, { status: 'cancelled' }, 'ada')
      })
      assert.deepEqual(books(), [{ captured: 0, refunded: 0 }])
      assert.deepEqual(await products.stockOf(mug), { stock: 10, reserved: 0 })
      const isLater = ['shipped', 'capturing_recorded', 'captured'].includes(point)
      assert.equal(passed(), !isLater)
    })
  }
})
