/**
 * The order service with the real product service, which listens on loopback; both use SQLite in memory.
 * `products.stop()` stops the product service, `products.start()` starts it again at the same address.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { AuditLog } from '@shop/service_kit/audit/entry'
import { createServiceClient, type ServiceClient } from '@shop/service_kit/calls/service_client'
import type { App } from '@shop/service_kit/http/app'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import type { Principal } from '@shop/service_kit/identity/access'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import { createServiceTokens, createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { Problem } from '@shop/service_kit/runtime/problem'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createApp as createProductApp } from '../../product_service/src/app.ts'
import { openStores as openProductStores } from '../../product_service/src/storage/open_stores.ts'
import { createApp, type Deps } from '../src/app.ts'
import { NO_PAYMENTS } from '../src/clients/payment_client.ts'
import { createProductClient } from '../src/clients/product_client.ts'
import { createProductOffers } from '../src/clients/product_offers.ts'
import { createQuoteSeal } from '../src/crypto/quote_tokens.ts'
import type { CheckoutSettingsStore } from '../src/domain/checkout_ports.ts'
import { UNCHANGED_SETTINGS } from '../src/domain/checkout_settings.ts'
import type { OrderStore, Reservations } from '../src/domain/ports.ts'
import { createOrdering, type OrderingDeps } from '../src/ordering.ts'
import { type StartOptions, startOrders } from '../src/start_orders.ts'
import { openStores } from '../src/storage/open_stores.ts'
import { ADA, BOB, GUEST, ROOT, uuid } from './samples.ts'

export const SECRET = 'a secret that is long enough for tests'
export const orderTokens = createOrderTokens([SECRET])
export const MEMORY = { DATABASE_URL: 'sqlite::memory:', DATA_DIR: '', CURRENCY: 'USD' }

const ACCOUNTS: Record<string, Pick<Principal, 'userId' | 'role' | 'verifiedEmail'>> = {
  ada: { userId: ADA, role: 'customer' },
  gil: { userId: GUEST, role: 'guest' },
  /** Has proved the mailbox of gil. */
  gilda: { userId: uuid(78), role: 'customer', verifiedEmail: 'gil@example.org' },
  eve: { userId: uuid(79), role: 'customer', verifiedEmail: 'eve@example.org' },
  bob: { userId: BOB, role: 'customer' },
  root: { userId: ROOT, role: 'admin' },
}

/** The runtime of a process, with pauses that are not random. */
export const testRuntime: Runtime = { ...systemRuntime, random: () => 0.5 }

export function verifyToken(token: string): Principal {
  const account = ACCOUNTS[token]
  if (!account) throw new Problem('unauthenticated', 'No.')
  return { ...account, username: token, expiresAt: Math.floor(Date.now() / 1000) + 600 }
}

export const as = (who: string) => ({ authorization: `Bearer ${who}` })

export async function startProducts(t: TestContext, config = MEMORY) {
  const stores = await openProductStores(config, { runtime: systemRuntime })
  const { now, newId } = systemRuntime
  let app: App | undefined
  let port = 0
  const start = async () => {
    app = createProductApp({
      stores,
      access: {
        verifyToken,
        verifyServiceToken: createServiceTokenVerifier([SECRET], 'product_service', now),
      },
      metrics: createMetrics('product_service'),
      currency: 'USD',
      requireVersion: false,
      runtime: systemRuntime,
      reached: () => {},
    })
    await app.listen({ host: '127.0.0.1', port })
    port = (app.server.address() as AddressInfo).port
  }
  const stop = async () => {
    app?.server.closeAllConnections()
    await app?.close()
    app = undefined
  }
  await start()
  t.after(async () => {
    await stop()
    await stores.close()
  })
  return {
    stores,
    url: `http://127.0.0.1:${port}`,
    start,
    stop,
    async add(stock: number, priceMinor = 1999, name = 'Mug'): Promise<string> {
      const fields = { name, description: '', priceMinor, stock }
      const author = { by: ROOT, at: now().toISOString() }
      return (await stores.catalogue.create({ id: newId(), fields }, author)).id
    },
    async stockOf(id: string) {
      const { stock, reserved } = (await stores.catalogue.find(id))!
      return { stock, reserved }
    },
  }
}

type Forward = (
  to: string,
  request: IncomingMessage,
  response: ServerResponse,
  body?: string,
) => Promise<void>

