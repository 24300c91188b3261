/** Reading orders and moving them on. An order is its owner's and the admin's (invariant 10). */

import type { App } from '@shop/service_kit/http/app'
import { empty } from '@shop/service_kit/http/empty'
import { alreadySeen, etagOf, versionsNamed } from '@shop/service_kit/http/etags'
import {
  type CursorList,
  decodeCursor,
  encodeCursor,
  PAGE_LIMIT_DEFAULT,
} from '@shop/service_kit/http/paging'
import { problemResponses } from '@shop/service_kit/http/schemas'
import { principalOf } from '@shop/service_kit/identity/access'
import Type from 'typebox'
import { type Actor, changeStatus, visibleTo } from '../domain/change_order.ts'
import { DomainError } from '../domain/errors.ts'
import type { OrderPage } from '../domain/ports.ts'
import type { StoredOrder } from '../domain/schedule.ts'
import { actorOf } from './actor.ts'
import {
  IfMatchHeaders,
  IfNoneMatchHeaders,
  ListQuery,
  OrderPageView,
  OrderParams,
  StatusBody,
  UserListQuery,
  UserParams,
} from './order_schemas.ts'
import { OrderView, view } from './order_views.ts'
import { PROBLEMS } from './problems.ts'
import type { RouteDeps } from './route_deps.ts'

const READ_PROBLEMS = [
  'validation_failed',
  'unauthenticated',
  'internal_error',
  'store_unavailable',
  'keys_unavailable',
] as const

const newestFirst = (name: string): CursorList => ({ name, key: ['id'] })

export function orderRoutes({ ports, settle, digits }: RouteDeps) {
  const { orders } = ports
  return async (app: App) => {
    const tags = ['orders']

    app.get(
      '/orders/:id',
      {
        config: { access: 'user' },
        schema: {
          tags,
          summary: 'One order with its history',
          operationId: 'getOrder',
          params: OrderParams,
          headers: IfNoneMatchHeaders,
          response: {
            200: OrderView,
            304: Type.Null({ description: 'Unchanged since the ETag in If-None-Match' }),
            ...problemResponses(PROBLEMS, ...READ_PROBLEMS, 'order_not_found'),
          },
        },
      },
      async (request, reply) => {
        const actor = actorOf(principalOf(request))
        const { order } = visibleTo(actor, await orders.find(request.params.id))
        reply.header('etag', etagOf(order.version)).header('cache-control', 'no-store')
        if (alreadySeen(request.headers['if-none-match'], order.version)) return empty(reply, 304)
        return view(order, actor, digits())
      },
    )

    app.get(
      '/orders/user/:user_id',
      {
        config: { access: 'user' },
        schema: {
          tags,
          summary: "A user's orders, newest first",
          description: "One's own, or an admin's look at anyone's. With idempotency_key: at most one.",
          operationId: 'listOrdersOfUser',
          params: UserParams,
          querystring: UserListQuery,
          response: {
            200: OrderPageView,
            ...problemResponses(PROBLEMS, ...READ_PROBLEMS, 'malformed_cursor', 'forbidden'),
          },
        },
      },
      async (request) => {
        const actor = actorOf(principalOf(request))
        const userId = request.params.user_id
        if (!actor.admin && userId !== actor.userId) {
          throw new DomainError('forbidden', "Other people's orders are not yours to see.")
        }
        const { idempotency_key, ...query } = request.query
        const theirs = newestFirst(`orders of ${userId}`)
        if (idempotency_key !== undefined) {
          decodeCursor(query.cursor, theirs)
          const stored = await orders.findByKey(userId, idempotency_key)
          return { items: stored ? [view(stored.order, actor, digits())] : [], next_cursor: null }
        }
        return page(theirs, actor, query, (at) => orders.listByUser(userId, at))
      },
    )

    app.get(
      '/orders',
      {
        config: { access: 'admin' },
        schema: {
          tags,
          summary: 'All orders, or those of one status, newest first',
          operationId: 'listOrders',
          querystring: ListQuery,
          response: {
            200: OrderPageView,
            ...problemResponses(PROBLEMS, ...READ_PROBLEMS, 'malformed_cursor', 'forbidden'),
          },
        },
      },
      async (request) => {
        const { status, ...query } = request.query
        const actor = actorOf(principalOf(request))
        return page(newestFirst('orders'), actor, query, (at) => orders.listByStatus(status, at))
      },
    )

    app.put(
      '/orders/:id',
      {
        config: { access: 'user' },
        schema: {
          tags,
          summary: 'Move an order on: cancel (owner, admin), ship, deliver (admin)',
          operationId: 'changeOrderStatus',
          params: OrderParams,
          headers: IfMatchHeaders,
          body: StatusBody,
          response: {
            200: { ...OrderView, description: 'The order has that status' },
            202: { ...OrderView, description: 'Cancelling: recorded, the stock is still being given back' },
            ...problemResponses(
              PROBLEMS,
              ...READ_PROBLEMS,
              'malformed_body',
              'body_too_large',
              'unsupported_media_type',
              'forbidden',
              'order_not_found',
              'illegal_transition',
              'version_conflict',
              'precondition_failed',
              'overloaded',
            ),
          },
        },
      },
      async (request, reply) => {
        const { status, version } = request.body
        const tagged = versionsNamed(request.headers['if-match'])
        const actor = actorOf(principalOf(request))
        const change = {
          orderId: request.params.id,
          to: status,
          actor,
          seen: version === undefined ? tagged : (tagged ?? [version]).filter((each) => each === version),
        }
        const order = await changeStatus(ports, settle, change)
        reply.code(order.status === 'cancelling' ? 202 : 200).header('etag', etagOf(order.version))
        return view(order, actor, digits())
      },
    )

    async function page(
      orderList: CursorList,
      actor: Actor,
      { limit = PAGE_LIMIT_DEFAULT, cursor }: { limit?: number | undefined; cursor?: string | undefined },
      list: (at: OrderPage) => Promise<readonly StoredOrder[]>,
    ) {
      const [before] = (decodeCursor(cursor, orderList) ?? []) as [string?]
      const found = await list({ limit: limit + 1, before })
      const items = found.slice(0, limit)
      const next_cursor = found.length > limit ? encodeCursor([items.at(-1)!.order.id], orderList) : null
      return { items: items.map(({ order }) => view(order, actor, digits())), next_cursor }
    }
  }
}
