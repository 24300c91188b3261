/** A hint of payment_service: what the payment is, each order, and each return, asks by itself. A lost hint costs time alone (M8). */
import type { App } from '@shop/service_kit/http/app_types'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Cases } from '../domain/cases.ts'
import type { OrderStore } from '../domain/ports.ts'
import { publishPaymentChangesOperation } from './payment_change_schemas.ts'

export type PaymentChangeRoutesDeps = {
  readonly orders: Pick<OrderStore, 'hurryPayments'>
  readonly cases: Pick<Cases, 'hurry'>
  /** Lets the settlers of payments and of returns begin at once. */
  readonly onDue: () => void
  readonly runtime: Pick<Runtime, 'now'>
}

export function paymentChangeRoutes({ orders, cases, onDue, runtime }: PaymentChangeRoutesDeps) {
  return async (app: App) => {
    app.post('/internal/payment_changes', publishPaymentChangesOperation, async ({ body }) => {
      const at = runtime.now().toISOString()
      await orders.hurryPayments(body.order_ids, at)
      // A refund may wait for the money.
      await cases.hurry('return', body.order_ids, at)
      onDue()
      return {}
    })
  }
}
