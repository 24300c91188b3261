/**
 * The payment service with the real simulator in this process, by the official client, on a store in memory by default. Time of both
 * passes by `pass`; pauses of retries take none.
 */
import type { TestContext } from 'node:test'
import type { Knobs } from '@shop/payment_simulator/knobs'
import { createSimulator, type Simulator } from '@shop/payment_simulator/simulator'
import type { Audited } from '@shop/service_kit/audit/entry'
import type { Principal } from '@shop/service_kit/identity/access'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import { createServiceTokens, createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { Problem } from '@shop/service_kit/runtime/problem'
import { type Runtime, systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { createApp } from '../src/app.ts'
import { createStripeProvider } from '../src/clients/stripe_provider.ts'
import type { OwnerOf, PaymentProvider, Stores } from '../src/domain/ports.ts'
import { type PaymentsDeps, startPayments } from '../src/payments.ts'
import { openStores } from '../src/storage/open_stores.ts'
import { ADA, BOB, ROOT, uuid } from './samples.ts'

export const MEMORY = { DATABASE_URL: 'sqlite::memory:', DATA_DIR: '', CURRENCY: 'EUR' }
export const SECRET_KEY = 'sk_test_of_payments'
export const WEBHOOK_SECRET = 'whsec_of_payments'
const SERVICE_SECRET = 'a secret that is long enough for tests'
/** Rounds of the poller start by `wake` alone. */
const HOUR_MS = 3_600_000

const ACCOUNTS: Record<string, Pick<Principal, 'userId' | 'role'>> = {
  ada: { userId: ADA, role: 'customer' },
  bob: { userId: BOB, role: 'customer' },
  root: { userId: ROOT, role: 'admin' },
}

export const orderTokens = createOrderTokens([SERVICE_SECRET])

export function verifyToken(token: string): Principal {
  const account = ACCOUNTS[token]
  if (!account) throw new Problem('unauthenticated', 'No.')
  return { ...account, username: token, expiresAt: Math.floor(Date.now() / 1000) + 600 }
}

export type TestRuntime = Runtime & { pass(ms: number): void }

export function createTestRuntime(seed = 1): TestRuntime {
  const { random, newId } = createVirtualRuntime({ seed })
  let offset = 0
  return {
    ...systemRuntime,
    random,
    newId,
    now: () => new Date(Date.now() + offset),
    sleep: () => systemRuntime.sleep(0),
    pass(ms) {
      offset += ms
    },
  }
}

type Scope = Pick<TestContext, 'after'>

export async function startProvider(
  t: Scope,
  runtime: Runtime,
  knobs: Partial<Knobs> = {},
  currency = 'EUR',
) {
  const simulator = createSimulator({
    runtime: { ...runtime, sleep: systemRuntime.sleep },
    secretKey: SECRET_KEY,
  })
  const origin = await simulator.app.listen({ host: '127.0.0.1', port: 0 })
  simulator.turn(knobs)
  t.after(() => simulator.close())
  const provider = () =>
    createStripeProvider({
      secretKey: SECRET_KEY,
      webhookSecret: WEBHOOK_SECRET,
      apiUrl: origin,
      publicUrl: 'https://shop.example',
      ...{ currency, digits: () => 2 },
      runtime,
      metrics: createMetrics('payment_service'),
      callMs: 2_000,
    })
  return { simulator, origin, provider }
}

export type WorldOptions = Partial<Pick<PaymentsDeps, 'notify' | 'reached' | 'roundMs'>> & {
  readonly ownerOf?: OwnerOf
  readonly runtime?: TestRuntime
  readonly stores?: Audited<Stores>
  readonly knobs?: Partial<Knobs>
  readonly wrap?: (provider: PaymentProvider) => PaymentProvider
  /** By default EUR. */
  readonly currency?: string
}

let serial = 1

export async function startWorld(t: Scope, options: WorldOptions = {}) {
  const runtime = options.runtime ?? createTestRuntime()
  const { simulator, provider, origin } = await startProvider(t, runtime, options.knobs, options.currency)
  const stores =
    options.stores ??
    (await openStores(
      { ...MEMORY, CURRENCY: options.currency ?? MEMORY.CURRENCY },
      { runtime: systemRuntime },
    ))
  if (!options.stores) t.after(() => stores.close())
  const replica = startReplica(t, {
    ...options,
    runtime,
    stores,
    provider: (options.wrap ?? ((each) => each))(provider()),
  })
  simulator.sendTo({ url: await replica.listen(), secret: WEBHOOK_SECRET })
  const sessionOf = async (orderId: string) => (await stores.payments.find(orderId))!.payment.sessionId!
  return {
    ...{ simulator, runtime, stores, origin, provider },
    ...replica,
    newOrder: () => uuid(serial++),
    /** As the buyer, on the provider's page. */
    async pay(orderId: string, choice: Parameters<Simulator['pay']>[1] = 'ok') {
      return simulator.pay(await sessionOf(orderId), choice)
    },
    find: async (orderId: string) => (await stores.payments.find(orderId))!.payment,
    sendWebhooks: () => simulator.webhooks.send(),
  }
}

/** One more process on the same store. */
export function startReplica(
  t: Scope,
  options: WorldOptions & { runtime: TestRuntime; stores: Audited<Stores>; provider: PaymentProvider },
) {
  const { runtime, stores, provider, notify, reached, currency = 'EUR' } = options
  const metrics = createMetrics('payment_service')
  const payments = startPayments({
    payments: stores.payments,
    ...{ provider, runtime, metrics, notify },
    roundMs: options.roundMs ?? HOUR_MS,
    ...(reached ? { reached } : {}),
  })
  const app = createApp({
    ...{ payments, runtime, metrics, verifyToken, orderTokens },
    ownerOf: options.ownerOf ?? (async () => undefined),
    auditLog: stores.auditLog,
    verifyServiceToken: createServiceTokenVerifier([SERVICE_SECRET], 'payment_service', systemRuntime.now),
    currency,
    digits: () => 2,
  })
  const stop = async () => {
    app.server.closeAllConnections()
    await app.close()
    await payments.stop()
  }
  t.after(stop)
  const serviceToken = createServiceTokens(
    SERVICE_SECRET,
    'order_service',
    'payment_service',
    systemRuntime.now,
  )
  const send = async (
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    token: string | undefined,
    payload?: object,
    headers: object = {},
  ) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return app.inject({ method, url, headers: { ...authorization, ...headers }, ...(payload && { payload }) })
  }
  const internal = async (method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) =>
    send(method, `/internal/payments/${path}`, await serviceToken(), payload)
  return {
    ...{ app, payments, metrics, send, internal, serviceToken },
    stop,
    async listen(port = 0) {
      const at = await app.listen({ host: '127.0.0.1', port })
      return `${at}/webhooks/stripe`
    },
    open: async (orderId: string, changes: object = {}) =>
      internal('PUT', orderId, {
        amount_minor: 4_200,
        currency: 'EUR',
        method: 'card',
        user_id: ADA,
        description: 'Order 10001',
        language: 'en',
        expires_at: new Date(runtime.now().getTime() + 30 * 60_000).toISOString(),
        ...changes,
      }),
    cancel: async (orderId: string, reason: 'time_over' | 'requested' = 'requested') =>
      internal('POST', `${orderId}/cancel`, { reason }),
    capture: async (orderId: string, amount_minor = 4_200) =>
      internal('POST', `${orderId}/capture`, { amount_minor }),
    refund: async (orderId: string, amount: string | undefined, key: string, reason = 'damaged') =>
      send(
        'POST',
        `/payments/${orderId}/refunds`,
        'root',
        { ...(amount ? { amount } : {}), reason },
        {
          'idempotency-key': key,
        },
      ),
    /** Rounds of the poller, with time passing between them, until the payment is as wanted. */
    async until(
      orderId: string,
      is: (payment: Awaited<ReturnType<typeof found>>) => boolean,
      stepMs = 60_000,
    ) {
      for (let round = 0; round < ROUNDS_MAX; round++) {
        const payment = await found(orderId)
        if (is(payment)) return payment
        runtime.pass(stepMs)
        payments.wake()
        await payments.idle()
      }
      throw new Error(`not so: ${JSON.stringify(await found(orderId))}`)
    },
  }
  async function found(orderId: string) {
    return (await stores.payments.find(orderId))!.payment
  }
}

const ROUNDS_MAX = 400
