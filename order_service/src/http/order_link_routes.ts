/** Adding a guest's order to an account. */
import type { App } from '@shop/service_kit/http/app_types'
import { principalOf } from '@shop/service_kit/identity/access'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import { linkOrder } from '../domain/link_order.ts'
import type { Ports } from '../domain/ports.ts'
import { actorOf, readerOf } from './actor.ts'
import { addOrderToAccountOperation } from './order_link_schemas.ts'
import { orderTag, orderView } from './order_views.ts'

export type OrderLinkRoutesDeps = {
  readonly ports: Pick<Ports, 'orders' | 'now'>
  readonly orderTokens: OrderTokens
  /** Digits after the point of the currency. */
  readonly digits: () => number
}

export function orderLinkRoutes({ ports, orderTokens, digits }: OrderLinkRoutesDeps) {
  return async (app: App) => {
    app.put('/orders/:id/account', addOrderToAccountOperation, async (request, reply) => {
      const { id } = request.params
      const principal = principalOf(request)
      const actor = { ...readerOf(request, id, orderTokens), ...actorOf(principal) }
      const { verifiedEmail } = principal
      const { order } = await linkOrder(ports, { orderId: id, actor, verifiedEmail })
      reply.header('etag', orderTag(order)).header('cache-control', 'no-store')
      return orderView(order, actor, digits())
    })
  }
}
