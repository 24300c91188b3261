/** A hint of payment_service: what the payment is, each order asks by itself. A lost hint costs time alone (M8). */
import type { App } from '@shop/service_kit/http/app_types'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { OrderStore } from '../domain/ports.ts'
import { publishPaymentChangesOperation } from './payment_change_schemas.ts'

export type PaymentChangeRoutesDeps = {
  readonly orders: Pick<OrderStore, 'hurryPayments'>
  /** Lets the settler of payments begin at once. */
  readonly onDue: () => void
  readonly runtime: Pick<Runtime, 'now'>
}

export function paymentChangeRoutes({ orders, onDue, runtime }: PaymentChangeRoutesDeps) {
  return async (app: App) => {
    app.post('/internal/payment_changes', publishPaymentChangesOperation, async ({ body }) => {
      await orders.hurryPayments(body.order_ids, runtime.now().toISOString())
      onDue()
      return {}
    })
  }
}
