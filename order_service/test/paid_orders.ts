/**
 * A shop whose orders are paid: the order service with its settlers, the real product service, and the real payment service with
 * the simulator of its provider. Time of all but the product service passes by `runtime.pass`.
 */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import {
  createTestRuntime,
  startReplica,
  startWorld,
  type WorldOptions,
} from '../../payment_service/test/worlds.ts'
import type { Deps } from '../src/app.ts'
import type { OrderStatus } from '../src/domain/order.ts'
import type { CrashPointHook, OrderStore } from '../src/domain/ports.ts'
import { as, memoryStores, quotesOf, SECRET, serviceAt, startOrderApp, startProducts } from './shop.ts'

const WAIT_MS = 20_000
const HINT_MS = 20
export const TOTAL_MINOR = 2 * 1999 + 490
const ADDRESS = { name: 'Ada Byron', lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin', country: 'DE' }
const SETTINGS = {
  prices_include_tax: true,
  tax_rates: [{ tax_class: 'standard', country: 'DE', region: null, basis_points: 1900 }],
  shipping_methods: [
    {
      ...{ id: 'post', names: { en: 'Parcel', de: 'Paket' }, countries: ['DE'], tax_class: 'standard' },
      prices: [{ weight_up_to_grams: null, goods_from: '0', price: '4.90' }],
    },
  ],
}

type Options = {
  readonly reached?: CrashPointHook
  readonly stock?: number
  readonly wrap?: WorldOptions['wrap']
  readonly payments?: 'optional' | 'required'
  /** Of payment_service, instead of its own. */
  readonly paymentUrl?: string
}

export async function startPaidShop(
  t: TestContext,
  { reached, payments = 'optional', paymentUrl, stock = 10, wrap }: Options = {},
) {
  const runtime = createTestRuntime()
  const products = await startProducts(t)
  const stores = await memoryStores(t)
  const checkout = await quotesOf(t, products.url, stores.checkoutSettings, runtime.now)
  const hintToken = createServiceTokens(SECRET, 'payment_service', 'order_service', systemRuntime.now)
  const hint = async (order_ids: readonly string[]) => {
    const headers = { authorization: `Bearer ${await hintToken()}` }
    const answer = await shop.app.inject({
      ...{ method: 'POST', url: '/internal/payment_changes', headers, payload: { order_ids } },
    })
    assert.equal(answer.statusCode, 200, answer.body)
  }
  const options = { runtime, currency: 'USD', notify: hint, roundMs: HINT_MS, ...(wrap ? { wrap } : {}) }
  const paying = await startWorld(t, options)
  const { port } = paying.app.server.address() as AddressInfo
  const url = paymentUrl ?? `http://127.0.0.1:${port}`
  let { payments: poller } = paying
  const cases = { store: stores.cases, onDue: () => {}, withdrawalDays: 14, mails: true }
  const connect = async (
    more: Pick<Partial<Deps>, 'rules' | 'cardLimits'> & { reached?: CrashPointHook } = {},
  ) =>
    startOrderApp(t, products.url, stores.orders, {
      ...{ runtime, checkout, rules: { payments, methods: ['card', 'invoice'] }, cases, ...more },
      paymentService: await serviceAt(t, url, runtime, 'payment_service'),
    })
  const shop = await connect(reached ? { reached } : {})
  const send = (method: 'GET' | 'POST' | 'PUT', path: string, payload: object, who = 'ada', headers = {}) =>
    shop.app.inject({ method, url: path, payload, headers: { ...as(who), ...headers } })
  assert.equal((await send('PUT', '/checkout_settings', SETTINGS, 'root')).statusCode, 200)
  const mug = await products.add(stock)
  const quote = async () => {
    const lines = [{ product_id: mug, quantity: 2 }]
    const answer = await send('POST', '/quotes', {
      lines,
      address: { country: 'DE' },
      shipping_method: 'post',
    })
    assert.equal(answer.json().total, '44.88', answer.body)
    return answer.json().quote as string
  }
  const body = async (changes: object = {}) => ({
    ...{ quote: await quote(), email: 'ada@example.org', address: ADDRESS, payment_method: 'card' },
    ...changes,
  })
  const order = async (changes: object = {}) => {
    const answer = await send('POST', '/orders', await body(changes), 'ada')
    assert.equal(answer.statusCode, 201, answer.body)
    return answer.json() as { id: string; status: OrderStatus }
  }
  const found = async (id: string) => (await stores.orders.find(id))!
  const until = async (id: string, status: OrderStatus, wake: () => unknown = () => {}) => {
    const from = performance.now()
    for (;;) {
      const now = await found(id)
      if (now.order.status === status) return now
      if (performance.now() - from > WAIT_MS) throw new Error(`${id} is ${now.order.status}, not ${status}`)
      await wake()
      await systemRuntime.sleep(5)
    }
  }
  return {
    ...{
      ...shop,
      products,
      mug,
      paying,
      runtime,
      stores,
      send,
      quote,
      body,
      order,
      found,
      until,
      hint,
      connect,
    },
    orders: stores.orders as OrderStore,
    /** Its history, with who did it if a person did. */
    steps: async (id: string) => (await found(id)).order.history.map(({ status }) => status),
    /** One round of both settlers after everything is due. */
    async later(ms: number) {
      runtime.pass(ms)
      poller.wake()
      await poller.idle()
      await shop.ordering.settleDue(undefined, 'payments')
      await shop.ordering.settleDue(undefined, 'stock')
    },
    /** Payment_service, after `paying.stop()`. */
    async startPayingAgain() {
      const again = startReplica(t, { ...options, stores: paying.stores, provider: paying.provider() })
      await again.listen(port)
      poller = again.payments
    },
    /** Paid on the provider's page. */
    async pay(id: string, choice: Parameters<typeof paying.pay>[1] = 'ok') {
      await paying.pay(id, choice)
      await paying.sendWebhooks()
    },
    books: () => paying.simulator.books().map(({ captured, refunded }) => ({ captured, refunded })),
  }
}
