/** The OpenAPI document of each service, from its app with stores in memory; it does not listen. */
import { createAccountPorts } from '@shop/auth_service/account_ports'
import { createApp as createAuthApp } from '@shop/auth_service/app'
import { openSqliteStores as openAuthStores } from '@shop/auth_service/storage/open_stores'
import { createApp as createNotificationApp } from '@shop/notification_service/app'
import { openSqliteStores as openNotificationStores } from '@shop/notification_service/storage/open_stores'
import { createApp as createOrderApp } from '@shop/order_service/app'
import { NO_PAYMENTS } from '@shop/order_service/clients/payment_client'
import { createQuoteSeal } from '@shop/order_service/crypto/quote_tokens'
import { createOrdering } from '@shop/order_service/ordering'
import { openStores as openOrderStores } from '@shop/order_service/storage/open_stores'
import { createApp as createPaymentApp } from '@shop/payment_service/app'
import { createPayments } from '@shop/payment_service/payments'
import { openSqliteStores as openPaymentStores } from '@shop/payment_service/storage/open_stores'
import { createApp as createProductApp } from '@shop/product_service/app'
import { openSqliteStores as openProductStores } from '@shop/product_service/storage/open_stores'
import type { App } from '@shop/service_kit/http/app'
import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createDirectReservations } from '../doctor/direct_reservations.ts'

export type OpenApi = {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses?: Record<string, { description?: string }> }>>>
  >
}

const notCalled = () => {
  throw new Error('No request is made while documents are generated')
}

export async function openApiDocuments(): Promise<Map<string, OpenApi>> {
  const products = await openProductStores(':memory:', { CURRENCY: 'USD', runtime: systemRuntime })
  const { orders, auditLog, cases, checkoutSettings, erasures } = await openOrderStores(
    {
      DATABASE_URL: 'sqlite::memory:',
      DATA_DIR: '.',
      CURRENCY: 'USD',
    },
    { runtime: systemRuntime },
  )
  const auth = openAuthStores(':memory:', { runtime: systemRuntime })
  const authDeps = { stores: auth, runtime: systemRuntime, metrics: createMetrics('auth_service') }
  const notifications = openNotificationStores(':memory:', { runtime: systemRuntime })
  const payments = await openPaymentStores(':memory:', { CURRENCY: 'USD', runtime: systemRuntime })
  const paymentDeps = { runtime: systemRuntime, metrics: createMetrics('payment_service') }
  const orderDeps = { runtime: systemRuntime, metrics: createMetrics('order_service') }
  const apps: readonly (readonly [name: string, app: App])[] = [
    ['auth_service', createAuthApp({ ...authDeps, ports: createAccountPorts(authDeps) })],
    [
      'product_service',
      createProductApp({
        stores: products,
        currency: 'USD',
        requireVersion: false,
        runtime: systemRuntime,
        reached: () => {},
        metrics: createMetrics('product_service'),
        access: { verifyToken: notCalled, verifyServiceToken: notCalled },
      }),
    ],
    [
      'order_service',
      createOrderApp({
        ...orderDeps,
        auditLog,
        erasures,
        checkout: {
          settings: checkoutSettings,
          offers: { of: notCalled },
          seal: createQuoteSeal([], systemRuntime.now),
        },
        ordering: createOrdering({
          ...orderDeps,
          orders,
          reservations: createDirectReservations(products.stock, systemRuntime.now),
          payments: NO_PAYMENTS,
        }),
        access: { verifyToken: notCalled, verifyServiceToken: notCalled },
        rules: { payments: 'off', methods: [] },
        orderTokens: createOrderTokens([]),
        onPaymentDue: notCalled,
        cases: { store: cases, onDue: notCalled, withdrawalDays: 14, mails: true },
        currency: 'USD',
        digits: () => 2,
      }),
    ],
    [
      'notification_service',
      createNotificationApp({
        stores: notifications,
        runtime: systemRuntime,
        metrics: createMetrics('notification_service'),
        access: { verifyToken: notCalled, verifyServiceToken: notCalled },
      }),
    ],
    [
      'payment_service',
      createPaymentApp({
        ...paymentDeps,
        payments: createPayments({ ...paymentDeps, payments: payments.payments, provider: undefined }),
        auditLog: payments.auditLog,
        verifyToken: notCalled,
        verifyServiceToken: notCalled,
        orderTokens: createOrderTokens([]),
        ownerOf: notCalled,
        currency: 'USD',
        digits: () => 2,
      }),
    ],
  ]
  const documents = new Map<string, OpenApi>()
  for (const [name, app] of apps) {
    documents.set(name, sorted(await app.openApi()) as OpenApi)
    await app.close()
  }
  await Promise.all([auth.close(), products.close(), orders.close(), notifications.close(), payments.close()])
  return documents
}

/** With sorted keys, so that a document changes only when its content does. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

/** The routes that declare a problem, as `POST /orders`. */
export function problemsOf({ paths }: OpenApi, code: string): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { responses = {} }]) =>
        Object.values(responses).some(({ description = '' }) => description.includes(`\`${code}\``)),
      )
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  )
}
