/** The order service as an HTTP application that is not listening. */
import { auditRoutes } from '@shop/service_kit/audit/audit_routes'
import type { AuditLog } from '@shop/service_kit/audit/entry'
import { type App, createHttpApp } from '@shop/service_kit/http/app'
import { withViews } from '@shop/service_kit/http/problem_tables'
import type { Tracing } from '@shop/service_kit/http/tracing'
import type { AccessChecks } from '@shop/service_kit/identity/access'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { SERVICE } from './config.ts'
import { AUDIT_ACTIONS } from './domain/audit.ts'
import type { CardLimits } from './domain/card_limits.ts'
import type { CaseKind, Cases } from './domain/cases.ts'
import type { CheckoutSettingsStore, Offers, QuoteSeal } from './domain/checkout_ports.ts'
import type { Erasures } from './domain/erasure_ports.ts'
import { createGuestOrders } from './domain/guest_orders.ts'
import { createOrderLinks, type SendLink } from './domain/order_links.ts'
import { checkoutSettingsRoutes } from './http/checkout_settings_routes.ts'
import { erasureRoutes } from './http/erasure_routes.ts'
import { orderEventRoutes } from './http/order_event_routes.ts'
import { orderLinkRoutes } from './http/order_link_routes.ts'
import { orderMailRoutes } from './http/order_mail_routes.ts'
import { orderOwnerRoutes } from './http/order_owner_routes.ts'
import { orderRoutes } from './http/order_routes.ts'
import { overviewRoutes } from './http/overview_routes.ts'
import { paymentChangeRoutes } from './http/payment_change_routes.ts'
import type { PaymentRules } from './http/payment_rules.ts'
import { placeOrderRoutes } from './http/place_order_routes.ts'
import { PROBLEMS } from './http/problems.ts'
import { quoteRoutes } from './http/quote_routes.ts'
import { returnRoutes } from './http/return_routes.ts'
import { withdrawalRoutes } from './http/withdrawal_routes.ts'
import type { Ordering } from './ordering.ts'

export type Deps = {
  readonly ordering: Pick<Ordering, 'ports' | 'settle' | 'watch'>
  readonly checkout: {
    readonly offers: Offers
    readonly seal: QuoteSeal
    readonly settings: CheckoutSettingsStore
  }
  readonly auditLog: AuditLog
  readonly erasures: Pick<Erasures, 'add'>
  readonly cases: {
    readonly store: Cases
    /** Lets the settler of returns or withdrawals begin at once. */
    readonly onDue: (kind: CaseKind) => void
    /** After delivery, within which a contract can be withdrawn from. */
    readonly withdrawalDays: number
    /** Receipts of withdrawals are mailed. */
    readonly mails: boolean
  }
  /** Addresses or networks whose X-Forwarded-For is believed: quotes of clients take turns by address. */
  readonly trustedProxies?: readonly string[]
  readonly rules: PaymentRules
  /** Undefined while they are not known. */
  readonly cardLimits?: () => CardLimits | undefined
  readonly orderTokens: OrderTokens
  /** Without one no links are mailed. */
  readonly sendLink?: SendLink | undefined
  readonly access: AccessChecks
  /** Lets the settler of payments begin at once. */
  readonly onPaymentDue: () => void
  readonly currency: string
  /** Digits after the point of amounts. */
  readonly digits: () => number
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly publicDocs?: boolean
  readonly accessLog?: boolean
  readonly logger?: Logger
  readonly tracing?: Tracing
  /** Open event streams; tests set fewer. */
  readonly streamsMax?: number
}

export function createApp(deps: Deps): App {
  const { ordering, auditLog, orderTokens, currency, digits, runtime, metrics, logger, tracing } = deps
  const { ports, settle, watch } = ordering
  const { orders } = ports
  const app = createHttpApp({
    service: SERVICE,
    description: 'Orders: placed once, never lost, always settled.',
    logger,
    ...(tracing ? { tracing } : {}),
    ...(deps.publicDocs ? { publicDocs: true } : {}),
    ...(deps.accessLog ? { accessLog: true } : {}),
    metrics,
    runtime,
    ...(deps.trustedProxies && { trustedProxies: deps.trustedProxies }),
    access: deps.access,
    problems: withViews(PROBLEMS, { currency, digits, rules: deps.rules }),
    readiness: { store: () => orders.check() },
  })
  const { offers, seal, settings } = deps.checkout
  const guestOrders = createGuestOrders(orders, runtime.now)
  app.register(
    placeOrderRoutes({
      ...{ ports, settle, seal, guestOrders, orderTokens, rules: deps.rules, currency, digits },
      cardLimits: deps.cardLimits ?? (() => undefined),
    }),
  )
  app.register(quoteRoutes({ settings, offers, seal, currency, digits, runtime }))
  app.register(checkoutSettingsRoutes({ settings, rules: deps.rules, currency, digits, runtime }))
  app.register(orderRoutes({ ports, settle, orderTokens, digits, runtime }))
  app.register(orderLinkRoutes({ ports, orderTokens, digits }))
  app.register(erasureRoutes({ erasures: deps.erasures, runtime }))
  app.register(orderMailRoutes({ links: createOrderLinks(ports, deps.sendLink) }))
  app.register(orderOwnerRoutes({ orders }))
  const { store: cases, onDue, withdrawalDays: days, mails } = deps.cases
  const casePorts = { ...ports, cases }
  app.register(
    paymentChangeRoutes({
      ...{ orders, cases, runtime },
      onDue() {
        deps.onPaymentDue()
        onDue('return')
      },
    }),
  )
  app.register(
    returnRoutes({ ports: casePorts, orderTokens, onDue: () => onDue('return'), currency, digits }),
  )
  app.register(
    withdrawalRoutes({
      ...{ ports: casePorts, orders, orderTokens, days, mails, runtime },
      onDue: () => onDue('withdrawal'),
    }),
  )
  app.register(overviewRoutes({ orders, currency, digits, runtime }))
  app.register(orderEventRoutes({ orders, watch, digits, runtime, streamsMax: deps.streamsMax }))
  app.register(
    auditRoutes({ of: 'orders', operationId: 'listOrderChanges', actions: AUDIT_ACTIONS, auditLog }),
  )
  app.addHook('onClose', async () => watch.close())
  return app
}
