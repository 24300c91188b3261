/**
 * What a checkout adds to an order: a quote, taxes and an address, events that are published, a payment. Each is compared with an order
 * of the same run that has none of it, and a payment with the least work for a durable row.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createServiceTokens } from '@shop/service_kit/identity/service_tokens'
import { measure } from './measure.ts'
import type { Running } from './processes.ts'
import type { Measured } from './report.ts'
import {
  bodyOf,
  dataDirOf,
  makeBuyers,
  PRICE,
  PRICE_MINOR,
  SERVICE_SECRET,
  startCatalogue,
  startFloor,
  startService,
} from './shop.ts'
import { recordMemory, type World } from './world.ts'
import { buying, runWrk, sending } from './wrk.ts'

const PRODUCTS = 1_000
/** One client may not ask for more at once. */
const QUOTING = 16
const CAUGHT_UP_MS = 120_000
const ADDRESS = { name: 'Ada', lines: ['Gasse 1'], postal_code: '10115', city: 'Berlin', country: 'DE' }
const SETTINGS = {
  prices_include_tax: true,
  tax_rates: [{ tax_class: 'standard', country: 'DE', region: null, basis_points: 1900 }],
  shipping_methods: [
    {
      ...{ id: 'post', names: { en: 'Parcel', de: 'Paket' }, countries: ['DE'], tax_class: 'as_goods' },
      prices: [{ weight_up_to_grams: null, goods_from: '0', price: '4.90' }],
    },
  ],
}

export async function checkout(world: World): Promise<Measured> {
  const { settings, auth, sizes } = world
  const { folder } = settings
  const startIn = (service: Parameters<typeof startService>[1], env: Readonly<Record<string, string>>) =>
    startService(settings, service, dataDirOf(settings, `checkout_${Object.keys(env).length}`), env)
  const AUTH_URL = auth.origin
  const catalogue = await startCatalogue(settings, dataDirOf(settings, 'checkout'), PRODUCTS, { AUTH_URL })
  const plain = { AUTH_URL, PRODUCT_URL: catalogue.origin }
  const log = await startIn('notification_service', { AUTH_URL })
  const payments = await startIn('payment_service', { AUTH_URL })
  const orders = await startIn('order_service', plain)
  const publishing = await startIn('order_service', { ...plain, NOTIFICATION_URL: log.origin })
  const tokens = await makeBuyers(auth, sizes.buyers, 'checkout')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${auth.adminToken}` }
  const send = (method: string, path: string, body: object) =>
    bodyOf(orders.origin, path, { method, headers, body: JSON.stringify(body) })
  await send('PUT', '/checkout_settings', SETTINGS)
  const [first] = catalogue.productIds
  const wish = {
    lines: [{ product_id: first, quantity: 1 }],
    ...{ address: { country: ADDRESS.country }, shipping_method: 'post' },
  }
  const { quote } = JSON.parse(await send('POST', '/quotes', wish)) as { quote: string }
  const quoted = { quote, email: 'ada@example.org', address: ADDRESS, payment_method: 'invoice' }
  const answer = await send('POST', '/orders', { product_id: first, quantity: 1, total_price: PRICE })
  const insert = await startFloor(settings, 'insert', answer)

  const buy = (at: Running) =>
    buying({ origin: at.origin, products: catalogue.productIds, tokens, price: PRICE }, folder)
  const quoting = sending({
    ...{ origin: orders.origin, method: 'POST', path: '/quotes', tokens, body: wish },
  })
  const token = createServiceTokens(SERVICE_SECRET, 'order_service', 'payment_service', () => new Date())
  const expires_at = new Date(Date.now() + 3_600_000).toISOString()
  const payment = {
    ...{ amount_minor: PRICE_MINOR, currency: 'USD', method: 'invoice', expires_at },
    ...{ description: 'An order', language: 'en' },
  }
  const opening = async (seconds: number, connections: number) => {
    const load = sending({
      ...{ origin: payments.origin, method: 'PUT', path: '/internal/payments/', eachPath: true },
      ...{ tokens: [await token()], body: payment },
    })
    return runWrk(load, { seconds, connections, folder })
  }
  const selling = [orders, catalogue]
  const measured = await measure(
    {
      name: 'checkout',
      title: 'a checkout',
      contenders: [
        { name: 'Fastify + 1 insert', load: buy(insert), processes: [insert] },
        { name: 'order', load: buy(orders), processes: selling, status: 201 },
        {
          name: 'order, published',
          load: buy(publishing),
          processes: [publishing, catalogue, log],
          status: 201,
        },
        {
          name: 'order by a quote',
          load: sending({ origin: orders.origin, method: 'POST', path: '/orders', tokens, body: quoted }),
          processes: selling,
          status: 201,
        },
        {
          name: 'quote',
          load: (seconds) => runWrk(quoting, { seconds, connections: QUOTING, folder }),
          processes: selling,
        },
        { name: 'payment', load: opening, processes: [payments] },
      ],
      comparisons: [
        {
          ...{ label: 'POST /orders, published / not', of: 'order, published', to: 'order' },
          ...{ figure: 'perSecond', target: 0.5 },
        },
        {
          ...{ label: 'POST /orders, by a quote / without', of: 'order by a quote', to: 'order' },
          ...{ figure: 'perSecond', target: 0.4 },
        },
        { label: 'POST /quotes / POST /orders', of: 'quote', to: 'order', figure: 'perSecond', target: 0.5 },
        {
          ...{
            label: 'PUT /internal/payments / Fastify + 1 insert',
            of: 'payment',
            to: 'Fastify + 1 insert',
          },
          ...{ figure: 'perSecond', target: 0.15 },
        },
      ],
    },
    settings,
  )
  world.checks.push(await caughtUp(publishing))
  recordMemory(world, 'order_service after a checkout', orders)
  recordMemory(world, 'notification_service after a checkout', log)
  recordMemory(world, 'payment_service after a checkout', payments)
  for (const process of [publishing, orders, payments, log, catalogue, insert]) await process.stop()
  return measured
}

/** Resolves to a sentence when all events are published; rejects if they are not in time. */
async function caughtUp({ operations }: Running): Promise<string> {
  const begun = performance.now()
  for (;;) {
    const text = await (await fetch(`${operations}/metrics`)).text()
    const waiting = /^events_unpublished\{[^}]*kind="order"[^}]*\} (\d+)$/m.exec(text)?.[1]
    const ms = Math.round(performance.now() - begun)
    if (waiting === '0') return `All events were published ${ms} ms after the last order.`
    if (ms > CAUGHT_UP_MS) throw new Error(`Events of ${waiting} orders are not published after ${ms} ms`)
    await sleep(500)
  }
}
