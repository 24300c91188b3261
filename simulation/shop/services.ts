/** The processes of a shop: each is made as the `main.ts` of its service makes it, from the same parts. */

import { createAccountPorts } from '@shop/auth_service/account_ports'
import { createApp as createAuthApp } from '@shop/auth_service/app'
import type { MakeKeyPair } from '@shop/auth_service/domain/crypto_ports'
import type { Stores as AuthStores } from '@shop/auth_service/domain/ports'
import { startMaintenance } from '@shop/auth_service/maintenance'
import { createApp as createOrderApp } from '@shop/order_service/app'
import { createProductOffers } from '@shop/order_service/clients/product_offers'
import { createQuoteSeal } from '@shop/order_service/crypto/quote_tokens'
import type { CrashPointHook, Stores as OrderStores } from '@shop/order_service/domain/ports'
import { startOrders } from '@shop/order_service/start_orders'
import { createApp as createProductApp } from '@shop/product_service/app'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import type { Audited } from '@shop/service_kit/audit/entry'
import { createServiceClient } from '@shop/service_kit/calls/service_client'
import type { App } from '@shop/service_kit/http/app'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { followAuthService } from '@shop/service_kit/identity/auth_service'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import { createServiceTokens, createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { createApp as createStorefrontApp } from '@shop/storefront/app'
import type { Machine } from '../core/machine.ts'
import { lookUpIn, type Names, networkOf } from './calls.ts'
import type { Network } from './network.ts'
import { cheapHasher } from './signing.ts'

export const CURRENCY = 'USD'

/** What a process is started with. `secrets`: the newest first. */
export type Setting = {
  readonly machine: Machine
  readonly network: Network
  readonly names: Names
  readonly secrets: readonly string[]
}

export type Running = { readonly app: App; stop(): Promise<void> }

const tracing = await startTracing('simulation', {}, { sleep: async () => {} })

/** Counts nothing: thousands of processes are made in one. */
const meter = new Proxy({}, { get: () => () => undefined })
export const QUIET_METRICS = {
  registry: {},
  observeRequest() {},
  counter: () => meter,
  gauge: () => meter,
  histogram: () => meter,
} as unknown as Metrics
const metrics = QUIET_METRICS
const logger = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Parameters<
  typeof startMaintenance
>[1]

export async function startAuth(
  { machine: { runtime } }: Setting,
  stores: Audited<AuthStores>,
  makeKeyPair: MakeKeyPair,
): Promise<Running> {
  const ports = {
    ...createAccountPorts({
      stores,
      runtime,
      metrics,
      freeAttempts: { pair: 1_000, account: 1_000, address: 1_000 },
      registrationsPerAddress: 1_000,
    }),
    hasher: cheapHasher(runtime.randomBytes),
  }
  const app = createAuthApp({
    ports,
    stores,
    runtime,
    metrics,
    accessTokenTtlSeconds: ACCESS_TOKEN_TTL_SECONDS,
    tracing,
  })
  const keyPorts = { keys: stores.keys, makeKeyPair, now: runtime.now }
  const stopMaintenance = startMaintenance({ stores, keyPorts, rotationDays: 30, runtime }, logger)
  await app.ready()
  return { app, stop: stopMaintenance }
}

/** Short, so that buyers refresh within a history. */
export const ACCESS_TOKEN_TTL_SECONDS = 20

const follow = ({ machine: { name, runtime } }: Setting) =>
  followAuthService({ origins: [`http://auth_service.${name}`], runtime, logger })

export async function startProducts(setting: Setting, stores: Audited<ProductStores>): Promise<Running> {
  const { machine, secrets } = setting
  const { runtime } = machine
  const auth = follow(setting)
  const app = createProductApp({
    stores,
    access: {
      verifyToken: auth.verifyToken,
      verifyServiceToken: createServiceTokenVerifier(secrets, 'product_service', runtime.now),
    },
    metrics,
    currency: CURRENCY,
    requireVersion: false,
    runtime,
    reached() {},
    tracing,
  })
  await app.ready()
  return { app, stop: async () => auth.stop() }
}

export async function startOrderService(
  setting: Setting,
  stores: Audited<OrderStores>,
  reached: CrashPointHook,
): Promise<Running> {
  const { machine, network, names, secrets } = setting
  const { runtime } = machine
  const auth = follow(setting)
  const createClient = () =>
    createServiceClient({
      url: 'http://product_service',
      tokens: secrets.map((secret) =>
        createServiceTokens(secret, 'order_service', 'product_service', runtime.now),
      ),
      runtime,
      tracing,
      lookUp: lookUpIn(names),
      network: networkOf(network, machine),
    })
  const [service, quotes] = [createClient(), createClient()]
  const orderTokens = createOrderTokens(secrets)
  const { ordering, wakePayments, stop } = startOrders({
    orders: stores.orders,
    service,
    orderTokens,
    runtime,
    currency: CURRENCY,
    digits: stores.digits,
    metrics,
    reached,
  })
  const app = createOrderApp({
    ordering,
    checkout: {
      settings: stores.checkoutSettings,
      offers: createProductOffers({ service: quotes, currency: CURRENCY, digits: stores.digits }),
      seal: createQuoteSeal(secrets, runtime.now),
    },
    auditLog: stores.auditLog,
    erasures: stores.erasures,
    access: {
      verifyToken: auth.verifyToken,
      verifyServiceToken: createServiceTokenVerifier(secrets, 'order_service', runtime.now),
    },
    rules: { payments: 'off', methods: [] },
    orderTokens,
    onPaymentDue: wakePayments,
    cases: { store: stores.cases, onDue() {}, withdrawalDays: 14, mails: true },
    currency: CURRENCY,
    digits: stores.digits,
    runtime,
    metrics,
    tracing,
  })
  await app.ready()
  return {
    app,
    async stop() {
      await stop()
      auth.stop()
      await service.close()
      await quotes.close()
    },
  }
}

export async function startStorefront(setting: Setting, pages: string): Promise<Running> {
  const { machine, network, names } = setting
  const { runtime } = machine
  const auth = follow(setting)
  const app = createStorefrontApp({
    upstreams: {
      auth: ['http://auth_service'],
      products: ['http://product_service'],
      orders: ['http://order_service'],
      // Not part of the simulation.
      notifications: ['http://notification_service'],
      payments: [],
    },
    pages,
    sessionTtlSeconds: 86_400,
    verifyToken: auth.verifyToken,
    metrics,
    runtime,
    tracing,
    lookUp: lookUpIn(names),
    network: networkOf(network, machine),
  })
  await app.ready()
  return { app, stop: async () => auth.stop() }
}