/** A proxy between the services; `handle` decides what happens to each call. */
export async function startProxy(
  t: TestContext,
  handle: (request: IncomingMessage, response: ServerResponse, forward: Forward) => unknown,
): Promise<string> {
  const forward: Forward = async (to, request, response, read) => {
    const body = read ?? (await textOf(request))
    const headers = { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' }
    const answer = await fetch(to + request.url, { method: 'POST', body, headers }).catch(() => undefined)
    if (answer) response.writeHead(answer.status).end(await answer.text())
    else request.socket.destroy()
  }
  const server = createServer((request, response) => void handle(request, response, forward))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

export async function serviceAt(
  t: TestContext,
  url: string,
  runtime: Runtime = systemRuntime,
  audience: 'product_service' | 'payment_service' = 'product_service',
): Promise<ServiceClient> {
  const service = createServiceClient({
    url,
    tokens: [createServiceTokens(SECRET, 'order_service', audience, systemRuntime.now)],
    runtime,
    tracing: await startTracing('order_service', {}, systemRuntime),
  })
  t.after(() => service.close())
  return service
}

export async function connect(
  t: TestContext,
  url: string,
  deadlineMs = 60_000,
  runtime: Runtime = systemRuntime,
): Promise<Reservations> {
  return createProductClient({
    runtime,
    service: await serviceAt(t, url, runtime),
    currency: 'USD',
    digits: () => 2,
    metrics: createMetrics('order_service'),
    deadlineMs,
  })
}

export async function memoryOrders(t: TestContext): Promise<OrderStore> {
  return (await memoryStores(t)).orders
}

export async function memoryStores(t: TestContext) {
  const stores = await openStores(MEMORY, { runtime: systemRuntime })
  t.after(() => stores.close())
  return stores
}

const NOT_PAID: Deps['rules'] = { payments: 'off', methods: ['card'] }

export const ACCESS: Deps['access'] = {
  verifyToken,
  verifyServiceToken: createServiceTokenVerifier([SECRET], 'order_service', systemRuntime.now),
}

/** For tests without quotes. */
const NO_QUOTES: Deps['checkout'] = {
  settings: { read: async () => UNCHANGED_SETTINGS, change: async () => UNCHANGED_SETTINGS },
  offers: { of: async () => new Map() },
  seal: createQuoteSeal([SECRET], systemRuntime.now),
}

/** Quotes with the prices of the product service at `url`. */
export async function quotesOf(
  t: TestContext,
  url: string,
  settings: CheckoutSettingsStore,
  now = systemRuntime.now,
): Promise<Deps['checkout']> {
  const offers = createProductOffers({ service: await serviceAt(t, url), currency: 'USD', digits: () => 2 })
  return { settings, offers, seal: createQuoteSeal([SECRET], now) }
}

/** For tests that read no entries. */
const NO_ENTRIES: AuditLog = { page: async () => [] }

/** For tests that delete no accounts. */
const NO_ERASURES = { add: async () => {} }

/** For tests without returns and withdrawals. */
const NO_CASES = {
  onDue: () => {},
  withdrawalDays: 14,
  mails: true,
  store: {
    find: async () => undefined,
    list: async () => [],
    count: async () => 0,
    addOnce: async (stored: unknown) => ({ stored, added: true }),
    hurry: async () => {},
  } as never as Deps['cases']['store'],
}

type World = Pick<OrderingDeps, 'orders' | 'reservations'> & Partial<OrderingDeps & Deps>

export function createOrderApp(t: TestContext, given: World) {
  const deps = {
    checkout: NO_QUOTES,
    rules: NOT_PAID,
    payments: NO_PAYMENTS,
    onPaymentDue: () => {},
    orderTokens,
    cases: NO_CASES,
    auditLog: NO_ENTRIES,
    erasures: NO_ERASURES,
    access: ACCESS,
    currency: 'USD',
    digits: () => 2,
    runtime: testRuntime,
    metrics: createMetrics('order_service'),
    watchPollMs: 20,
    ...given,
  }
  const ordering = createOrdering(deps)
  const app = createApp({ ...deps, ordering })
  t.after(() => app.close())
  return { ...ordering, app, ...sendersOf(app) }
}

/** An app with its settler, as in the process. By default its rounds are an hour apart, so only waking it starts one. */
export async function startOrderApp(
  t: TestContext,
  productUrl: string,
  orders: OrderStore,
  {
    runtime = systemRuntime,
    roundMs = 3_600_000,
    deadlineMs,
    paymentService,
    reached,
    ...of
  }: Partial<Pick<StartOptions, 'runtime' | 'roundMs' | 'deadlineMs' | 'paymentService' | 'reached'>> &
    Partial<Pick<Deps, 'checkout' | 'rules' | 'cases' | 'cardLimits'>> = {},
) {
  const deps = {
    runtime,
    orders,
    currency: 'USD',
    digits: () => 2,
    metrics: createMetrics('order_service'),
  }
  const { ordering, wakePayments, stop } = startOrders({
    ...{ ...deps, roundMs, paymentService, orderTokens },
    service: await serviceAt(t, productUrl, runtime),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(reached ? { reached } : {}),
  })
  const app = createApp({
    ...{ ...deps, ordering, checkout: NO_QUOTES, rules: NOT_PAID, onPaymentDue: wakePayments },
    ...{ auditLog: NO_ENTRIES, erasures: NO_ERASURES, access: ACCESS, orderTokens, cases: NO_CASES, ...of },
  })
  t.after(async () => {
    await stop()
    await app.close()
  })
  return { app, ordering, stop, ...sendersOf(app) }
}

function sendersOf(app: App) {
  const send = (
    method: 'GET' | 'POST' | 'PUT',
    who: string,
    url: string,
    payload?: object,
    headers: object = {},
  ) => app.inject({ method, url, headers: { ...as(who), ...headers }, ...(payload && { payload }) })
  return {
    get: (who: string, url: string, headers?: object) => send('GET', who, url, undefined, headers),
    post: (who: string, payload: object, key?: string) =>
      send('POST', who, '/orders', payload, key === undefined ? {} : { 'idempotency-key': key }),
    put: (who: string, id: string, payload: object, headers?: object) =>
      send('PUT', who, `/orders/${id}`, payload, headers),
  }
}

/** Everything together, on one replica. */
export async function startShop(t: TestContext, changes: Partial<World> = {}) {
  const products = await startProducts(t)
  const orders = changes.orders ?? (await memoryOrders(t))
  const reservations = changes.reservations ?? (await connect(t, products.url))
  return { products, orders, reservations, ...createOrderApp(t, { ...changes, orders, reservations }) }
}
