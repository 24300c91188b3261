/** For payment_service: whose an order is. A payment does not know that its order was added to an account. */
import type { App } from '@shop/service_kit/http/app_types'
import { notFound } from '../domain/change_order.ts'
import { ownerOf } from '../domain/guests.ts'
import type { OrderStore } from '../domain/ports.ts'
import { getOrderOwnerOperation } from './order_owner_schemas.ts'

export type OrderOwnerRoutesDeps = { readonly orders: Pick<OrderStore, 'find'> }

export function orderOwnerRoutes({ orders }: OrderOwnerRoutesDeps) {
  return async (app: App) => {
    app.post('/internal/order_owners', getOrderOwnerOperation, async ({ body }) => {
      const stored = await orders.find(body.order_id)
      if (!stored) throw notFound()
      return { user_id: ownerOf(stored.order) }
    })
  }
}
