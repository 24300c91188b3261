/** Sending the link of an order again. */
import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { App } from '@shop/service_kit/http/app_types'
import type { OrderLinks } from '../domain/order_links.ts'
import { requestOrderLinkOperation } from './order_mail_schemas.ts'

export type OrderMailRoutesDeps = { readonly links: Pick<OrderLinks, 'ask'> }

export function orderMailRoutes({ links }: OrderMailRoutesDeps) {
  return async (app: App) => {
    app.post('/order_links', requestOrderLinkOperation, async (request, reply) => {
      links.ask(addressPrefix(request.ip), request.body.number, request.body.email)
      reply.code(202).header('cache-control', 'no-store')
      return {}
    })
  }
}
